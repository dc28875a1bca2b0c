import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connector, EntityDescription } from '../../engine/connector.ts';
import { defineErrors } from '../../engine/errors.ts';
import type { PipeError } from '../../engine/errors.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { tableSystem } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';

const errors = defineErrors('starting', {
  refused: { kind: 'environment', en: 'nobody listens', ru: 'никто не слушает', fix: { en: 'wait', ru: 'ждите' } },
  login: { kind: 'environment', en: 'wrong password', ru: 'неверный пароль', fix: { en: 'set it', ru: 'задайте' } },
  no_base: { kind: 'input', en: 'no such base', ru: 'нет такой базы', fix: { en: 'name it', ru: 'назовите' } },
});

const row: EntityDescription = { entity: 'row', id: 'ID', lists: [], fields: [{ name: 'KEY', type: 'text' }] };

const flow = (name: string, target: string) => `
  ${name}:
    source: { connection: portal }
    key: id
    targets: { row: { connection: ${target}, entity: row, key: [KEY], fields: { KEY: id } } }
`;

const text = `
version: 1
name: test
connections: { portal: { connector: portal }, base: { connector: base, waitFor: 60s } }
flows:
${flow('copied', 'base')}
`;

let portal: TableSystem;
let base: TableSystem;
let desk: Stand;
let connectors: readonly Connector[];
/** On the clock of the run: when the base is up. */
let upAt: number;
let tries: number;
let refusal: () => PipeError;

function slow({ connector }: TableSystem): Connector {
  return {
    ...connector,
    connect: async (settings, host) => ({
      ...(await connector.connect(settings, host)),
      check: async () => {
        tries += 1;
        if (host.now() < upAt) throw refusal();
        return [];
      },
    }),
  };
}

beforeEach(async () => {
  [portal, base] = [tableSystem('portal', [row]), tableSystem('base', [row])];
  portal.rows = [{ id: 'a' }];
  connectors = [portal.connector, slow(base)];
  desk = await stand(connectors);
  upAt = 0;
  tries = 0;
  refusal = () => errors.refused.error({}, { retry: true });
});
afterEach(() => desk.close());

const run = async (yaml = text) => desk.run(await compiled(yaml, connectors));
const waits = () => desk.events.filter((event) => event.type === 'waiting');

describe('100. A data base that comes up later', () => {
  it('is waited for, which is said once', async () => {
    upAt = desk.clock.now() + 10_000;
    expect(await run()).toMatchObject({ exitCode: 0, flows: [{ created: 1 }] });
    expect([tries, desk.clock.slept]).toEqual([6, [2000, 2000, 2000, 2000, 2000]]);
    expect(waits()).toMatchObject([{ for: 'base', ms: 60_000, error: { code: 'starting.refused' } }]);
  });

  it('that never comes up ends the run with 3 and its own error after the time that was given', async () => {
    upAt = Infinity;
    const began = desk.clock.now();
    expect(await run()).toMatchObject({
      exitCode: 3,
      error: { code: 'starting.refused' },
      flows: [{ name: 'copied', skippedBecause: { code: 'run.connection_lost', parameters: { connection: 'base' } } }],
    });
    expect([desk.clock.now() - began, waits().length]).toEqual([60_000, 1]);
    expect(base.calls).toEqual([]);
  });

  it('holds up the start of all flows, and the end of none that does without it', async () => {
    upAt = Infinity;
    const { flows, exitCode } = await run(text + flow('kept', 'portal'));
    expect(flows).toMatchObject([
      { name: 'copied', skippedBecause: {} },
      { name: 'kept', created: 1 },
    ]);
    expect(exitCode).toBe(3);
  });

  it('is not waited for when it is there, when nothing says so, or when waiting would not help', async () => {
    expect(await run()).toMatchObject({ exitCode: 0 });
    upAt = Infinity;
    expect(await run(text.replace(', waitFor: 60s', ''))).toMatchObject({ exitCode: 0 });
    refusal = () => errors.no_base.error({});
    expect(await run()).toMatchObject({ exitCode: 0 });
    expect([tries, desk.clock.slept]).toEqual([2, []]);
  });

  it('is not waited for where it refuses the password, which is said at once', async () => {
    upAt = Infinity;
    refusal = () => errors.login.error({});
    expect(await run()).toMatchObject({ exitCode: 3, error: { code: 'starting.login' } });
    expect([tries, desk.clock.slept, waits()]).toEqual([1, [], []]);
  });

  it('a stop ends the waiting', async () => {
    upAt = Infinity;
    const stop = new AbortController();
    refusal = () => {
      stop.abort('SIGTERM');
      return errors.refused.error({}, { retry: true });
    };
    const result = await desk.run(await compiled(text, connectors), {}, stop.signal);
    expect(result).toMatchObject({ exitCode: 143, flows: [] });
    expect(result.error).toBeUndefined();
  });
});
