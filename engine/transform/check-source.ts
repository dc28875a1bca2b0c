import { choicesFor } from '../config/nearest.ts';
import type { AskedColumn, Flow } from '../config/pipeline.ts';
import type { Field } from '../connector.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { transformErrors } from './errors.ts';
import { typeErrors } from './infer/errors.ts';
import { dateForm, numberForm } from './infer/into.ts';
import type { Knowledge } from './surroundings.ts';

/** Columns that the flow itself names: of the cursor, and where there is no map of key and `require`. */
export function checkColumnNames(flow: Flow, columns: readonly Field[]): readonly Diagnostic[] {
  const { window, windowPlace } = flow.source;
  const names = columns.map(({ name }) => name);
  const named = [
    ...(window && windowPlace ? [{ field: window.field, place: windowPlace }] : []),
    ...(flow.map ? [] : [{ field: flow.key, place: flow.keyPlace }, ...flow.require]),
  ];
  return named.flatMap(({ field: name, place }) =>
    names.includes(name)
      ? []
      : [transformErrors.unknown_column.finding({ name, known: choicesFor(name, names) }, place)],
  );
}

/** What `filter` and `select` name, and what rows are to hold there. */
export function checkAsked(flow: Flow, knowledge: Knowledge): readonly Diagnostic[] {
  const fields = knowledge.askable?.(flow);
  if (!fields) return [];
  const byName = new Map(fields.map((field) => [field.name, field]));
  return flow.source.asked.flatMap((asked) => {
    const field = byName.get(asked.name);
    if (field) return asked.wanted.flatMap((wanted) => checkWanted(field, wanted));
    const known = choicesFor(asked.name, [...byName.keys()]);
    return [transformErrors.unknown_column.finding({ name: asked.name, known }, asked.place)];
  });
}

/** Texts alone: systems take numbers and flags for one another, and a text for none of them. */
function checkWanted(field: Field, { value, place }: AskedColumn['wanted'][number]): readonly Diagnostic[] {
  const { name, type, options = [] } = field;
  if (typeof value !== 'string' || value === '') return [];
  const facts = { field: name, value };
  if (type === 'enum' && options.length > 0) {
    if (options.some(({ id, text }) => id === value || text === value)) return [];
    const known = choicesFor(value, [...new Set(options.flatMap(({ id, text }) => [text, id]))]);
    return [typeErrors.filter_option.finding({ ...facts, known }, place)];
  }
  const form = forms[type];
  if (!form || form.test(value)) return [];
  return [typeErrors.filter_value.finding({ ...facts, wanted: type, example: examples[type] ?? '…' }, place)];
}

const forms: Readonly<Partial<Record<Field['type'], RegExp>>> = {
  integer: numberForm,
  number: numberForm,
  boolean: /^(true|false|y|n|1|0)$/i,
  date: dateForm,
  datetime: dateForm,
};

const examples: Readonly<Partial<Record<Field['type'], string>>> = {
  integer: '1',
  number: '1.5',
  boolean: 'true',
  date: '2026-03-01',
  datetime: '2026-03-01T10:00:00',
};
