import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connector, EntityDescription, Source } from '../../engine/connector.ts';
import { defineErrors } from '../../engine/errors.ts';
import type { PipeError } from '../../engine/errors.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { tableSystem } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';

const errors = defineErrors('dictionaries', {
  no_list: { kind: 'input', en: 'no such list', ru: 'нет такого списка', fix: { en: 'name it', ru: 'назовите' } },
  away: { kind: 'environment', en: 'away', ru: 'недоступно', fix: { en: 'wait', ru: 'подождите' } },
});

const row: EntityDescription = { entity: 'row', id: 'ID', lists: [], fields: [{ name: 'KEY', type: 'text' }] };

const flowText = (name: string, after: string, source = 'portal', target = 'base') => `
  ${name}:
    after: [${after}]
    source: { connection: ${source}, stream: ${name} }
    key: id
    targets:
      row: { connection: ${target}, entity: row, key: [KEY], fields: { KEY: '"${name} " & id' } }
`;

/** Rule 65: a city before its objects, a category before its violations, users any time. */
const text = `
version: 1
name: test
connections: { portal: { connector: portal }, base: { connector: base }, desk: { connector: desk } }
flows:
${flowText('objects', 'cities')}
${flowText('rooms', 'objects')}
${flowText('cities', '')}
${flowText('users', '', 'desk', 'desk')}
`;

let systems: Record<'portal' | 'base' | 'desk', TableSystem>;
/** What reading a stream fails of. */
let failing: Map<string, PipeError>;
let desk: Stand;
let pipeline: CompiledPipeline;

function breaking({ connector }: TableSystem): Connector {
  return {
    ...connector,
    connect: async (settings, host) => {
      const connection = await connector.connect(settings, host);
      const source = (block: object): Source => {
        const open = connection.source?.({ ...block });
        if (!open) throw new Error('no source');
        const error = 'stream' in block ? failing.get(String(block.stream)) : undefined;
        return error ? { ...open, describe: async () => Promise.reject(error) } : open;
      };
      return { ...connection, source };
    },
  };
}

beforeEach(async () => {
  failing = new Map();
  systems = {
    portal: tableSystem('portal', [row]),
    base: tableSystem('base', [row]),
    desk: tableSystem('desk', [row]),
  };
  for (const system of Object.values(systems)) system.rows = [{ id: 1 }];
  const connectors = Object.values(systems).map(breaking);
  desk = await stand(connectors);
  pipeline = await compiled(text, connectors);
});
afterEach(() => desk.close());

const keysIn = (system: TableSystem) => [...(system.entities.get('row')?.rows.values() ?? [])].map(({ KEY }) => KEY);
const said = (type: string) => desk.events.filter((event) => event.type === type);

describe('a flow that fails by its own data or mapping', () => {
  beforeEach(() => failing.set('cities', errors.no_list.error({})));

  it('ends itself and those that come after it, however far, and the others run', async () => {
    const { flows, exitCode, error } = await desk.run(pipeline);
    expect(flows).toMatchObject([
      { name: 'cities', error: { code: 'dictionaries.no_list' }, read: 0 },
      { name: 'objects', skippedBecause: { code: 'run.prerequisite_failed', parameters: { before: 'cities' } } },
      { name: 'rooms', skippedBecause: { code: 'run.prerequisite_failed', parameters: { before: 'objects' } } },
      { name: 'users', created: 1 },
    ]);
    expect([exitCode, error?.code]).toEqual([2, 'dictionaries.no_list']);
    expect([keysIn(systems.base), keysIn(systems.desk)]).toEqual([[], ['users 1']]);
  });

  it('says so as it happens', async () => {
    await desk.run(pipeline);
    expect(said('flow-failed')).toMatchObject([{ flow: 'cities', error: { code: 'dictionaries.no_list' } }]);
    expect(said('flow-skipped')).toMatchObject([
      { flow: 'objects', error: { code: 'run.prerequisite_failed' } },
      { flow: 'rooms', error: { code: 'run.prerequisite_failed' } },
    ]);
    expect(said('flow-started')).toMatchObject([{ flow: 'cities' }, { flow: 'users' }]);
  });

  it('is made good by the next run', async () => {
    await desk.run(pipeline);
    failing.clear();
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{}, { created: 1 }, { created: 1 }, {}] });
    expect(keysIn(systems.base)).toEqual(['cities 1', 'objects 1', 'rooms 1']);
  });

  it('keeps in the state what ended it', async () => {
    await desk.run(pipeline);
    const [last] = await desk.state.runs(1);
    expect(last?.result?.['flows']).toMatchObject([
      { name: 'cities', error: 'dictionaries.no_list' },
      { name: 'objects', skippedBecause: 'run.prerequisite_failed' },
      { name: 'rooms' },
      { name: 'users' },
    ]);
  });
});

it('a record that is rejected holds up nothing that comes after its flow', async () => {
  systems.portal.rows = [{ id: 1 }, { name: 'no key' }];
  const { flows, exitCode } = await desk.run(pipeline);
  expect(flows).toMatchObject([
    { name: 'cities', created: 1, rejected: 1 },
    { name: 'objects', created: 1 },
    { name: 'rooms', created: 1 },
    { name: 'users', created: 1 },
  ]);
  expect(exitCode).toBe(4);
});

describe('a system that is out of reach', () => {
  it('stops the flows that use it and no other', async () => {
    failing.set('cities', errors.away.error({}));
    const { flows, exitCode, error } = await desk.run(pipeline, { flows: ['cities', 'rooms', 'users'] });
    expect(flows).toMatchObject([
      { name: 'cities', error: { code: 'dictionaries.away' } },
      { name: 'rooms', skippedBecause: { code: 'run.connection_lost', parameters: { connection: 'portal' } } },
      { name: 'users', created: 1 },
    ]);
    expect([exitCode, error?.code]).toEqual([3, 'dictionaries.away']);
  });

  it('is known by a write as well as by a read', async () => {
    systems.base.onWrite = () => ({ ok: false, applied: 'no', error: errors.away.error({}) });
    const { flows } = await desk.run(pipeline, { flows: ['cities', 'rooms', 'users'] });
    expect(flows).toMatchObject([
      { error: { code: 'dictionaries.away' } },
      { skippedBecause: { parameters: { connection: 'base' } } },
      { created: 1 },
    ]);
  });

  it('is not our own state: that ends the run', async () => {
    const broken = { ...desk.state, checkpoint: async () => Promise.reject(errors.away.error({})) };
    const other = await stand(desk.connectors, 'test', { state: broken });
    const { flows, exitCode } = await other.run(pipeline);
    await other.book.close();
    expect([flows.map(({ name }) => name), exitCode]).toEqual([['cities'], 3]);
  });
});

describe('a choice of flows', () => {
  const names = async (flows: readonly string[], prerequisites?: true) =>
    (await desk.run(pipeline, { flows, ...(prerequisites && { prerequisites }) })).flows.map(({ name }) => name);

  it('65. brings along what they come after, in order, and says so', async () => {
    expect(await names(['rooms'], true)).toEqual(['cities', 'objects', 'rooms']);
    expect(said('flow-added')).toMatchObject([
      { flow: 'cities', for: 'objects' },
      { flow: 'objects', for: 'rooms' },
    ]);
    expect(await names(['objects', 'cities'], true)).toEqual(['cities', 'objects']);
    expect(said('flow-added')).toEqual([]);
  });

  it('is just those where a schedule names them', async () => {
    expect(await names(['rooms'])).toEqual(['rooms']);
  });

  it('leaves out what is switched off, and what only that one comes after', async () => {
    const off = text.replace('    after: [cities]', '    enabled: "false"\n    after: [cities]');
    pipeline = await compiled(off, desk.connectors);
    expect(await names(['rooms'], true)).toEqual(['rooms']);
    expect(await names(['objects'], true)).toEqual(['cities', 'objects']);
    expect((await desk.run(pipeline)).flows.map(({ name }) => name)).not.toContain('objects');
  });
});
