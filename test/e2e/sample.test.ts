import { resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { canaries, startClinic } from '../../connectors/ident/sandbox/index.ts';
import { observed } from '../../engine/cases/coverage.ts';
import { noteReached } from '../../engine/cases/coverage.ts';
import { kindByName } from '../../engine/cli/masked-row.ts';
import type { Row } from '../../engine/connector.ts';
import { registry } from '../../engine/registry.ts';
import { compileOffline, loadOffline } from '../../engine/rehearse/load-offline.ts';
import { rehearse } from '../../engine/rehearse/rehearse.ts';
import { anonymise } from '../../engine/samples/anonymise.ts';
import { keptIn } from '../../engine/samples/kept.ts';
import { place } from '../cli/pipe.ts';

const folder = resolve(import.meta.dirname, '../../pipelines');

async function sampler() {
  const clinic = await startClinic({ appointments: 150, days: 30, flaws: true });
  onTestFinished(() => clinic.close());
  const { port, user, password } = clinic.settings;
  const env = {
    FILIAL_ID: '1',
    FIRST_SYNC: 'all',
    IDENT_SERVER: '127.0.0.1',
    IDENT_PORT: String(port),
    IDENT_USER: user,
    IDENT_PASSWORD: password,
    BITRIX24_WEBHOOK: 'http://127.0.0.1:9/rest/1/x/',
    DB_HOST: '127.0.0.1',
    DB_PORT: String(port),
    DB_USER: user,
    DB_PASSWORD: password,
    AMOCRM_SUBDOMAIN: 'clinic',
    AMOCRM_TOKEN: 'x',
  };
  const { pipe } = place();
  return async (pipeline: string, how: string): Promise<readonly { name: string; rows: readonly Row[] }[]> => {
    const flags = ['--connection', 'clinic.encrypt=false', '--limit', '150', '--json'];
    const { exit, stdout, stderr } = await pipe(['sample', resolve(folder, pipeline), how, ...flags], env);
    expect([exit, stderr]).toEqual([0, '']);
    return JSON.parse(stdout).flows;
  };
}

/** Columns that are not the mapping's own words and not a clock's. */
const isTold = (column: string) => !/^(status|sex|archiveReason)$/.test(column);

/** Texts of persons: names, phones, cards, comments. */
function* textsOf(value: unknown, column = ''): Generator<string> {
  if (typeof value === 'string') {
    if (isTold(column))
      for (const [part] of value.matchAll(/\p{L}{4,}|\d{5,}/gu)) if (part !== 'example') yield part.toLowerCase();
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) yield* textsOf(item, Array.isArray(value) ? column : name);
  }
}

/** What the mapping does with each row: where it ends, and every guard, table entry and rung on the way. */
async function branches(pipeline: string, flowName: string, rows: readonly Row[]): Promise<readonly string[][]> {
  const offline = await loadOffline(resolve(folder, pipeline), registry);
  const { pipeline: compiled } = compileOffline(offline, { filial: 1, leads: true });
  if (!compiled) throw new Error('the pipeline does not compile');
  const done: string[][] = [];
  for (const row of rows) {
    const ways = new Set<string>();
    const watched = observed(compiled, (kind, name) => ways.add(`${kind} ${name}`));
    const flow = watched.flows.find((each) => each.flow.name === flowName);
    if (!flow) throw new Error('there is no such flow');
    const [outcome] = await rehearse({ compiled: watched, now: Date.UTC(2026, 10, 20, 9), held: [] }, flow, [row]);
    if (!outcome) throw new Error('a row is lost');
    noteReached(flow, outcome, (kind, name) => ways.add(`${kind} ${name}`));
    const end =
      outcome.state === 'refused' ? outcome.error.code : outcome.state === 'skipped' ? outcome.name : outcome.state;
    done.push([end, ...[...ways].sort()]);
  }
  return done;
}

it.each([
  ['ident-to-bitrix.yaml', 'receptions'],
  ['ident-to-amocrm.yaml', 'patients'],
])(
  'a sample of %s holds nobody of the clinic, and the mapping goes the same ways with it',
  async (pipeline, flow) => {
    const sample = await sampler();
    const clear = await sample(pipeline, '--reveal');
    const told = JSON.stringify(await sample(pipeline, '--anonymise'));
    const packed = told.replaceAll(/[\s()-]/g, '');
    const known = [...canaries.surnames, ...canaries.names].filter((one) =>
      told.toLowerCase().includes(one.toLowerCase()),
    );
    expect([...known, ...canaries.phones.filter((one) => packed.includes(one.slice(2)))]).toEqual([]);
    expect(JSON.stringify(clear).includes(canaries.surnames[0])).toBe(true);

    const rows = clear.find(({ name }) => name === flow)?.rows ?? [];
    expect(rows.length).toBeGreaterThan(50);
    const offline = await loadOffline(resolve(folder, pipeline), registry);
    const compiled = compileOffline(offline, { filial: 1 }).pipeline?.flows.find((each) => each.flow.name === flow);
    if (!compiled) throw new Error('the pipeline does not compile');
    const fields = offline.columns(compiled) ?? [];
    const kept = keptIn(compiled.flow, offline.pipeline?.values ?? {});
    const made = anonymise([{ flow, fields, rows, kept }], 'salt', kindByName).flatMap((one) => one.rows);
    const left = new Set(textsOf(made));
    expect([...new Set(textsOf(rows))].filter((text) => left.has(text))).toEqual([]);
    expect(await branches(pipeline, flow, made)).toEqual(await branches(pipeline, flow, rows));
  },
  240_000,
);
