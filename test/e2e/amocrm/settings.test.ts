import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadPipeline } from '../../../engine/config/load.ts';
import { textOf } from '../../../engine/diagnostics.ts';
import { dueEntries, nextTurnAt, turnKey, turnsOf } from '../../../engine/service/schedule.ts';
import { root } from '../../support/clone.ts';
import { shipped } from './stand.ts';

/** The variables of the old program's .env, by their old names. */
const old = { DB_HOST: 'clinic', DB_USER: 'reader', DB_PASSWORD: 'p', AMOCRM_SUBDOMAIN: 'smile', AMOCRM_TOKEN: 't' };

async function load(env: Readonly<Record<string, string>>) {
  const { pipeline, findings } = await loadPipeline(shipped, { env });
  const errors = findings.filter(({ severity }) => severity === 'error');
  const settings = (name: string) => pipeline?.connections.get(name)?.settings;
  return {
    schedule: pipeline?.schedule ?? [],
    batch: pipeline?.flows[0]?.source.batch,
    clinic: settings('clinic'),
    amo: settings('amo'),
    errors: errors.map(({ code, parameters }) => textOf(code, parameters, 'en').message),
  };
}

describe('83. Variables', () => {
  it('83. Are those of the old program, with its defaults', async () => {
    const { clinic, amo, batch, errors } = await load(old);
    expect(errors).toEqual([]);
    expect(clinic).toMatchObject({ server: 'clinic', port: 1433, database: 'PZ', user: 'reader', password: 'p' });
    expect([amo, batch]).toEqual([expect.objectContaining({ domain: 'smile.amocrm.ru', token: 't' }), 1000]);
    const other = await load({ ...old, DB_PORT: '1434', DB_NAME: 'PZ2', BATCH_SIZE: '100' });
    expect([other.clinic, other.batch]).toEqual([expect.objectContaining({ port: 1434, database: 'PZ2' }), 100]);
  });

  it.each(Object.keys(old))('83. %s is named where it lacks', async (name) => {
    const { errors } = await load(Object.fromEntries(Object.entries(old).filter(([each]) => each !== name)));
    expect(errors).toEqual([`${name} has no value`]);
  });
});

describe('87. Schedule', () => {
  const moscow = (time: string): number => Date.parse(`2026-11-20T${time}:00+03:00`);

  it('87. Every two minutes what has changed, at eight and at twenty in Moscow everything', async () => {
    const { schedule } = await load(old);
    const [often, deep] = schedule;
    expect([often, deep]).toMatchObject([
      { everyMs: 120_000, mode: 'incremental' },
      { cron: '0 8,20 * * *', timezone: 'Europe/Moscow', mode: 'full' },
    ]);
    const turns = turnsOf(schedule, new Map(), moscow('07:59'));
    for (const entry of schedule) turns.set(turnKey(entry), moscow('07:59'));
    expect(schedule.map((entry) => nextTurnAt(entry, turns, moscow('07:59')))).toEqual([
      moscow('08:01'),
      moscow('08:00'),
    ]);
    expect(dueEntries(schedule, turns, moscow('08:00'), 0)).toEqual([deep]);
  });

  it('87. The variables of the old program change it', async () => {
    const { schedule, errors } = await load({
      ...old,
      SYNC_INTERVAL_MINUTES: '5',
      DEEP_SYNC_HOUR_MORNING: '7',
      DEEP_SYNC_HOUR_EVENING: '21',
    });
    expect([errors, schedule]).toMatchObject([[], [{ everyMs: 300_000 }, { cron: '0 7,21 * * *' }]]);
  });
});

it('86. The compose file runs a pipeline by its own schedule, again after a restart, and looks after it', () => {
  const { services } = parse(readFileSync(join(root, 'docs/deploy/compose.yaml'), 'utf8'));
  expect(services.visits).toMatchObject({
    command: ['run', 'ident-to-bitrix.yaml', '--loop', '--state', '/state'],
    restart: 'unless-stopped',
    healthcheck: { test: ['CMD', 'pipe', 'status', 'ident-to-bitrix.yaml', '--state', '/state'] },
  });
});
