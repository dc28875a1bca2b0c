import { choicesFor } from '../../config/nearest.ts';
import type { ChildList } from '../../connector.ts';
import type { Diagnostic } from '../../diagnostics.ts';
import { nodes, pairsOf, textOf } from '../ast.ts';
import type { Node } from '../ast.ts';
import type { Expression } from '../expression.ts';
import { typeErrors } from './errors.ts';
import { checkInto } from './into.ts';
import { itemOf } from './signatures.ts';
import { spanOf } from './span.ts';
import { called, isNever, isNothing } from './type.ts';
import type { Type } from './type.ts';

interface Rows {
  readonly entity: string;
  readonly expression: Expression;
}

/** Child rows: objects with fields of the list, each of a type that its field takes. */
export function checkRows(
  type: Type,
  { name, fields }: ChildList,
  { entity, expression }: Rows,
  report: (finding: Diagnostic) => void,
): void {
  const row = itemOf(type);
  if (type.any || isNothing(type) || row.any || isNothing(row)) return;
  const { source, root } = expression;
  if (isNever(row, 'object')) {
    report(typeErrors.not_rows.finding({ entity, field: name, kind: called(row) }, source.place()));
    return;
  }
  const owner = `${entity}.${name}`;
  for (const [key, value] of row.object?.fields ?? []) {
    const written = keyNamed(root, key);
    const span = written && spanOf(written.key, source.text);
    const place = span ? source.place(span.offset, span.length) : source.place();
    const field = fields.find((one) => one.name === key);
    const known = choicesFor(
      key,
      fields.map((one) => one.name),
    );
    if (!field) report(typeErrors.no_such_field.finding({ owner, name: key, known }, place));
    else {
      const at = written && spanOf(written.value, source.text);
      const into = { entity: owner, field, isOneOfMany: false, place: at ? source.place(at.offset, at.length) : place };
      checkInto(
        value,
        into,
        () => undefined,
        () => undefined,
        report,
      );
    }
  }
}

/** Where `{ "key": value }` is written. */
function keyNamed(root: Node, name: string): { readonly key: Node; readonly value: Node } | undefined {
  for (const node of nodes(root)) {
    if (node.type !== 'unary' || node.value !== '{') continue;
    const pair = pairsOf(node).find(([key]) => key.type === 'string' && textOf(key) === name);
    if (pair) return { key: pair[0], value: pair[1] };
  }
  return undefined;
}
