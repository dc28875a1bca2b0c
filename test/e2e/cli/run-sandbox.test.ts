import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startPortal } from '../../../connectors/bitrix24/sandbox/index.ts';
import { connectorNames, loadConnector } from '../../../engine/registry.ts';
import { peopleCsv } from '../../cli/people.ts';
import { place } from '../../cli/pipe.ts';
import { shapeErrors } from '../../cli/shape.ts';

/** From a table of people into a CRM; the phone of one of them is wrong. */
const toAmo = `version: 1
name: people
connections:
  desk: { connector: file }
  amo: { connector: amocrm, domain: example.amocrm.ru, token: "\${secret:AMO_TOKEN}" }
flows:
  people:
    source: { connection: desk, file: people.csv, key: [id], cursor: { field: changed, first: all } }
    key: id
    map: { id: id, name: name, phone: $phone(phone) }
    targets:
      contact:
        connection: amo
        entity: contact
        key: [ID пациента IDENT]
        match: [{ name: id, by: [ID пациента IDENT] }]
        fields: { name: name, PHONE: { value: phone, type: MOB }, ID пациента IDENT: id }
`;

const toPortal = toAmo
  .replace(/ {2}amo: .*/, '  amo: { connector: bitrix24, webhook: "${secret:PORTAL_WEBHOOK}" }')
  .replace('key: [ID пациента IDENT]', 'key: [ORIGIN_ID]')
  .replace('by: [ID пациента IDENT]', 'by: [ORIGIN_ID]')
  .replace(/fields: .*/, 'fields: { NAME: name, PHONE: { value: phone, type: MOBILE }, ORIGIN_ID: id }');

/** What a source block of each connector with a sandbox is, and its key. */
const sources: Readonly<Record<string, readonly [connection: string, source: string, key: string]>> = {
  amocrm: ['domain: a.amocrm.ru, token: "${secret:T}"', 'entity: contact', 'id'],
  bitrix24: ['webhook: "${secret:W}"', 'entity: deal', 'ID'],
  ident: ['server: s, user: u, password: "${secret:P}"', 'stream: patients', 'id'],
  mssql: ['server: s, database: d, user: u, password: "${secret:P}"', 'table: dbo.Orders', 'ID'],
};

function fromSandbox(connector: string): string {
  const [connection = '', source = '', key = ''] = sources[connector] ?? [];
  return `version: 1
name: copy
connections:
  there: { connector: ${connector}, ${connection} }
  desk: { connector: file }
flows:
  rows:
    source: { connection: there, ${source} }
    key: key
    map: { key: '$string(${key})' }
    targets:
      copy: { connection: desk, file: copy.csv, key: [id], fields: { id: key } }
`;
}

/** Every file below a folder by what it holds. */
function contentOf(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const hashed = (file: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, file)))
      .digest('hex');
  return Object.fromEntries(
    files.filter((file) => statSync(join(folder, file)).isFile()).map((file) => [file, hashed(file)]),
  );
}

const csv = { 'people.csv': peopleCsv };

describe('pipe run --sandbox', () => {
  it('84. writes into the sandbox of the connection, without its secrets, and says what that holds then', async () => {
    const { pipe, path } = place({ 'people.yaml': toAmo, ...csv });
    const { exit, stdout, stderr } = await pipe(['run', 'people.yaml', '--sandbox', 'amo']);
    expect([exit, stdout]).toEqual([4, expect.stringContaining('(created 2, updated 0')]);
    expect(stderr).toMatch(/^A sandbox of amocrm in the place of "amo":\n {2}contacts with the 26 fields/);
    expect(stderr).toMatch(
      /\nThe sandbox of amocrm in the place of "amo", which is gone now, held before → after: contact 0 → 2, company 0, lead 0\n$/,
    );
    expect(['.pipe', 'home', 'logs'].filter((name) => existsSync(path(name)))).toEqual([]);
  });

  it('84. asks the real system nothing, and neither reads nor writes what is known of it', async () => {
    const portal = await startPortal({ limits: 'off' });
    onTestFinished(() => portal.close());
    const { pipe, folder } = place({ 'people.yaml': toPortal, ...csv });
    const env = { PORTAL_WEBHOOK: portal.webhook };
    expect((await pipe(['run', 'people.yaml'], env)).stdout).toContain('(created 2, updated 0');
    const [before, asked] = [contentOf(folder), portal.journal.requests.length];
    const apart = await pipe(['run', 'people.yaml', '--sandbox', 'amo'], env);
    expect(apart.stdout).toContain('(created 2, updated 0');
    expect(contentOf(folder)).toEqual(before);
    expect(portal.journal.requests).toHaveLength(asked);
  });

  it('84. goes together with the other flags of a run, and leaves stdout to the result', async () => {
    const { pipe } = place({ 'people.yaml': toAmo, ...csv });
    const run = (...flags: string[]) => pipe(['run', 'people.yaml', '--sandbox', 'amo', '--json', ...flags]);
    const created = async (...flags: string[]) => {
      const { stdout } = await run(...flags);
      expect(shapeErrors('run', stdout)).toEqual([]);
      return JSON.parse(stdout).flows[0].created;
    };
    expect(await created('--only', 'id = "3"')).toBe(1);
    expect(await created('--limit', '1', '--full')).toBe(1);
    const dry = await run('--dry-run');
    expect([dry.exit, shapeErrors('run-dry', dry.stdout)]).toEqual([4, []]);
    expect(dry.stderr).toMatch(/contact 0, company 0, lead 0\n$/);
  });

  it('says what stopped it', async () => {
    const { pipe } = place({ 'people.yaml': toAmo });
    const { exit, stderr } = await pipe(['run', 'people.yaml', '--sandbox', 'amo']);
    expect([exit, stderr]).toEqual([3, expect.stringContaining('error file.not_found\n')]);
  });

  it('speaks Russian', async () => {
    const { pipe } = place({ 'people.yaml': toAmo, ...csv });
    const { stderr } = await pipe(['run', 'people.yaml', '--sandbox', 'amo', '--lang', 'ru']);
    expect(stderr).toMatch(/^Вместо «amo» — песочница amocrm:\n/);
    expect(stderr).toMatch(/\nВ песочнице amocrm вместо «amo» \(её больше нет\) было → стало: contact 0 → 2, /);
  });

  it('knows the sandbox of every connector that has one', async () => {
    const loaded = await Promise.all(connectorNames().map(loadConnector));
    const having = loaded.flatMap((connector) => (connector?.sandbox ? [connector] : []));
    expect(having.map(({ name }) => name).sort()).toEqual(Object.keys(sources));
    for (const { name } of having.filter(({ source }) => source !== undefined)) {
      const { pipe } = place({ 'copy.yaml': fromSandbox(name), 'copy.csv': 'id\n' });
      const { exit, stdout } = await pipe(['run', 'copy.yaml', '--sandbox', 'there', '--dry-run', '--json']);
      const [{ read, targets }] = JSON.parse(stdout).flows;
      expect([name, exit, read > 0, targets[0].creates]).toEqual([name, 0, true, read]);
    }
  });
});

describe('pipe diff --sandbox', () => {
  it('shows what a first run would do, asks for no secret and leaves nothing behind', async () => {
    const { pipe, path } = place({ 'people.yaml': toAmo, ...csv });
    const { exit, stdout, stderr } = await pipe(['diff', 'people.yaml', '--sandbox', 'amo']);
    expect([exit, stdout]).toEqual([4, expect.stringContaining('  contact: would create 2, update 0,')]);
    expect(stderr).toMatch(/contact 0, company 0, lead 0\n$/);
    expect(['.pipe', 'home', 'logs'].filter((name) => existsSync(path(name)))).toEqual([]);
  });

  it('is refused beside --out: nobody could apply such a plan', async () => {
    const { pipe } = place({ 'people.yaml': toAmo, ...csv });
    const { exit, stderr } = await pipe(['diff', 'people.yaml', '--sandbox', 'amo', '--out', 'plan.jsonl']);
    expect([exit, stderr.split('\n')[0]]).toEqual([2, 'error cli.flag_beside']);
  });
});

describe('pipe run --sandbox is refused', () => {
  const refusal = async (yaml: string, ...flags: string[]) => {
    const { pipe } = place({ 'people.yaml': yaml, ...csv, 'copy.csv': 'id\n' });
    const { exit, stderr } = await pipe(['run', 'people.yaml', ...flags]);
    return [exit, stderr];
  };

  it('for a connection that is not there, with the nearest name', async () => {
    expect(await refusal(toAmo, '--sandbox', 'ammo')).toEqual([
      2,
      `error cli.unknown_connection
  there is no connection "ammo" in people.yaml
  fix: write "amo"
`,
    ]);
  });

  it('for one whose connector has none, with those that have', async () => {
    expect(await refusal(toAmo, '--sandbox', 'desk')).toEqual([
      2,
      `error cli.connection_without_sandbox
  connection "desk" is of connector file, which has no sandbox
  fix: write \`--sandbox\` with "amo"
`,
    ]);
    const withoutAmo = fromSandbox('mssql').replace(/ {2}there: .*/, '  there: { connector: sqlite, file: a.db }');
    expect(await refusal(withoutAmo, '--sandbox', 'desk')).toEqual([
      2,
      `error cli.no_connection_with_sandbox
  connection "desk" is of connector file, which has no sandbox, as every other in people.yaml
  fix: leave out \`--sandbox\`, or try \`--dry-run\`
`,
    ]);
  });

  it('beside --state: what it remembers is kept nowhere', async () => {
    const [exit, stderr] = await refusal(toAmo, '--sandbox', 'amo', '--state', 'here');
    expect([exit, stderr]).toEqual([2, expect.stringContaining('--sandbox and --state say different things')]);
  });

  it('where invented rows would go into a real system, unless the command says which', async () => {
    const yaml = fromSandbox('mssql');
    expect(await refusal(yaml, '--sandbox', 'there')).toEqual([
      2,
      `error cli.sandbox_into_real
  invented rows of the sandbox in the place of "there" would be written into the real "desk"
  fix: add \`--sandbox desk\` or \`--dry-run\`, or say where to with \`--connection desk.<key>=<value>\`
`,
    ]);
    const [exit] = await refusal(yaml, '--sandbox', 'there', '--connection', 'desk.encoding=utf-8');
    expect(exit).toBe(0);
  });
});
