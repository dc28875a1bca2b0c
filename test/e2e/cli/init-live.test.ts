import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startAccount } from '../../../connectors/amocrm/sandbox/index.ts';
import type { AccountOptions } from '../../../connectors/amocrm/sandbox/index.ts';
import { startPortal } from '../../../connectors/bitrix24/sandbox/index.ts';
import type { PortalOptions } from '../../../connectors/bitrix24/sandbox/index.ts';
import { place } from '../../cli/pipe.ts';
import type { Place } from '../../cli/pipe.ts';
import { shapeErrors } from '../../cli/shape.ts';
import { freshDatabase } from '../../support/servers/fresh-database.ts';
import { execute } from '../../support/servers/speak.ts';

// Several programs start and end in each of these.
vi.setConfig({ testTimeout: 240_000 });

const postgres = await freshDatabase('postgres');

async function portal(options: PortalOptions = {}) {
  const started = await startPortal({ limits: 'off', ...options });
  onTestFinished(() => started.close());
  return started;
}

async function account(options: AccountOptions = {}) {
  const started = await startAccount({ limits: 'off', ...options });
  onTestFinished(() => started.close());
  return started;
}

/** A shop with one order. */
function shop(): Place {
  const here = place();
  const database = new Database(here.path('shop.db'));
  database.exec(`
    CREATE TABLE orders (id integer PRIMARY KEY, title text NOT NULL, phone text, email text, status text, total numeric,
      "номер карты" text, colour text, updated_at datetime);
    INSERT INTO orders VALUES (1, 'Чайник', '8 916 123-45-67', 'x@example.org', 'На приёме', 10.5, 'К-1', 'red', '2026-03-01 10:00:00');
    CREATE TABLE people (id integer PRIMARY KEY, login text NOT NULL UNIQUE, title text NOT NULL, rank text NOT NULL);
  `);
  database.close();
  return here;
}

const shopFile = ['--connection', 'sqlite.file=shop.db'];

async function refusedWebhook(): Promise<string> {
  const { webhook } = await portal();
  return webhook.replace('sandbox-secret', 'geheim');
}

/** Exit codes of what the author of a new pipeline tries next; nothing is written by any of it. */
async function tried({ pipe }: Place, file: string, env: Readonly<Record<string, string>> = {}) {
  const validated = await pipe(['validate', file], env);
  const diff = await pipe(['diff', file, '--json'], env);
  return { validated: [validated.exit, validated.stderr], diff };
}

function everything({ path }: Place): string {
  const names = readdirSync(path('.'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.(ya?ml|json|example)$/.test(name) && !name.startsWith('home'),
  );
  return names.map((name) => readFileSync(path(name), 'utf8')).join('\n');
}

describe('pipe init between two systems as they are', () => {
  it('maps what is called alike, gives stages as a table, the rest as comments, and writes no secret down', async () => {
    const here = shop();
    const { webhook, journal } = await portal();
    const flags = [...shopFile, '--connection', `bitrix24.webhook=${webhook}`];
    const begun = await here.pipe(['init', 'shop.yaml', '--from', 'sqlite:orders', '--to', 'bitrix24:deal', ...flags]);
    expect([begun.exit, begun.stderr, begun.stdout.split('\n').slice(0, 4)]).toEqual([
      0,
      '',
      ['+ shop.yaml', '+ shop.lock.json', '+ shop.test.yaml', '+ .env.example'],
    ]);
    const text = readFileSync(here.path('shop.yaml'), 'utf8');
    expect(text).toContain(`
    map:
      id: id
      title: title
      total: total
      номер_карты: "\`номер карты\`"
      stage:
        from: status
        table: # left what status says, right a stage of funnel 0: fill in
          Новая запись: NEW
          На приёме: PREPARATION
`);
    expect(text).toContain(`
        fields:
          TITLE: title
          OPPORTUNITY: total
          UF_CRM_1769083581481: номер_карты # Номер карты
          CATEGORY_ID: { const: "0", write: create }
          STAGE_ID: { value: stage, write: create }
          # Other funnels: 1
`);
    expect(text).toContain('          # UF_CRM_1769008996: # Врач, text\n');
    expect(text).toContain(
      '      # In no field yet: phone (text), email (text), colour (text), updated_at (datetime)\n',
    );
    expect(everything(here)).not.toContain('sandbox-secret');
    expect(readFileSync(here.path('.env.example'), 'utf8')).toContain('\nBITRIX24_WEBHOOK=\n');
    const { validated, diff } = await tried(here, 'shop.yaml', { BITRIX24_WEBHOOK: webhook });
    expect([validated, diff.exit]).toEqual([[0, ''], 0]);
    expect(diff.stdout).toContain('"PREPARATION"');
    expect((await here.pipe(['test', 'shop.yaml'])).exit).toBe(0);
    expect(Object.keys(journal.counts).filter((method) => /\.(add|update|delete|set)$/.test(method))).toEqual([]);
  });

  it('takes the stages of the funnel that is asked for, and names the funnels there are', async () => {
    const here = shop();
    const { origin, token } = await account();
    const reach = ['domain=example.amocrm.ru', `address=${origin}`, 'token=env:TOKEN'];
    const flags = [...shopFile, ...reach.flatMap((setting) => ['--connection', `amocrm.${setting}`])];
    const begin = ['init', 'shop.yaml', '--from', 'sqlite:orders', '--to', 'amocrm:lead', ...flags];
    const env = { TOKEN: token };
    const unknown = await here.pipe([...begin, '--funnel', 'Первичные'], env);
    expect([unknown.exit, unknown.stderr]).toEqual([
      2,
      `error init.unknown_funnel
  there is no funnel "Первичные" in the target
  fix: write "Первичные пациенты" | "Повторные пациенты", or leave out \`--funnel\`
`,
    ]);
    const begun = await here.pipe([...begin, '--funnel', 'Повторные пациенты', '--json'], env);
    expect([begun.exit, shapeErrors('init', begun.stdout)]).toEqual([0, []]);
    expect(begun.stderr).toContain('fix: run `pipe provision shop.yaml`, or write `key` or `match`');
    const text = readFileSync(here.path('shop.yaml'), 'utf8');
    expect(text).toContain('    token: ${secret:TOKEN}\n');
    expect(text).toContain('          pipeline: { const: Повторные пациенты, write: create }\n');
    expect(text).toContain('          # Врач: # text\n');
    expect((await here.pipe(['provision', 'shop.yaml', '--yes'], env)).exit).toBe(0);
    const { validated, diff } = await tried(here, 'shop.yaml', env);
    expect([validated, diff.exit]).toEqual([[0, ''], 0]);
    expect((await here.pipe(['test', 'shop.yaml'])).exit).toBe(0);
  });

  it('reads what is known of a clinic without reaching it', async () => {
    const here = place();
    const { webhook } = await portal();
    const begun = await here.pipe(['init', 'p.yaml', '--from', 'ident:patients', '--to', 'bitrix24:contact'], {
      BITRIX24_WEBHOOK: webhook,
    });
    expect([begun.exit, begun.stderr]).toEqual([0, '']);
    const text = readFileSync(here.path('p.yaml'), 'utf8');
    for (const line of ['phone: $phone(phone)', 'LAST_NAME: surname', 'SECOND_NAME: patronymic', 'BIRTHDATE: birthday'])
      expect(text).toContain(`${line}\n`);
    expect((await here.pipe(['test', 'p.yaml'])).exit).toBe(0);
  });

  it('tells rows of a table by a unique key of it, and makes none while it does not know what a row must have', async () => {
    const here = shop();
    await execute(
      'postgres',
      postgres.settings,
      'CREATE TABLE goods (id serial PRIMARY KEY, code text UNIQUE, title text)',
    );
    const env = { POSTGRES_URL: postgres.url };
    const goods = await here.pipe(
      ['init', 'goods.yaml', '--from', 'sqlite:orders', '--to', 'postgres:goods', ...shopFile],
      env,
    );
    expect([goods.exit, goods.stderr]).toEqual([0, '']);
    expect(readFileSync(here.path('goods.yaml'), 'utf8')).toContain(`
        key: [code]
        fields:
          code: id
          title: title
`);
    const { validated, diff } = await tried(here, 'goods.yaml', env);
    expect([validated, diff.exit, JSON.parse(diff.stdout).flows[0].targets[0].creates]).toEqual([[0, ''], 0, 1]);
    const two = [...shopFile, '--connection', 'sqlite2.file=shop.db'];
    const people = await here.pipe(['init', 'people.yaml', '--from', 'sqlite:orders', '--to', 'sqlite:people', ...two]);
    expect([people.exit, people.stderr]).toEqual([
      0,
      `warning init.required_unmapped
  a new people must have rank, and no column is called so: until then none is made
  fix: map them in people.yaml, then take \`missing: skip\` away
`,
    ]);
    expect(people.stdout).toContain('+ people.env.example\n= .gitignore: there already, left as it is\n');
    const skipped = await tried(here, 'people.yaml');
    expect([skipped.validated, skipped.diff.exit]).toEqual([[0, ''], 0]);
    expect((await here.pipe(['test', 'people.yaml'])).exit).toBe(0);
  });

  it('says that a table is not there, and has the first run make it', async () => {
    const here = shop();
    const two = [...shopFile, '--connection', 'sqlite2.file=copy.db'];
    const begun = await here.pipe([
      'init',
      'copy.yaml',
      '--from',
      'sqlite:orders',
      '--to',
      'sqlite:copies',
      ...two,
      '--lang',
      'ru',
    ]);
    expect([begun.exit, begun.stderr]).toEqual([
      0,
      `предупреждение init.table_not_there
  в sqlite2 нет copies: его создаст первый запуск
  исправление: если она должна быть, исправьте её имя в конвейере
`,
    ]);
    const text = readFileSync(here.path('copy.yaml'), 'utf8');
    expect(text).toContain(
      '        ddl: create # it is not there: the first run makes it\n        key: [id]\n        fields: all\n',
    );
    expect((await here.pipe(['run', 'copy.yaml'])).exit).toBe(0);
    const copies = new Database(here.path('copy.db'));
    onTestFinished(() => void copies.close());
    expect(copies.prepare('SELECT id, title FROM copies').all()).toEqual([{ id: 1, title: 'Чайник' }]);
  });

  it.each([
    ['a webhook that is refused', 3, 'bitrix24.unauthorized', undefined],
    ['a portal that nobody reaches', 3, 'bitrix24.unreachable', 'http://127.0.0.1:9/rest/1/geheim/'],
    ['what is no webhook', 2, 'config.', 'geheim'],
  ] as const)('leaves nothing behind after %s', async (_what, exit, code, given) => {
    const here = shop();
    const flags = [...shopFile, '--connection', `bitrix24.webhook=${given ?? (await refusedWebhook())}`];
    const begun = await here.pipe([
      'init',
      'new/shop.yaml',
      '--from',
      'sqlite:orders',
      '--to',
      'bitrix24:deal',
      '--connection',
      'sqlite.file=../shop.db',
      ...flags.slice(2),
    ]);
    expect([begun.exit, begun.stdout, begun.stderr]).toEqual([exit, '', expect.stringContaining(`error ${code}`)]);
    expect(begun.stderr).not.toContain('geheim');
    expect(existsSync(here.path('new'))).toBe(false);
  });

  it('refuses what it cannot make sense of, with what to write', async () => {
    const { pipe } = shop();
    const said = [
      await pipe(['init', '--from', 'sqlite:orders']),
      await pipe(['init', '--from', 'sqlite:orders', '--to', 'bitrix']),
      await pipe(['init', '--from', 'sqlite:orders', '--to', 'bitrix24', '--funnel', '1']),
      await pipe(['init', '--from', 'sqlite:orders', '--to', 'bitrix24:deal', ...shopFile]),
      await pipe(['init', '--from', 'sqlite:orders', '--to', 'bitrix24:deal', '--connection', 'portal.webhook=x']),
      await pipe(['init', '--template', 'ident-to-bitrix', '--to', 'bitrix24']),
    ];
    expect(said.map(({ exit, stderr }) => [exit, stderr.split('\n')[0], /fix: (.*)/.exec(stderr)?.[1]])).toEqual([
      [2, 'error cli.flag_alone', 'add --to, or remove --from'],
      [2, 'error config.unknown_connector', 'write "bitrix24"'],
      [2, 'error init.what_wanted', 'write --to bitrix24:<entity>; entity: contact | company | deal | lead'],
      [
        2,
        expect.stringMatching(/^error config\.secret_missing/),
        expect.stringContaining('`pipe secret set BITRIX24_WEBHOOK`'),
      ],
      [2, 'error cli.unknown_connection', 'write "sqlite" | "bitrix24"'],
      [2, 'error cli.flag_beside', 'remove one of them'],
    ]);
  });

  it.runIf(process.platform === 'linux')(
    'asks on a terminal for systems and secrets, and never shows or keeps these',
    async () => {
      const here = shop();
      const { webhook } = await portal();
      const bin = resolve(import.meta.dirname, '../../../engine/cli/bin.ts');
      const terminal = spawn('script', ['-qec', `${process.execPath} ${bin} init`, '/dev/null'], {
        cwd: here.folder,
        env: { PATH: process.env['PATH'], PIPE_HOME: here.path('home') },
      });
      const answers = [
        ['Number or name: ', '6'],
        ['Name: ', 'sqlite'],
        ['Name: ', 'bitrix24'],
        ['Read sqlite.table (Table or view, `deals` or `public.deals`): ', 'orders'],
        ['Write bitrix24.entity (contact | company | deal | lead): ', 'deal'],
        ['sqlite.file (', 'shop.db'],
        ['bitrix24.webhook (', webhook],
        ['Name of the pipeline (sqlite-to-bitrix24): ', 'orders'],
      ] as const;
      let shown = '';
      let from = 0;
      let next = 0;
      terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
        shown += text;
        const [question, answer] = answers[next] ?? [];
        const at = question === undefined ? -1 : shown.indexOf(question, from);
        if (at < 0 || answer === undefined) return;
        from = at + 1;
        next += 1;
        terminal.stdin.write(`${answer}\r`);
      });
      await once(terminal, 'close');
      expect(shown).toContain('+ orders.yaml\r\n');
      expect(shown).not.toContain('sandbox-secret');
      expect(everything(here)).not.toContain('sandbox-secret');
      expect(readFileSync(here.path('orders.yaml'), 'utf8')).toContain('    file: shop.db\n');
    },
  );
});

describe('pipe init from a template and a live portal', () => {
  const begin = ['init', 'clinic.yaml', '--from', 'ident', '--to', 'bitrix24'];

  it('takes the codes the portal has for what the template means, in the pipeline and in its test', async () => {
    const here = place();
    const { webhook, observed } = await renamedPortal();
    const begun = await here.pipe([...begin, '--connection', 'portal.webhook=env:CLINIC_WEBHOOK', '--json'], {
      CLINIC_WEBHOOK: webhook,
    });
    expect([begun.exit, begun.stderr, shapeErrors('init', begun.stdout)]).toEqual([0, '', []]);
    const { template, replaced } = JSON.parse(begun.stdout);
    expect([template, replaced.length]).toEqual(['ident-to-bitrix', observed]);
    expect(replaced).toContainEqual({
      entity: 'deal',
      title: 'Врач',
      was: 'UF_CRM_1769008996',
      is: 'UF_CRM_OWN_1769008996',
    });
    const text = readFileSync(here.path('clinic.yaml'), 'utf8');
    expect(text).toMatch(/^name: clinic$/m);
    expect(text).toContain('webhook: ${secret:CLINIC_WEBHOOK}\n');
    expect(text).toContain('          UF_CRM_OWN_1769008996: doctor\n');
    expect(text).not.toMatch(/UF_CRM_1769/);
    const validated = await here.pipe(['validate', 'clinic.yaml']);
    expect([validated.exit, validated.stdout.match(/^error/gm)]).toEqual([0, null]);
    expect(await here.pipe(['test', 'clinic.yaml'])).toMatchObject({ exit: 0, stderr: '' });
    const kept = await here.pipe(['discover', 'clinic.yaml', 'portal', '--drift'], {
      CLINIC_WEBHOOK: webhook,
      FILIAL_ID: '1',
    });
    expect([kept.exit, kept.stdout]).toEqual([0, 'the systems are as the lock file says\n']);
  });

  it('names aloud what the portal has not, with the nearest it has', async () => {
    const here = place();
    const { webhook } = await portal({
      bare: true,
      userFields: { deal: [{ name: 'UF_CRM_1', type: 'string', label: 'Услуги клиники' }] },
    });
    const begun = await here.pipe([...begin, '--connection', 'portal'], { BITRIX24_WEBHOOK: webhook });
    expect(begun.exit).toBe(0);
    expect(begun.stderr).toContain(`warning init.field_not_there  clinic.yaml:188:11
  deal in portal has no field called "Услуги" (UF_CRM_1769009098)
  188 |           UF_CRM_1769009098: services
      |           ^^^^^^^^^^^^^^^^^
  fix: make it there and write its code in place of UF_CRM_1769009098, or write the code of another: UF_CRM_1 (Услуги клиники)
`);
    expect(begun.stderr).toContain(
      'contact in portal has no field called "Номер карты" (UF_CRM_1769083788971), and none of its own',
    );
    const validated = await here.pipe(['validate', 'clinic.yaml']);
    expect([
      validated.exit,
      validated.stdout.includes('error transform.unknown_target_field  clinic.yaml:188:11'),
    ]).toEqual([2, true]);
  });

  /** Every user field of the template under another code. */
  async function renamedPortal() {
    const { clinicUserFields } = await import('../../../connectors/bitrix24/sandbox/default-portal.ts');
    const own = Object.entries(clinicUserFields).map(([entity, fields]) => [
      entity,
      fields.map((field) => ({ ...field, name: field.name.replace('UF_CRM_', 'UF_CRM_OWN_') })),
    ]);
    const { webhook } = await portal({ bare: true, userFields: Object.fromEntries(own) });
    const observed = Object.values(clinicUserFields).flat().length;
    return { webhook, observed };
  }
});
