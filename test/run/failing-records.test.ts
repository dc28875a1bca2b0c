import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compiled } from '../support/harness.ts';
import { errors, openVisits, visit, visitsYaml } from './visits.ts';
import type { Visits } from './visits.ts';

let tables: Visits['tables'];
let pipeline: Visits['pipeline'];
let desk: Visits['desk'];
let deals: Visits['deals'];
let contacts: Visits['contacts'];

beforeEach(async () => {
  ({ tables, pipeline, desk, deals, contacts } = await openVisits());
});
afterEach(() => desk.close());

describe('a record that fails', () => {
  it('goes to the queue with its source row, and the rest goes on', async () => {
    tables.onWrite = (write) =>
      write.operation === 'create' && write.values['VISIT'] === 'V2'
        ? { ok: false, applied: 'no', error: errors.refused.error({}) }
        : undefined;
    tables.rows = [visit(1, 1), visit(2, 2), visit(3, 3)];
    const result = await desk.run(pipeline);
    expect(result).toMatchObject({ exitCode: 4, flows: [{ created: 2, rejected: 1, queued: 0 }] });
    expect(await desk.state.queue({})).toMatchObject([
      { key: 'V2', state: 'failed', source: { id: 2 }, error: { code: 'testing.refused' }, attempts: 0 },
    ]);
  });

  it('is not rejected again by the next run while it is the same', async () => {
    tables.onWrite = (write) =>
      write.operation === 'create' && write.values['VISIT'] === 'V1'
        ? { ok: false, applied: 'no', error: errors.refused.error({}) }
        : undefined;
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    const result = await desk.run(pipeline);
    expect(result).toMatchObject({ exitCode: 0, flows: [{ read: 1, skipped: 1, rejected: 0 }] });
  });

  it('is delivered when it was mended, and its queue row is closed', async () => {
    tables.onWrite = (write) =>
      write.operation === 'create' && write.values['SUM'] === 13
        ? { ok: false, applied: 'no', error: errors.refused.error({}) }
        : undefined;
    tables.rows = [visit(1, 1, { sum: 13 })];
    await desk.run(pipeline);
    tables.rows = [visit(1, 1, { stamp: 2, sum: 14 })];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ created: 1 }] });
    expect(await desk.state.queue({})).toMatchObject([{ key: 'V1', state: 'superseded' }]);
  });

  it('tells a value its table does not know without the value', async () => {
    const table = visitsYaml.replace(
      'stage: stage',
      'stage: { from: name, table: { Имя2: NEW }, otherwise: { const: NEW, warn: true } }',
    );
    tables.rows = [visit(1, 1)];
    await desk.run(await compiled(table, [tables.connector]));
    const warnings = desk.events.flatMap((event) =>
      event.type === 'warning' ? [[event.key, event.error.parameters]] : [],
    );
    expect(warnings).toEqual([['V1', { field: 'stage', value: 'И****' }]]);
  });

  it('names the field that has no value, and keeps its key', async () => {
    const strict = await compiled(visitsYaml.replace('    targets:', '    require: [name, phone]\n    targets:'), [
      tables.connector,
    ]);
    const { name: _name, ...nameless } = visit(1, 1);
    tables.rows = [nameless];
    expect(await desk.run(strict)).toMatchObject({ exitCode: 4, flows: [{ rejected: 1 }] });
    expect(await desk.state.queue({})).toMatchObject([
      { key: 'V1', error: { code: 'run.required_empty', parameters: { fields: 'name' } } },
    ]);
  });

  it('waits for its retries, one after the other, and fails for good after the last', async () => {
    const missing = visitsYaml.replace('key: [ORIGIN]', 'key: [ORIGIN]\n        missing: error');
    const waiting = await compiled(missing, [tables.connector]);
    tables.rows = [visit(1, 1)];
    const states: unknown[] = [];
    for (const minutes of [0, 0.5, 1, 5]) {
      desk.clock.time += minutes * 60_000;
      await desk.run(waiting);
      const [entry] = await desk.state.queue({});
      states.push([
        entry?.state,
        entry?.attempts,
        entry?.dueAt === undefined ? undefined : entry.dueAt - desk.clock.time,
      ]);
    }
    expect(states).toEqual([
      ['waiting', 1, 30_000],
      ['waiting', 2, 60_000],
      ['failed', 3, undefined],
      ['failed', 3, undefined],
    ]);
  });

  it('does not stop targets that do not name the failed one', async () => {
    tables.onWrite = (write) =>
      write.entity === 'contact' ? { ok: false, applied: 'no', error: errors.refused.error({}) } : undefined;
    const independent = visitsYaml
      .replace('CONTACT_ID: $contact.ID, VISIT', 'SUM: sum, VISIT')
      .replace('          CONTACT_ID: $contact.ID\n', '');
    tables.rows = [visit(1, 1)];
    await desk.run(await compiled(independent, [tables.connector]));
    expect([contacts().length, deals().length]).toEqual([0, 1]);
  });
});
