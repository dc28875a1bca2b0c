import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import type { CrashPoint } from '../../engine/run/crash-points.ts';
import { duplicatesIn, textOf } from './invariants.ts';
import { settleMs } from './pipeline-text.ts';
import { stand } from './stand.ts';
import { dealKey } from './writes-seen.ts';

/** Where each process that takes the plan up is killed, and at the how manieth time it comes there. */
const kills: readonly (readonly [CrashPoint, number])[] = [
  ['apply-n', 1],
  ['answer-received', 1],
  ['apply-n', 3],
  ['receipts-before-commit', 2],
  ['rows-before', 1],
  ['receipts-after-commit', 2],
  ['apply-n', 2],
  ['between-targets', 4],
];

const visits = Array.from({ length: 20 }, (_, index) => `F1_${index + 1}`).sort();

it(
  'DL-24: a plan whose processes are killed at step after step is done once, whoever ends it',
  { timeout: 240_000 },
  async () => {
    const { world, place } = await stand(2);
    const told = await place.command('diff', 'pipeline.yaml', '--flow', 'receptions', '--out', 'plan.jsonl').ended;
    // On a slow day it waits for the portal's limit, and says so.
    expect([told.exit, told.stderr.replaceAll(/^waits for .*\n?/gm, '')]).toEqual([0, '']);
    const ends: string[] = [];
    for (const [point, nth] of kills) {
      const running = place.disturbed({ at: { point, nth, does: 'SIGKILL' } }, 'apply', 'plan.jsonl');
      const { signal, exit } = await running.ended;
      ends.push(signal ?? `${exit}`);
      await world.drain();
      await world.pass(settleMs + 5_000);
      place.pass(settleMs + 5_000);
    }
    expect(ends.filter((end) => end === 'SIGKILL').length).toBeGreaterThan(4);
    let last = await place.command('apply', 'plan.jsonl', '--json').ended;
    for (let turn = 0; last.exit === 4 && turn < 3; turn++)
      last = await place.command('apply', 'plan.jsonl', '--json').ended;
    expect([last.exit, JSON.parse(last.stdout).left]).toEqual([0, []]);
    const { portal, overlaps, wrongs } = await world.look();
    expect([duplicatesIn(portal), overlaps, wrongs]).toEqual([[], [], []]);
    expect(portal.deals.map((deal) => textOf(deal[dealKey])).sort()).toEqual(visits);
    // Not a field nor a child row was lost: there is nothing left to do.
    const after = await place.command('diff', 'pipeline.yaml', '--flow', 'receptions', '--full', '--json').ended;
    const { flows } = JSON.parse(after.stdout) as { flows: readonly { targets: readonly Record<string, number>[] }[] };
    const changes = flows
      .flatMap(({ targets }) => targets)
      .map(({ creates, updates, deletes }) => [creates, updates, deletes]);
    expect(changes).toEqual(changes.map(() => [0, 0, 0]));
    expect(stepsSentTwice(join(place.stateFile))).toEqual([]);
  },
);

/** Of each step at most one attempt was carried out. */
function stepsSentTwice(file: string): readonly unknown[] {
  const db = new Sqlite(file, { readonly: true });
  const rows = db
    .prepare(
      `SELECT step FROM intents WHERE plan IS NOT NULL AND outcome = 'applied' GROUP BY plan, step HAVING count(*) > 1`,
    )
    .all();
  db.close();
  return rows;
}
