import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSqlServer } from '../../../connectors/_mssql/sandbox/index.ts';
import type { SqlServerOptions } from '../../../connectors/_mssql/sandbox/index.ts';
import { startPortal } from '../../../connectors/bitrix24/sandbox/index.ts';
import type { PortalOptions } from '../../../connectors/bitrix24/sandbox/index.ts';
import { place } from '../../cli/pipe.ts';
import { shapeErrors } from '../../cli/shape.ts';

async function sqlServer(options: Partial<SqlServerOptions> = {}): Promise<number> {
  const server = await startSqlServer({
    database: 'shop',
    logins: [{ user: 'reader', password: 'reader' }],
    ...options,
  });
  onTestFinished(() => server.close());
  await server.execute('CREATE TABLE dbo.Orders (ID int NOT NULL PRIMARY KEY, Title nvarchar(50))');
  await server.execute("INSERT INTO dbo.Orders (ID, Title) VALUES (1, N'Заказ')");
  return server.port;
}

async function portal(options: PortalOptions = {}) {
  const started = await startPortal({ limits: 'off', ...options });
  onTestFinished(() => started.close());
  return started;
}

/** A port that nobody listens on: one that was just given back. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function ordersYaml(connections: string): string {
  return `version: 1
name: orders
connections:
${connections}
flows:
  orders:
    source: { connection: shop, table: dbo.Orders }
    key: ID
    targets:
      deal:
        connection: portal
        entity: deal
        match: [{ name: id, by: [ORIGIN_ID] }]
        fields: { ORIGIN_ID: $string(ID), ORIGINATOR_ID: { const: SHOP }, TITLE: Title }
`;
}

function sqlConnection(name: string, port: number, rest = ''): string {
  const password = '"${secret:SHOP_PASSWORD}"';
  return `  ${name}: { connector: mssql, server: 127.0.0.1, port: ${port}, database: shop, user: reader, password: ${password}, encrypt: false${rest} }`;
}

const portalConnection = '  portal: { connector: bitrix24, webhook: "${secret:PORTAL_WEBHOOK}" }';

describe('pipe check against systems that are not as they should be', () => {
  it('13. Of each system that is not as it should be it says what is wrong and what to do, and ends with 3', async () => {
    const [open, encrypted, strict] = [
      await sqlServer(),
      await sqlServer({ encrypt: 'supported' }),
      await sqlServer({ encrypt: 'required' }),
    ];
    const [closed, { webhook }] = [await closedPort(), await portal()];
    const yaml = ordersYaml(
      [
        sqlConnection('shop', open),
        portalConnection,
        sqlConnection('gone', closed),
        sqlConnection('stranger', open).replace('user: reader', 'user: stranger'),
        sqlConnection('elsewhere', open).replace('database: shop', 'database: PZ'),
        sqlConnection('selfSigned', encrypted).replace('encrypt: false', 'encrypt: true'),
        sqlConnection('unencrypted', strict),
        '  nowhere: { connector: bitrix24, webhook: "${secret:NOWHERE_WEBHOOK}" }',
        '  revoked: { connector: bitrix24, webhook: "${secret:REVOKED_WEBHOOK}" }',
      ].join('\n'),
    );
    const done = await place({ 'orders.yaml': yaml }).pipe(['check', 'orders.yaml'], {
      SHOP_PASSWORD: 'reader',
      PORTAL_WEBHOOK: webhook,
      NOWHERE_WEBHOOK: `http://127.0.0.1:${closed}/rest/1/geheim/`,
      REVOKED_WEBHOOK: webhook.replace('sandbox-secret', 'geheim'),
    });
    const host = new URL(webhook).host;
    expect([done.exit, done.stderr]).toEqual([3, '']);
    expect(done.stdout.slice(done.stdout.indexOf('gone\n'))).toBe(`gone
  ✗ error mssql.unreachable
      no SQL Server answers at 127.0.0.1:${closed} (ECONNREFUSED)
      fix: check server and port, that TCP/IP is enabled in SQL Server Configuration Manager, and the firewall
stranger
  ✗ error mssql.login_refused
      127.0.0.1:${open} refuses the login stranger
      fix: check user and password, and that the server allows SQL Server logins (mixed mode); its error log has the reason
elsewhere
  ✗ error mssql.database_unknown
      there is no data base PZ on 127.0.0.1:${open}, or the login reader may not open it
      fix: check database (IDENT calls it PZ) and map the login to a user of it with db_datareader
selfSigned
  ✗ error mssql.certificate_untrusted
      the certificate of 127.0.0.1:${encrypted} is signed by nobody this machine trusts (DEPTH_ZERO_SELF_SIGNED_CERT)
      fix: give its authority as ca: file.pem, or set trustServerCertificate: true within a network you trust
unencrypted
  ✗ error mssql.encryption_required
      127.0.0.1:${strict} takes only encrypted connections
      fix: set encrypt: true
nowhere
  ✗ error bitrix24.unreachable
      127.0.0.1:${closed} cannot be reached: ECONNREFUSED
      fix: check the address in the webhook, https or http too, and that this machine may reach it
revoked
  ✗ error bitrix24.unauthorized
      ${host} does not accept the webhook (INVALID_CREDENTIALS)
      fix: make a webhook in the portal under Developer resources → Other → Inbound webhook, tick CRM (crm), and put its address into the secret this connection reads
`);
    expect(done.stdout).not.toContain('geheim');
  });

  it('says it in Russian, what is in order too', async () => {
    const [port, { webhook }] = [await sqlServer(), await portal({ scopes: ['crm', 'user'] })];
    const connections = `${sqlConnection('shop', port)}\n${portalConnection}`;
    const yaml = ordersYaml(connections).replace('TITLE: Title', 'TITLE: Title, UF_CRM_GONE: Title');
    const env = { SHOP_PASSWORD: 'reader', PORTAL_WEBHOOK: webhook };
    const done = await place({ 'orders.yaml': yaml }).pipe(['check', 'orders.yaml', '--lang', 'ru'], env);
    expect([done.exit, done.stderr]).toEqual([2, '']);
    // How far apart the clocks are is this machine's affair.
    expect(done.stdout.replaceAll(/часы: .* этого компьютера$/gm, 'часы: …')).toBe(`shop
  ✓ вход: reader читает базу shop на 127.0.0.1:${port}, SQL Server 11.0.7001.0
  ✓ часы: …
  ✓ таблица dbo.Orders: столбцов: 2
portal
  ✓ вход: пользователь 1, администратор
  ✓ права: вебхуку разрешено: crm, user
  ✓ часы: …
  ✗ сущность deal: полей на месте: 3 из 4
  ✗ поле deal.UF_CRM_GONE: отсутствует
    ошибка bitrix24.unknown_field
      у сущности deal нет поля UF_CRM_GONE в ${new URL(webhook).host}
      исправление: напишите имя так, как его даёт метод crm.deal.fields, или добавьте к нему \`field: <тип>\` и создайте поле командой \`pipe provision\`
`);
  });
});

describe('pipe run against systems that are not as they should be', () => {
  const variables = { SHOP_PASSWORD: 'reader', PORTAL_WEBHOOK: 'http://127.0.0.1:9/rest/1/geheim/' };

  it('ends with 3 when the clinic refuses the password, as text and as data', async () => {
    const yaml = ordersYaml(`${sqlConnection('shop', await sqlServer())}\n${portalConnection}`);
    const { pipe } = place({ 'orders.yaml': yaml });
    const env = { ...variables, SHOP_PASSWORD: 'geheim' };
    const [text, data] = [await pipe(['run', 'orders.yaml'], env), await pipe(['run', 'orders.yaml', '--json'], env)];
    expect([text.exit, data.exit, JSON.stringify([text, data]).includes('geheim')]).toEqual([3, 3, false]);
    expect(text.stderr).toMatch(
      /\nerror mssql\.login_refused\n {2}127\.0\.0\.1:\d+ refuses the login reader\n {2}fix: .*\n$/,
    );
    expect([data.stderr.includes('error'), shapeErrors('run', data.stdout)]).toEqual([false, []]);
    expect(JSON.parse(data.stdout).error.code).toBe('mssql.login_refused');
  });

  it('13. A run ends with 3 and a telling word when the portal does not accept the webhook, or gives it no right to the CRM', async () => {
    const shop = sqlConnection('shop', await sqlServer());
    const [revoked, narrow] = [await portal(), await portal({ scopes: ['user'] })];
    const { pipe } = place({ 'orders.yaml': ordersYaml(`${shop}\n${portalConnection}`) });
    const wrong = await pipe(['run', 'orders.yaml'], {
      ...variables,
      PORTAL_WEBHOOK: revoked.webhook.replace('sandbox-secret', 'geheim'),
    });
    const scope = await pipe(['run', 'orders.yaml', '--lang', 'ru'], { ...variables, PORTAL_WEBHOOK: narrow.webhook });
    expect([wrong.exit, scope.exit, wrong.stderr.includes('geheim')]).toEqual([3, 3, false]);
    expect(wrong.stderr).toContain('\nerror bitrix24.unauthorized\n');
    expect(scope.stderr).toMatch(
      /\nошибка bitrix24\.missing_scope\n {2}вебхуку 127\.0\.0\.1:\d+ не разрешён метод crm\./,
    );
  });

  it('queues a record the portal refuses with its source row, and delivers the rest', async () => {
    const { webhook, truth, fail } = await portal();
    fail({
      method: 'crm.deal.add',
      nth: 2,
      fault: { error: 'ERROR_CORE', description: 'Поле «Компания» обязательно' },
    });
    const yaml = ordersYaml(`${sqlConnection('shop', await sqlServer())}\n${portalConnection}`).replace(
      '{ connection: shop, table: dbo.Orders }',
      '{ connection: desk, file: orders.csv, key: [ID] }',
    );
    const desk = '  desk: { connector: file }\n';
    const { pipe } = place({
      'orders.yaml': yaml.replace('connections:\n', `connections:\n${desk}`),
      'orders.csv': 'ID,Title\n1,Первый\n2,Второй\n3,Третий\n',
    });
    const env = { ...variables, PORTAL_WEBHOOK: webhook };
    const run = await pipe(['run', 'orders.yaml'], env);
    expect([run.exit, truth.deals().length]).toEqual([4, 2]);
    expect(run.stderr).toMatch(/ - ERROR - QUEUE: \d: /);
    const row = JSON.parse((await pipe(['queue', 'list', 'orders.yaml', '--json'])).stdout).rows[0];
    const shown = JSON.parse((await pipe(['queue', 'show', 'orders.yaml', row.key, '--json'])).stdout);
    expect([shown.source.ID, shown.error.code]).toEqual([row.key, 'bitrix24.refused']);
  });
});
