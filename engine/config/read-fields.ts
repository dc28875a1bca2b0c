import { configErrors } from './errors.ts';
import { choicesFor } from './nearest.ts';
import { child, entries, items, textAt, textIn, toJson } from './node.ts';
import type { Entry, Node } from './node.ts';
import type { ChildRows, FieldItem, FieldMapping, FieldSpec, Reference, WritePolicy } from './pipeline.ts';
import { readValue } from './read-value.ts';
import { expressionAt, expressionIn, textsIn, wordAt } from './reader.ts';
import type { NamedText, Reader } from './reader.ts';
import { placeOf } from './source-text.ts';

export interface ReadFields {
  readonly fields: readonly FieldMapping[];
  readonly everyField?: { readonly write: WritePolicy };
  readonly rows: readonly ChildRows[];
  /** What the target writes, as far as it is named. */
  readonly written: readonly string[];
}

const policies: readonly WritePolicy[] = ['notNull', 'always', 'fill', 'create', 'add'];

/** `fields` and `rows` of a target. */
export function readFields(target: Node): ReadFields {
  const fields = child(target, 'fields');
  const takesAll = textIn(fields) === 'all' || textAt(fields, '*') === 'all';
  const standard = wordAt(target, 'write', policies, takesAll ? 'always' : 'notNull');
  const mappings = entries(fields)
    .filter(({ key }) => key !== '*')
    .map((entry) => readMapping(entry, standard));
  const rows = entries(child(target, 'rows')).flatMap((entry) => readRows(entry, standard));
  const written = [...mappings.map(({ field }) => field), ...rows.map(({ list }) => list)];
  return { fields: mappings, ...(takesAll && { everyField: { write: standard } }), rows, written };
}

/** Every field that is named stays, also one whose value makes no sense: others may speak of it. */
function readMapping(entry: Entry, standard: WritePolicy): FieldMapping {
  const { node, key } = entry;
  const reference = readReference(entry);
  const parts = node.kind === 'list' ? items(node) : [node];
  const provision = parts.map((part) => readProvision(child(part, 'field'))).find((spec) => spec !== undefined);
  const write = parts.map((part) => wordAt(part, 'write', policies, standard)).find((each) => each !== standard);
  return {
    field: key,
    place: placeOf(entry.keySpan),
    write: write ?? (reference?.missing === 'null' ? 'always' : standard),
    items: reference ? [] : parts.flatMap((part) => readItem(part)),
    ...(reference && { reference }),
    ...(provision && { provision }),
  };
}

function readItem(node: Node): readonly FieldItem[] {
  const value = readValue(node);
  const type = textAt(node, 'type');
  const at = child(node, 'type');
  return value ? [{ value, ...(type !== undefined && { type }), ...(at && { typePlace: placeOf(at.span) }) }] : [];
}

function readReference(entry: Entry): Reference | undefined {
  const { node } = entry;
  const table = textAt(node, 'ref');
  if (table === undefined) return undefined;
  const by = entries(child(node, 'by')).flatMap((each) => {
    const expression = expressionIn(each.node);
    return expression ? [{ field: each.key, expression, place: placeOf(each.keySpan) }] : [];
  });
  const missing = readMissing(node);
  const take = child(node, 'take');
  return {
    table,
    by,
    take: textIn(take) ?? '',
    ...(take && { takePlace: placeOf(take.span) }),
    missing,
    place: placeOf(entry.keySpan),
  };
}

/** `missing: null` is a word here, though YAML has a meaning of its own for it. */
function readMissing(node: Node): Reference['missing'] {
  const written = child(node, 'missing');
  const isNull = written?.kind === 'scalar' && written.value === null && written.text !== '';
  return isNull ? 'null' : wordAt(node, 'missing', ['skip', 'null', 'error'], 'error');
}

/** `field: text` is short for `field: { type: text }`. */
function readProvision(node: Node | undefined): FieldSpec | undefined {
  const type = textIn(node) ?? textAt(node, 'type');
  if (type === undefined) return undefined;
  const apiOnly = child(node, 'apiOnly');
  const title = textAt(node, 'title');
  return {
    type,
    apiOnly: apiOnly !== undefined && toJson(apiOnly) === true,
    options: textsIn(child(node, 'options')).map(({ text }) => text),
    ...(title !== undefined && { title }),
  };
}

function readRows(entry: Entry, standard: WritePolicy): readonly ChildRows[] {
  const rows = entry.node.kind === 'map' ? expressionAt(entry.node, 'value') : expressionIn(entry.node);
  const write = wordAt(entry.node, 'write', policies, standard);
  return rows ? [{ list: entry.key, place: placeOf(entry.keySpan), rows, write }] : [];
}

/** Names that must be among what the target writes. */
export function checkWritten(
  names: readonly NamedText[],
  { written, everyField }: ReadFields,
  code: 'key_not_mapped' | 'by_not_mapped' | 'guard_field_not_mapped',
  reader: Reader,
): void {
  if (everyField) return;
  for (const { text, span } of names) {
    if (written.includes(text)) continue;
    const parameters = { field: text, choices: choicesFor(text, written) };
    reader.report(configErrors[code].finding(parameters, placeOf(span)));
  }
}
