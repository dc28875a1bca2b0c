import type { Row } from '../../connector.ts';
import { PipeError, toPipeError } from '../../errors.ts';
import type { Answers } from './answers.ts';
import type { Scope } from '../context.ts';

/** Target rows as they are now, by their keys; those that are gone are left out. What lies not with one row is thrown. */
export async function rowsByKey(
  scope: Scope,
  answers: Answers,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Row | PipeError>> {
  if (keys.length === 0) return new Map();
  const { id } = scope.description;
  const found = await answers.answer(
    scope,
    keys.map((key) => ({ by: { [id]: { anyOf: [key] } } })),
  );
  const rows = new Map<string, Row | PipeError>();
  for (const [index, key] of keys.entries()) {
    const answer = found[index] ?? [];
    const row = answer instanceof Error ? toPipeError(answer) : answer[0];
    if (row instanceof PipeError && row.kind !== 'data') throw row;
    if (row) rows.set(key, row);
  }
  return rows;
}
