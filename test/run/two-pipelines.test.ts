import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runErrors } from '../../engine/run/errors.ts';
import type { RunResult } from '../../engine/run/run-pipeline.ts';
import { planErrors } from '../../engine/plan/errors.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { entityOf, tableSystem, withSink } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';
import { contact, deal, visit, visitsYaml } from './visits.ts';

let tables: TableSystem;
let north: Stand;
let south: Stand;
let pipelines: readonly CompiledPipeline[];
/** Answers of the first question for contacts wait until so many have asked it. */
let asking: number;

beforeEach(async () => {
  tables = tableSystem('tables', [contact, deal]);
  tables.rows = [visit(1, 1), visit(2, 2)];
  asking = 2;
  const both = Promise.withResolvers<void>();
  const connector = withSink(tables.connector, (sink) => ({
    ...sink,
    find: async (entity, questions, fields, signal) => {
      const answers = await sink.find(entity, questions, fields, signal);
      if (entity === 'contact' && --asking === 0) both.resolve();
      await both.promise;
      return answers;
    },
  }));
  north = await stand([connector], 'north');
  south = await stand([connector], 'south', { clock: north.clock, book: north.book });
  pipelines = await Promise.all(
    ['north', 'south'].map((name) =>
      compiled(visitsYaml.replace('name: test', `name: ${name}`).replaceAll(/"([VP])" &/g, `"${name}$1" &`), [
        connector,
      ]),
    ),
  );
});
afterEach(async () => {
  await north.state.close();
  await south.close();
});

const runOf = async (desk: Stand, at: number): Promise<RunResult> => {
  const pipeline = pipelines[at];
  if (!pipeline) throw new Error('not compiled');
  return await desk.run(pipeline);
};
const bothRun = () => Promise.all([runOf(north, 0), runOf(south, 1)]);
const rows = (entity: string) => [...entityOf(tables, entity).rows.values()];

describe('DL-20 two pipelines that ask for one person at the same moment', () => {
  it('make one contact, and the deals of both name it', async () => {
    const results = await bothRun();
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(rows('contact').map((row) => row['NAME'])).toEqual(['Имя1', 'Имя2']);
    expect(
      rows('deal')
        .map((row) => `${String(row['VISIT'])} ${String(row['CONTACT_ID'])}`)
        .sort(),
    ).toEqual(['northV1 1', 'northV2 2', 'southV1 1', 'southV2 2']);
  });

  it('make it once where the one has no answer yet: the other waits in the queue until it can no longer come', async () => {
    tables.rows = [visit(1, 1)];
    const error = planErrors.missing_row.error({ target: 'lost' }, { retry: true });
    let isLost = false;
    tables.onWrite = ({ entity }) => {
      if (entity !== 'contact' || isLost) return undefined;
      isLost = true;
      return { ok: false, applied: 'unknown', error };
    };
    const results = await bothRun();
    expect(results.map(({ exitCode }) => exitCode)).toEqual([4, 4]);
    expect(rows('contact')).toEqual([]);
    const waiting = await Promise.all([north, south].map((desk) => desk.state.queue({})));
    expect(new Set(waiting.flatMap((found) => found.map((row) => row.error.code)))).toEqual(
      new Set([runErrors.in_doubt.code, runErrors.waits_for_doubt.code]),
    );
    north.clock.time += 200_000;
    expect((await runOf(north, 0)).exitCode).toBe(0);
    expect((await runOf(south, 1)).exitCode).toBe(0);
    expect(rows('contact')).toHaveLength(1);
    expect(rows('deal').map((row) => row['CONTACT_ID'])).toEqual(['1', '1']);
  });
});
