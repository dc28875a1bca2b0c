import { checkRungNames } from './check-twice.ts';
import { configErrors } from './errors.ts';
import { child, entries, items, textAt, textIn, toJson } from './node.ts';
import type { Entry, Node } from './node.ts';
import type { ExpressionText, Rung, RungField } from './pipeline.ts';
import { checkWritten } from './read-fields.ts';
import type { ReadFields } from './read-fields.ts';
import { valueIn } from './read-value.ts';
import { expressionAt, expressionIn, literalExpression, textsIn, wordAt } from './reader.ts';
import type { NamedText, Reader } from './reader.ts';
import { placeOf } from './source-text.ts';

/** The rungs of a target in order; without `match` the one rung is its key. */
export function readMatch(
  target: Node,
  key: readonly NamedText[],
  fields: ReadFields,
  reader: Reader,
): readonly Rung[] {
  const written = items(child(target, 'match'));
  checkRungNames(written, reader);
  const rungs = written.map((item, index) => readRung(item, index, fields, reader));
  return rungs.length > 0 ? rungs : keyRung(key.map(asMapped));
}

function keyRung(by: readonly RungField[]): readonly Rung[] {
  const [first] = by;
  return first ? [{ name: 'key', place: first.place, by, refused: 'next', order: [], many: 'error' }] : [];
}

function readRung(node: Node, index: number, fields: ReadFields, reader: Reader): Rung {
  const by = child(node, 'by');
  const where = expressionAt(node, 'where');
  const prefer = expressionAt(node, 'prefer');
  const warnMany = textAt(node, 'warnMany');
  if (by && isEmpty(by)) reader.report(configErrors.rung_without_by.finding({}, placeOf(by.span)));
  if (by?.kind === 'list') checkWritten(textsIn(by), fields, 'by_not_mapped', reader);
  return {
    name: textAt(node, 'name') ?? String(index + 1),
    place: placeOf(node.span),
    by: by?.kind === 'list' ? textsIn(by).map(asMapped) : entries(by).flatMap(readRungField),
    ...(textIn(by) === 'link' && { byLink: true }),
    ...(where && { where }),
    refused: wordAt(node, 'refused', ['next', 'create', 'skip'], 'next'),
    ...(prefer && { prefer }),
    order: readOrder(child(node, 'order')),
    many: wordAt(node, 'many', ['error', 'newest', 'oldest', 'all'], 'error'),
    ...(warnMany !== undefined && { warnMany }),
  };
}

/** Such a rung would take any row there is. */
function isEmpty(by: Node): boolean {
  return by.kind !== 'scalar' && items(by).length + entries(by).length === 0;
}

function asMapped({ text, span }: NamedText): RungField {
  return { field: text, place: placeOf(span), value: { kind: 'mapped' } };
}

function readRungField(entry: Entry): readonly RungField[] {
  const field = { field: entry.key, place: placeOf(entry.keySpan) };
  const empty = child(entry.node, 'empty');
  if (empty && toJson(empty) === true) return [{ ...field, value: { kind: 'empty' } }];
  const expression = expressionIn(entry.node) ?? constantOf(entry);
  return expression ? [{ ...field, value: { kind: 'expression', expression } }] : [];
}

/** `{ const: WON }`: a literal is an expression too. */
function constantOf(entry: Entry): ExpressionText | undefined {
  const value = valueIn(child(entry.node, 'const'));
  return value === undefined ? undefined : literalExpression(value, entry);
}

/** `-DATE_CREATE`, or a list of such. */
function readOrder(node: Node | undefined): Rung['order'] {
  const texts = node?.kind === 'list' ? textsIn(node) : node ? [{ text: textIn(node) ?? '', span: node.span }] : [];
  return texts
    .filter(({ text }) => text !== '')
    .map(({ text, span }) => ({
      field: text.replace(/^-/, ''),
      descending: text.startsWith('-'),
      place: placeOf(span),
    }));
}
