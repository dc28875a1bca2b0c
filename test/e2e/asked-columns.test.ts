import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPipeline } from '../../engine/config/load.ts';
import { sourceIdentity } from '../../engine/config/lock-file.ts';
import type { LockedSource } from '../../engine/config/lock-file.ts';
import type { Field } from '../../engine/connector.ts';
import { textOf } from '../../engine/diagnostics.ts';
import { loadConnector } from '../../engine/registry.ts';
import { compile } from '../../engine/transform/compile.ts';
import { knowledgeFrom } from '../../engine/transform/knowledge.ts';
import { temporaryFolder } from '../support/folder.ts';

const connections = {
  bitrix24: '{ connector: bitrix24, webhook: "${env:HOOK}" }',
  amocrm: '{ connector: amocrm, domain: example.amocrm.ru, token: "${env:HOOK}" }',
  postgres: '{ connector: postgres, host: db, database: crm, user: u, password: "${env:HOOK}" }',
  mssql: '{ connector: mssql, server: db, database: crm, user: u, password: "${env:HOOK}" }',
  file: '{ connector: file }',
};

const fields: readonly Field[] = [
  { name: 'id', type: 'id', optional: false },
  { name: 'title', type: 'text' },
  { name: 'price', type: 'number' },
  { name: 'made', type: 'datetime' },
  { name: 'active', type: 'boolean' },
  {
    name: 'stage',
    type: 'enum',
    options: [
      { id: '7', text: 'Новая' },
      { id: '8', text: 'Успех' },
    ],
  },
];

/** What is said of a source of which the lock file has these columns: `column code: message | fix`, by the line's columns. */
async function saidOf(
  connector: keyof typeof connections,
  source: string,
  locked: Omit<LockedSource, 'of'> = { fields },
): Promise<readonly string[]> {
  const file = join(temporaryFolder(), 'asked.yaml');
  const lines = [
    'version: 1',
    'name: asked',
    `connections: { from: ${connections[connector]}, to: { connector: sqlite, file: a.db } }`,
    'flows:',
    '  rows:',
    `    source: { connection: from, ${source} }`,
    '    key: id',
    '    targets: { copy: { connection: to, table: copies, key: [id], ddl: create, fields: all } }',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const env = { HOOK: 'https://portal.example/rest/1/abc/' };
  const { pipeline, findings } = await loadPipeline(file, { env });
  const [flow] = pipeline?.flows ?? [];
  if (!pipeline || !flow) throw new Error(findings.map(({ code }) => code).join());
  const connectors = new Map<string, NonNullable<Awaited<ReturnType<typeof loadConnector>>>>();
  for (const name of [connector, 'sqlite']) {
    const loaded = await loadConnector(name);
    if (loaded) connectors.set(name, loaded);
  }
  const sources = { rows: { of: sourceIdentity(flow.source.block), ...locked } };
  const lock = { version: 1 as const, connections: { from: { connector, entities: {}, sources } } };
  const all = [...findings, ...compile(pipeline, knowledgeFrom(pipeline, connectors, lock)).findings];
  return all
    .filter(({ code }) => code !== 'config.literal_secret')
    .map(({ code, parameters, where }) => {
      const { message, fix } = textOf(code, parameters, 'en');
      const line = lines[(where?.line ?? 1) - 1] ?? '';
      const marked = line.slice((where?.column ?? 1) - 1, (where?.column ?? 1) - 1 + (where?.length ?? 1));
      return `${where?.line}:${marked} ${code}: ${message} | ${fix}`;
    });
}

const unknown = (marked: string, name: string, known: string) =>
  `6:${marked} transform.unknown_column: "${name}" is no column of the source | write "${known}"`;

const tables = { postgres: 'table: deals', mssql: 'table: dbo.deals' } as const;

describe.each([
  ['bitrix24', 'entity: deal'],
  ['amocrm', 'entity: lead'],
  ['postgres', tables.postgres],
  ['mssql', tables.mssql],
] as const)('a filter of %s', (connector, block) => {
  it('names columns of the source', async () => {
    expect(await saidOf(connector, `${block}, filter: { titel: a, price: 5 }`)).toEqual([
      unknown('titel', 'titel', 'title'),
    ]);
  });

  it('asks for what they hold', async () => {
    expect(
      await saidOf(connector, `${block}, filter: { price: dear, made: yesterday, stage: [Успех, Успехх], title: 5 }`),
    ).toEqual([
      '6:dear types.filter_value: "price" holds number, and "dear" is none | write a value such as 1.5',
      '6:yesterday types.filter_value: "made" holds datetime, and "yesterday" is none | write a value such as 2026-03-01T10:00:00',
      '6:Успехх types.filter_option: "stage" has no option "Успехх" | write "Успех"',
    ]);
  });

  it('has nothing wrong with it where it takes numbers as texts, days, flags, options by id or text', async () => {
    const filter = '{ id: 5, price: ["5", 6.5], made: 2026-03-01, active: Y, stage: [8, Новая] }';
    expect(await saidOf(connector, `${block}, filter: ${filter}`)).toEqual([]);
  });

  it('names columns of the cursor', async () => {
    expect(await saidOf(connector, `${block}, cursor: { field: mades }`)).toEqual([unknown('mades', 'mades', 'made')]);
  });
});

describe('signs before the name', () => {
  it('belong to the filter where the system has them, which then asks for no value', async () => {
    const filter = '{ ">=made": "2026-03-01", "%title": x, "!price": none, "<=maed": "2026-03-01" }';
    expect(await saidOf('bitrix24', `entity: deal, filter: ${filter}`)).toEqual([unknown('"<=maed"', 'maed', 'made')]);
  });

  it('are no part of a name elsewhere', async () => {
    expect(await saidOf('postgres', 'table: deals, filter: { ">=made": "2026-03-01" }')).toEqual([
      unknown('">=made"', '>=made', 'made'),
    ]);
  });
});

describe('what is selected', () => {
  const askable = [...fields, { name: 'PHONE', type: 'text' as const }];

  it.each(['bitrix24', 'amocrm'] as const)('of %s names fields of the entity', async (connector) => {
    const entity = connector === 'amocrm' ? 'lead' : 'deal';
    const of = { fields: fields.slice(0, 2), askable };
    expect(
      await saidOf(connector, `entity: ${entity}, select: [title, pric], filter: { price: 5, PHONE: x }`, of),
    ).toEqual([unknown('pric', 'pric', 'price')]);
  });

  it('is a column once the lock file knows the field, though nobody selected it then', async () => {
    const of = { fields: fields.slice(0, 2), askable };
    const source = 'entity: deal, select: [title, made], cursor: { field: made }';
    expect(await saidOf('bitrix24', source, of)).toEqual([]);
  });

  it('is looked at without a lock file where the connector knows the fields itself', async () => {
    const said = await saidOf('bitrix24', 'entity: department, select: [NAME, PARNET], filter: { UF_HEADD: 1 }');
    expect(said.filter((line) => line.startsWith('6:'))).toEqual([
      unknown('PARNET', 'PARNET', 'PARENT'),
      unknown('UF_HEADD', 'UF_HEADD', 'UF_HEAD'),
    ]);
  });
});

it('columns that name the rows of a file are columns of it', async () => {
  expect(await saidOf('file', 'file: a.csv, key: [idd]')).toEqual([unknown('idd', 'idd', 'id')]);
});
