import type { Field, Row, Value } from '../connector.ts';
import type { ShownChange, ShownField, ShownRecord } from '../plan/shown-change.ts';
import type { RecordPlanned } from '../run/preview/preview.ts';
import { mask } from '../transform/mask.ts';
import { kindByName, maskedRow } from './masked-row.ts';

/**
 * What becomes of a record as it may be shown (G9): keys of records and rows name nobody. A field of a target is as
 * personal as its connector says, or else as its name, its title or the record field it takes sounds; and whatever a
 * personal column of the source holds is masked wherever it turns up.
 */
export function maskedRecord(record: ShownRecord, planned: RecordPlanned): ShownRecord {
  const texts = personalTexts(planned.source, planned.context.sourceFields);
  const changes = record.changes.map((change) => {
    if (change.fields.length === 0) return change;
    const known = knownFields(change, planned);
    return { ...change, fields: change.fields.map((field) => maskedField(field, known, texts)) };
  });
  return { ...record, changes };
}

/** A child list is known by its own fields. */
function knownFields({ target, fields: shown }: ShownChange, { context }: RecordPlanned): readonly Field[] {
  const { fields, lists } = context.scopes.of(target).description;
  // A connector that marks nobody's data has no word on whose it is: a column of a data base.
  const isMarked = fields.some(({ personal }) => personal !== undefined);
  const mapped = context.flow.targets.find((each) => each.target.name === target)?.fields ?? [];
  return shown.map(({ name }): Field => {
    const list = lists.find((each) => each.name === name);
    if (list) return { name, type: 'json', fields: list.fields };
    const field = fields.find((each) => each.name === name) ?? { name, type: 'text' };
    const items = mapped.find(({ mapping }) => mapping.field === name)?.items ?? [];
    const taken = items.flatMap(({ shape }) => (shape && 'field' in shape ? [shape.field] : []));
    const names = [...(isMarked ? [] : [name]), field.title ?? '', ...taken];
    const personal = field.personal ?? names.map(kindByName).find((kind) => kind !== undefined);
    return { ...field, ...(personal && { personal }) };
  });
}

/** One field old → new: masked as `known` says, and of `texts` nothing is left. */
export function maskedField(
  { before, after, ...field }: ShownField,
  known: readonly Field[],
  texts: readonly string[],
): ShownField {
  const masked = (value: Value): Value =>
    withoutTexts(texts, maskedRow({ [field.name]: value }, known)[field.name] ?? '');
  return {
    ...field,
    ...(before !== undefined && { before: masked(before) }),
    ...(after !== undefined && { after: masked(after) }),
  };
}

/** Shorter ones are no person's: they would be found in anything. */
const shortest = 3;

/** What a row holds of people: whatever is not the same once it is masked. */
export function personalTexts(row: Row, fields: readonly Field[]): readonly string[] {
  const texts = new Set<string>();
  const look = (clear: Value | undefined, masked: Value | undefined): void => {
    if (typeof clear === 'string') {
      if (clear !== masked && clear.trim().length >= shortest) texts.add(clear.trim());
    } else if (typeof clear === 'object' && typeof masked === 'object') {
      const shown: Readonly<Record<string, Value>> = Object.fromEntries(Object.entries(masked));
      for (const [name, value] of Object.entries(clear)) look(value, shown[name]);
    }
  };
  look(row, maskedRow(row, fields));
  // The longest first: of a whole name nothing is left but its mask.
  return [...texts].sort((a, b) => b.length - a.length);
}

/** The value with a mask in the place of each of these texts. */
export function withoutTexts(texts: readonly string[], value: Value): Value {
  if (typeof value === 'string') return texts.reduce((text, each) => text.replaceAll(each, mask(each, 'name')), value);
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return (value as readonly Value[]).map((item) => withoutTexts(texts, item));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withoutTexts(texts, item)]));
}
