import type { Outcome, Value, Write, WriteValues } from '../../connector.ts';
import { PipeError } from '../../errors.ts';
import type { Parameter } from '../../messages/template.ts';
import { presentValues } from '../../plan/fields.ts';
import type { Fields } from '../../plan/question.ts';
import { mask } from '../../transform/mask.ts';
import type { MaskKind } from '../../transform/mask.ts';

/**
 * What became of a write, without the people in it: a vendor may quote what it refuses, and its words go into queue,
 * journal and log. Masked is what this write sent in personal fields, and nothing that only looks like it (G9, T14).
 */
export function withoutQuotes(outcome: Outcome, write: Write, fields: Fields): Outcome {
  if (outcome.ok || !('values' in write)) return outcome;
  const sent = personalTexts(write.values, fields);
  const { error } = outcome;
  const masked = Object.entries(error.parameters).map(([name, text]) => [name, withoutTexts(text, sent)] as const);
  if (masked.every(([name, text]) => text === error.parameters[name])) return outcome;
  const { code, kind, retry, retryAfterMs, limited, where, cause } = error;
  const options = {
    retry,
    cause,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(limited && { limited }),
    ...(where && { where }),
  };
  return { ...outcome, error: new PipeError(code, kind, Object.fromEntries(masked), options) };
}

interface PersonalText {
  readonly text: string;
  readonly kind: MaskKind;
}

/** The longest first: of a full name its words may be quoted too. */
function personalTexts(values: WriteValues, fields: Fields): readonly PersonalText[] {
  const texts = Object.entries(presentValues(values)).flatMap(([name, value]) => {
    const kind = fields.get(name)?.personal;
    return kind ? textsOf(value).flatMap((text) => withWords(text, kind)) : [];
  });
  return texts.filter(({ text }) => text.length >= shortest).sort((a, b) => b.text.length - a.text.length);
}

/** A shorter text stands in other words by chance. */
const shortest = 3;

/** The words of a name, and of a text those that may be one: a title often is. */
function withWords(text: string, kind: MaskKind): readonly PersonalText[] {
  const words = text.split(/\s+/).filter((word) => kind === 'name' || (kind === 'text' && /^\p{Lu}/u.test(word)));
  return [...new Set([text, ...words])].map((each) => ({ text: each, kind }));
}

function textsOf(value: Value): readonly string[] {
  if (Array.isArray(value)) return (value as readonly Value[]).flatMap(textsOf);
  if (typeof value === 'object') return 'value' in value && value['value'] !== undefined ? textsOf(value['value']) : [];
  return typeof value === 'boolean' ? [] : [String(value)];
}

function withoutTexts(parameter: Parameter, sent: readonly PersonalText[]): Parameter {
  if (typeof parameter === 'number') return parameter;
  return sent.reduce((said, { text, kind }) => said.replaceAll(text, () => mask(text, kind)), parameter);
}
