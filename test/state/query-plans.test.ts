import { expect, it, vi } from 'vitest';
import { openDatabase } from '../../engine/state/database.ts';
import { stateStore } from '../../engine/state/open-state.ts';
import { stateSchema } from '../../engine/state/schema.ts';

/** SQLite's word for a walk through a whole table, or through all of a flow, where a year of runs has left its rows. */
const walk = /^(SCAN|SEARCH) (i|intents|known|links|trace)\b(?!.*(intents_open|intents_absent))(.*\(flow=\?\))?$/;

it('no statement walks through what a year of runs has left, but for those that mean all of it', () => {
  const db = openDatabase(':memory:', stateSchema, () => 0o600);
  const prepare = vi.spyOn(db.sqlite, 'prepare');
  stateStore(db);
  const statements = prepare.mock.calls.map(([sql]) => sql.replaceAll(/@\w+/g, '?'));
  prepare.mockRestore();

  function stepsOf(sql: string): readonly string[] {
    const explained = db.sqlite.prepare<unknown[], { readonly detail: string }>(`EXPLAIN QUERY PLAN ${sql}`);
    return explained.all(Array.from(sql.matchAll(/\?/g), () => null)).map(({ detail }) => detail);
  }
  const walking = statements.filter((sql) => stepsOf(sql).some((step) => walk.test(step)));
  expect(walking.map((sql) => sql.replaceAll(/\s+/g, ' '))).toEqual([
    // `pipe status`: rows of an older mapping.
    expect.stringMatching(/^SELECT count\(\*\) AS rows FROM known JOIN runs/),
    // Begins at the oldest and ends at the first that is young.
    expect.stringMatching(
      /^DELETE FROM trace WHERE id < coalesce\(\(SELECT id FROM trace WHERE at >= \? ORDER BY id LIMIT 1\)/,
    ),
    // After a read of the whole source, and by hand.
    expect.stringMatching(/^DELETE FROM known WHERE flow = \? AND NOT EXISTS/),
    'DELETE FROM known WHERE flow = ?',
    // Whether there is one at all.
    expect.stringMatching(/UNION ALL SELECT 1 FROM intents LIMIT 1$/),
  ]);
  expect(statements.length).toBeGreaterThan(60);
  db.close();
});
