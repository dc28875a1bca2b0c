import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startSqlServer } from '../../../connectors/_mssql/sandbox/index.ts';
import { startPortal } from '../../../connectors/bitrix24/sandbox/index.ts';
import { startClinic } from '../../../connectors/ident/sandbox/index.ts';
import { environmentExample, ignoredFiles, namedVariables } from '../../../engine/config/environment-example.ts';
import { loadPipeline } from '../../../engine/config/load.ts';
import { place } from '../../cli/pipe.ts';
import type { Place } from '../../cli/pipe.ts';
import { startMainJob } from '../main-job.ts';

// Several programs start and end in most of these.
vi.setConfig({ testTimeout: 180_000 });

const pipelines = resolve(import.meta.dirname, '../../../pipelines');
const shipped = join(pipelines, 'ident-to-bitrix.yaml');
const yaml = readFileSync(shipped, 'utf8');

/** A server that counts who comes and says nothing. */
async function silentServer(): Promise<{ readonly port: number; readonly server: Server; calls: number }> {
  const server = createServer((socket) => {
    silent.calls += 1;
    socket.resume().on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const silent = { port: (server.address() as AddressInfo).port, server, calls: 0 };
  return silent;
}

/** Everything the shipped pipeline must be told. */
function variables(port: number): Readonly<Record<string, string>> {
  return {
    FILIAL_ID: '1',
    IDENT_SERVER: '127.0.0.1',
    IDENT_PORT: String(port),
    IDENT_USER: 'reader',
    IDENT_PASSWORD: 'geheim',
    BITRIX24_WEBHOOK: `http://127.0.0.1:${port}/rest/1/geheim/`,
  };
}

function dotEnv(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** The code of the error a run ended with, whatever else it said. */
function errorIn(stderr: string): string | undefined {
  return /^error ([\w.]+)/m.exec(stderr)?.[1];
}

async function clinicSettings(env: NodeJS.ProcessEnv) {
  const { pipeline } = await loadPipeline(shipped, { env });
  return pipeline?.connections.get('clinic')?.settings;
}

describe('1. Configuration is copied from an example, and the real one is never committed', () => {
  it('1. The shipped .env.example names every variable the pipeline reads, and is as it would be made now', async () => {
    const named = await namedVariables(shipped);
    const sorted = (names: readonly string[]) => [...new Set(names)].sort();
    const read = [...yaml.matchAll(/\$\{(?:env|secret):(\w+)|\benv: (\w+)/g)].map(
      ([, one, other]) => one ?? other ?? '',
    );
    expect(sorted(named.map(({ name }) => name))).toEqual(sorted(read));
    const example = readFileSync(join(pipelines, 'ident-to-bitrix.env.example'), 'utf8');
    expect(example).toBe(environmentExample(named, 'ident-to-bitrix.yaml'));
    expect(named.filter(({ about }) => about.length < 20)).toEqual([]);
  });

  it('1. Copied to .env and filled in it is all the pipeline needs, and its defaults are those of the pipeline', async () => {
    const example = readFileSync(join(pipelines, 'ident-to-bitrix.env.example'), 'utf8');
    const empty = Object.entries(parseEnv(example)).filter(([, text]) => text === '');
    expect(empty.map(([name]) => name).sort()).toEqual([
      'BITRIX24_WEBHOOK',
      'FILIAL_ID',
      'IDENT_PASSWORD',
      'IDENT_USER',
    ]);
    const filled = parseEnv(example.replaceAll(/^#(?=[A-Z_\d]+=)/gm, ''));
    const must = variables(1433);
    const own = Object.fromEntries(empty.map(([name]) => [name, must[name]]));
    const [all, few] = [
      await loadPipeline(shipped, { env: { ...filled, ...own } }),
      await loadPipeline(shipped, { env: own }),
    ];
    expect([all.findings, few.findings]).toEqual([[], []]);
    expect([all.pipeline?.values, all.pipeline?.schedule]).toEqual([few.pipeline?.values, few.pipeline?.schedule]);
    expect(all.pipeline?.flows[0]?.source).toEqual(few.pipeline?.flows[0]?.source);
    expect(await clinicSettings({ ...filled, ...own })).toEqual(await clinicSettings(own));
  });

  it('1. What lies beside it with secrets, state or logs is left out by git', () => {
    const here = place({ '.gitignore': ignoredFiles });
    expect(readFileSync(join(pipelines, '.gitignore'), 'utf8')).toBe(ignoredFiles);
    const git = (...argv: readonly string[]) => spawnSync('git', argv, { cwd: here.folder, encoding: 'utf8' }).stdout;
    git('init', '-q');
    const files = ['.env', 'a.env.example', '.pipe/a/state.db', 'a.yaml', 'logs/pipe_2026-11-28.log', 'pipe.log'];
    expect(
      git('check-ignore', ...files)
        .trim()
        .split('\n'),
    ).toEqual(['.env', '.pipe/a/state.db', 'logs/pipe_2026-11-28.log', 'pipe.log']);
  });
});

describe('2. Without a mandatory parameter the start is refused', () => {
  const mandatory = [
    ['FILIAL_ID', 'the param filial has no value'],
    ['IDENT_USER', 'IDENT_USER has no value'],
    ['IDENT_PASSWORD', 'IDENT_PASSWORD has no value'],
    ['BITRIX24_WEBHOOK', 'BITRIX24_WEBHOOK has no value'],
  ] as const;

  it.each(mandatory)('2. %s removed and blanked: it is named, exit code 2, no call to anybody', async (name, says) => {
    const silent = await silentServer();
    const { [name]: _, ...rest } = variables(silent.port);
    const here = place({ 'pipeline.yaml': yaml, '.env': dotEnv(rest) });
    for (const line of ['', `${name}=\n`]) {
      writeFileSync(here.path('.env'), dotEnv(rest) + line);
      const { exit, stdout, stderr } = await here.pipe(['run', 'pipeline.yaml']);
      expect([exit, stdout, stderr.includes('geheim')]).toEqual([2, '', false]);
      expect(stderr.split('\n').slice(1, 2)).toEqual([`  ${says}`]);
    }
    expect(silent.calls).toBe(0);
  });

  it.each([
    ['server', 'server: ${env:IDENT_SERVER:-localhost}', 'clinic'],
    ['database', 'database: ${env:IDENT_DATABASE:-PZ}', 'clinic'],
    ['user', 'user: ${env:IDENT_USER}', 'clinic'],
    ['password', 'password: ${secret:IDENT_PASSWORD}', 'clinic'],
    ['webhook', 'webhook: ${secret:BITRIX24_WEBHOOK}', 'portal'],
  ])('2. A blank %s in the file itself is refused by its name', async (key, line, connection) => {
    const file = place({ 'pipeline.yaml': yaml.replace(line, `${key}: ""`) }).path('pipeline.yaml');
    const { findings } = await loadPipeline(file, { env: variables(1433) });
    expect(findings.map(({ severity, code, parameters }) => [severity, code, parameters['key']])).toEqual([
      ['error', 'config.no_value', key],
    ]);
    const gone = place({ 'pipeline.yaml': yaml.replace(`    ${line}\n`, '') }).path('pipeline.yaml');
    const without = await loadPipeline(gone, { env: variables(1433) });
    const missing = without.findings.map(
      ({ code, parameters }) => `${code} ${parameters['block']}.${parameters['key']}`,
    );
    expect(missing).toEqual(key === 'database' ? [] : [`config.missing_key connections.${connection}.${key}`]);
  });
});

describe('3. The branch has bounds', () => {
  it.each([
    ['0', ['config.param_too_small']],
    ['11', ['config.param_too_large']],
    ['one', ['config.param_not_of_type']],
    ['1', []],
    ['10', []],
  ])('3. FILIAL_ID=%s', async (filial, codes) => {
    const { findings } = await loadPipeline(shipped, { env: { ...variables(1433), FILIAL_ID: filial } });
    expect(findings.map(({ code }) => code)).toEqual(codes);
    expect(findings.every(({ parameters }) => parameters['name'] === 'filial')).toBe(true);
  });

  it('3. Refused, it starts nothing, in Russian too', async () => {
    const silent = await silentServer();
    const here = place({ 'pipeline.yaml': yaml, '.env': dotEnv({ ...variables(silent.port), FILIAL_ID: '11' }) });
    const { exit, stderr } = await here.pipe(['run', 'pipeline.yaml', '--lang', 'ru']);
    expect([exit, silent.calls, stderr.split('\n')[1]]).toEqual([2, 0, '  значение параметра filial больше 10']);
  });
});

describe('4. Defaults of the connection to the data base', () => {
  const { IDENT_PORT: _, ...withoutPort } = variables(1);

  it('4. Port 1433, data base PZ, 10 s for a connection and 30 s of silence', async () => {
    expect(await clinicSettings(withoutPort)).toMatchObject({
      port: 1433,
      database: 'PZ',
      connectTimeout: '10s',
      queryTimeout: '30s',
    });
  });

  it('4. A server that takes the connection and hangs ends the run by the time-out, before any write', async () => {
    const [silent, portal] = [await silentServer(), await startPortal({ limits: 'off' })];
    onTestFinished(() => portal.close());
    const env = { ...variables(silent.port), BITRIX24_WEBHOOK: portal.webhook };
    const here = place({ 'pipeline.yaml': yaml });
    const flags = ['--connection', 'clinic.connectTimeout=300ms'];
    const { exit, stderr } = await here.pipe(['run', 'pipeline.yaml', ...flags], env);
    expect([exit, errorIn(stderr), portal.journal.requests]).toEqual([3, 'mssql.connect_timeout', []]);
  });

  it('4. A query that hangs ends the run by the time-out', async () => {
    const faults = { plan: [{ sql: 'Orders', rowPauseMs: 5, times: 'ever' as const }] };
    const server = await startSqlServer({ database: 'shop', logins: [{ user: 'r', password: 'r' }], faults });
    onTestFinished(() => server.close());
    await server.execute('CREATE TABLE dbo.Orders (ID int NOT NULL PRIMARY KEY)');
    const rows = Array.from({ length: 500 }, (_row, index) => `(${index})`);
    await server.execute(`INSERT INTO dbo.Orders (ID) VALUES ${rows.join(', ')}`);
    const shop = `{ connector: mssql, server: 127.0.0.1, port: ${server.port}, database: shop, user: r, password: "\${secret:P}", encrypt: false, queryTimeout: 200ms }`;
    const orders = `version: 1
name: orders
connections: { shop: ${shop}, desk: { connector: file } }
flows:
  orders:
    source: { connection: shop, table: dbo.Orders }
    key: ID
    targets: { copy: { connection: desk, file: copy.csv, key: [id], fields: { id: ID } } }
`;
    const here = place({ 'orders.yaml': orders, 'copy.csv': 'id\n' });
    const { exit, stderr } = await here.pipe(['run', 'orders.yaml'], { P: 'r' });
    expect([exit, errorIn(stderr), stderr.includes('SQL Server sent nothing for 0.2 s')]).toEqual([
      3,
      'mssql.query_timeout',
      true,
    ]);
  });
});

describe('5. Interval, batch and reach of the first run', () => {
  it('5. Every 2 minutes, 7 days back and 1000 rows at once, unless told otherwise', async () => {
    const { pipeline } = await loadPipeline(shipped, { env: variables(1433) });
    const { batch, window } = pipeline?.flows[0]?.source ?? {};
    expect([pipeline?.schedule[0], batch, window?.firstMs]).toMatchObject([{ everyMs: 120_000 }, 1000, 7 * 86_400_000]);
    const env = { ...variables(1433), SYNC_INTERVAL: '5m', BATCH_SIZE: '50', FIRST_SYNC: '1d' };
    const told = (await loadPipeline(shipped, { env })).pipeline;
    const source = told?.flows[0]?.source;
    expect([told?.schedule[0], source?.batch, source?.window?.firstMs]).toMatchObject([
      { everyMs: 300_000 },
      50,
      86_400_000,
    ]);
  });

  it.each([
    ['BATCH_SIZE', '0', 'config.param_too_small batch'],
    ['BATCH_SIZE', '1001', 'config.param_too_large batch'],
    ['BATCH_SIZE', '1', undefined],
    ['BATCH_SIZE', '1000', undefined],
    ['FIRST_SYNC', 'week', 'config.variable_misfit first'],
    ['SYNC_INTERVAL', '0m', 'config.variable_misfit every'],
  ])('5. %s=%s', async (name, value, refusal) => {
    const { findings } = await loadPipeline(shipped, { env: { ...variables(1433), [name]: value } });
    const told = findings.map(({ code, parameters }) => `${code} ${parameters['name'] ?? parameters['key']}`);
    expect(told).toEqual(refusal === undefined ? [] : [refusal]);
  });
});

describe('6. The webhook with and without its last slash', () => {
  it('6. Both give the same request addresses', async () => {
    const asked: (readonly string[])[] = [];
    for (const ending of ['/', '']) {
      const clinic = await startClinic({ appointments: 2, days: 2, now: () => Date.UTC(2026, 10, 20, 9) });
      onTestFinished(() => clinic.close());
      const portal = await startPortal({ limits: 'off' });
      onTestFinished(() => portal.close());
      const { port, addresses } = await recorder(new URL(portal.webhook).port);
      const webhook = `http://127.0.0.1:${port}${new URL(portal.webhook).pathname.replace(/\/$/, '')}${ending}`;
      const here = await connected(clinic.settings, webhook);
      expect((await here.pipe(['run', 'pipeline.yaml', '--full'])).exit).toBe(0);
      asked.push([...addresses].sort());
    }
    expect(asked[0]).toEqual(asked[1]);
    expect(asked[0]?.length).toBeGreaterThan(2);
    expect(asked[0]?.filter((address) => !/^\/rest\/1\/[\w-]+\/[\w.]+$/.test(address))).toEqual([]);
  });
});

/** Passes requests on to a portal and keeps their addresses. */
async function recorder(to: string): Promise<{ readonly port: number; readonly addresses: readonly string[] }> {
  const addresses: string[] = [];
  const server = createHttpServer((request, response) => {
    addresses.push(request.url ?? '');
    const { url, method, headers } = request;
    const passed = httpRequest({ port: to, host: '127.0.0.1', path: url, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    request.pipe(passed);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, addresses };
}

describe('7. Order of the start: configuration, data base, portal, then the sync', () => {
  /** A clinic and a portal that say in which order they were asked. */
  async function systems() {
    const order: string[] = [];
    const clinic = await startClinic({
      appointments: 3,
      days: 2,
      faults: {
        onRequest: () => {
          order.push('clinic');
          return undefined;
        },
      },
    });
    onTestFinished(() => clinic.close());
    const portal = await startPortal({
      limits: 'off',
      onRequest: ({ when }) => {
        if (when === 'received') order.push('portal');
        return undefined;
      },
    });
    onTestFinished(() => portal.close());
    return { order, clinic, portal };
  }
  const isWrite = ({ method }: { readonly method: string }) =>
    !/\.(list|get|fields|findbycomm)$|^(user|profile|scope|batch)/.test(method);

  it('7. The clinic is asked first, the portal then, and nothing is written before both have answered', async () => {
    const { order, clinic, portal } = await systems();
    const here = await connected(clinic.settings, portal.webhook);
    expect((await here.pipe(['run', 'pipeline.yaml'])).exit).toBe(0);
    const firstWrite = portal.journal.commands.findIndex(isWrite);
    expect([order[0], order.includes('portal'), firstWrite > 0]).toEqual(['clinic', true, true]);
    expect(portal.truth.deals()).toHaveLength(3);
  });

  it('7. With the data base down the portal is not asked at all', async () => {
    const { portal } = await systems();
    const here = await connected({ server: '127.0.0.1', port: 9, user: 'reader', password: 'x' }, portal.webhook);
    const { exit, stderr } = await here.pipe(['run', 'pipeline.yaml']);
    expect([exit, errorIn(stderr), portal.journal.requests]).toEqual([3, 'mssql.unreachable', []]);
  });

  it('7. With the portal refusing nothing is written, the checkpoint stays, and the next run delivers all', async () => {
    const { clinic, portal } = await systems();
    const here = await connected(clinic.settings, portal.webhook.replace('sandbox-secret', 'geheim'));
    const refused = await here.pipe(['run', 'pipeline.yaml']);
    expect([refused.exit, errorIn(refused.stderr)]).toEqual([3, 'bitrix24.unauthorized']);
    expect([portal.journal.commands.filter(isWrite), portal.truth.deals()]).toEqual([[], []]);
    expect((await here.pipe(['state', 'show', 'pipeline.yaml'])).stdout).toContain('receptions: no checkpoint yet');
    const mended = await here.pipe(['run', 'pipeline.yaml'], { BITRIX24_WEBHOOK: portal.webhook });
    expect([mended.exit, portal.truth.deals().length]).toEqual([0, 3]);
  });
});

describe('9. Secrets moved into the vault', () => {
  it('9. The shipped pipeline still reaches clinic and portal, with no secret left in .env', async () => {
    const clinic = await startClinic({ appointments: 2, days: 2 });
    onTestFinished(() => clinic.close());
    const portal = await startPortal({ limits: 'off' });
    onTestFinished(() => portal.close());
    const here = await connected(clinic.settings, portal.webhook);
    const imported = await here.pipe(['secret', 'import', '--json']);
    expect(JSON.parse(imported.stdout).moved).toEqual(['BITRIX24_WEBHOOK', 'IDENT_PASSWORD']);
    const left = Object.keys(parseEnv(readFileSync(here.path('.env'), 'utf8')));
    expect(left.sort()).toEqual(['FILIAL_ID', 'IDENT_PORT', 'IDENT_SERVER', 'IDENT_USER']);
    const { exit, stderr } = await here.pipe(['run', 'pipeline.yaml']);
    expect([exit, portal.truth.deals().length, stderr.includes(clinic.settings.password)]).toEqual([0, 2, false]);
  });
});

describe('UPDATE_EXISTING=false', () => {
  it('writes of a deal that is there only its stage and the IDENT id', async () => {
    const { pipeline } = await loadPipeline(shipped, { env: { ...variables(1433), UPDATE_EXISTING: 'false' } });
    expect(pipeline?.values['updateExisting']).toBe(false);
    const job = await startMainJob({ appointments: 12, limits: 'off', params: ['updateExisting=false'] });
    onTestFinished(() => job.close());
    await job.run();
    const [visit] = await job.clinic.execute(
      'SELECT MIN(ID) AS id FROM Receptions WHERE PatientAppeared IS NULL AND ReceptionCanceled IS NULL',
    );
    job.clock.time += 60_000;
    const stamp = job.clinic.now();
    await job.clinic.execute(
      `UPDATE Receptions SET ReceptionCanceled = '${stamp}', Comment = N'другой', DateTimeChanged = '${stamp}' WHERE ID = ${Number(visit?.['id'])}`,
    );
    job.portal.journal.reset();
    await job.run();
    const updates = job.portal.journal.commands.filter(({ method }) => /deal\.update|item\.update/.test(method));
    expect(updates.map(({ params }) => Object.keys((params as { fields: object }).fields))).toEqual([['STAGE_ID']]);
  });
});

/** The shipped pipeline beside an .env that leads to a clinic and a portal on loopback. */
async function connected(
  clinic: { readonly server: string; readonly port: number; readonly user: string; readonly password: string },
  webhook: string,
): Promise<Place> {
  const here = place({ 'pipeline.yaml': yaml.replace('    database: ${', '    encrypt: false\n    database: ${') });
  const { server, port, user, password } = clinic;
  const values = {
    FILIAL_ID: '1',
    IDENT_SERVER: server,
    IDENT_PORT: String(port),
    IDENT_USER: user,
    IDENT_PASSWORD: password,
    BITRIX24_WEBHOOK: webhook,
  };
  writeFileSync(here.path('.env'), dotEnv(values), { mode: 0o600 });
  return here;
}
