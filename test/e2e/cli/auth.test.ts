import { createServer } from 'node:http';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startAccount, type Account, type AccountOptions } from '../../../connectors/amocrm/sandbox/index.ts';
import { systemClock } from '../../../engine/state/clock.ts';
import { vaultPlace } from '../../../engine/vault/place.ts';
import { openTokens } from '../../../engine/vault/tokens.ts';
import { startPipe, type Ended, type Running } from '../../chaos/start-pipe.ts';
import type { ChildPlan } from '../../chaos/plan.ts';
import { place, type Done, type Place, type Started } from '../../cli/pipe.ts';
import { shapeErrors } from '../../cli/shape.ts';

// Several programs start and end in most of these.
vi.setConfig({ testTimeout: 180_000 });

const day = 24 * 60 * 60_000;
const refresh = 'POST /oauth2/access_token';

interface Office {
  readonly account: Account;
  readonly here: Place;
  auth(words?: readonly string[], input?: string): Promise<Done>;
  startAuth(words?: readonly string[]): Started;
  /** `pipe` with its clock moved, or killed on the way. */
  disturbed(plan: ChildPlan, ...words: readonly string[]): Running;
  /** How often tokens were asked for, and with what success. */
  renewals(): readonly number[];
  /** What is kept in the vault. */
  pair(): Promise<{ readonly accessToken: string; readonly refreshToken: string }>;
}

async function open(options: AccountOptions = {}, connection: object = {}): Promise<Office> {
  const redirectUri = options.integration?.redirectUri ?? `http://localhost:${await freePort()}/callback`;
  const account = await startAccount({ limits: 'off', ...options, integration: { redirectUri } });
  onTestFinished(() => account.close());
  const { domain, origin: address, integration } = account;
  const { clientId, clientSecret } = integration;
  const amo = {
    connector: 'amocrm',
    domain,
    address,
    clientId,
    clientSecret: '${secret:AMO_SECRET}',
    redirectUri,
    ...connection,
  };
  const plain = { connector: 'amocrm', domain, address, token: '${secret:AMO_TOKEN}' };
  const here = place({ 'amo.yaml': pipelineWith({ amo, plain }), 'people.csv': 'id,name\n1,Кедров Илья\n' });
  const env = { AMO_SECRET: clientSecret, AMO_TOKEN: account.token };
  const tokens = openTokens(vaultPlace({ PIPE_HOME: here.path('home') }), systemClock);
  return {
    account,
    here,
    auth: (words = [], input) => here.pipe(['auth', 'amo.yaml', 'amo', ...words], env, input),
    startAuth: (words = []) => here.start(['auth', 'amo.yaml', 'amo', ...words], env),
    disturbed: (plan, ...words) =>
      startPipe(plan, words, { cwd: here.folder, env: { ...env, PIPE_HOME: here.path('home') } }),
    renewals: () =>
      account.journal.requests.filter(({ operation }) => operation === refresh).map(({ status }) => status),
    pair: async () => JSON.parse((await tokens.read(`amocrm ${domain} ${clientId}`)) ?? '{}'),
  };
}

/** JSON is YAML. */
function pipelineWith(connections: object): string {
  return JSON.stringify({
    version: 1,
    name: 'amo',
    connections: { desk: { connector: 'file' }, ...connections },
    flows: {
      people: {
        source: { connection: 'desk', file: 'people.csv', key: ['id'] },
        key: 'id',
        map: { id: 'id', name: 'name' },
        targets: {
          contact: {
            connection: 'amo',
            entity: 'contact',
            key: ['ID пациента IDENT'],
            match: [{ name: 'own id', by: ['ID пациента IDENT'] }],
            fields: { 'ID пациента IDENT': 'id', name: 'name' },
          },
        },
      },
    },
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

/** The address that is printed for people to open. */
async function printedUrl(started: Started): Promise<string> {
  await started.says('waiting for the browser');
  return /^ {2}(http\S+)$/m.exec(started.told())?.[1] ?? '';
}

/** Opens the consent page, where somebody agrees at once: where it leads to. */
async function consent(url: string): Promise<string> {
  const { headers } = await fetch(url, { redirect: 'manual' });
  return headers.get('location') ?? '';
}

/** A browser from the printed address to its last page. */
async function browse(started: Started): Promise<string> {
  const back = await fetch(await consent(await printedUrl(started)));
  return back.text();
}

async function logIn(office: Office): Promise<void> {
  expect(await office.auth(['--code', office.account.authorizationCode()])).toMatchObject({ exit: 0 });
}

/** Code, and that the way back is named. */
function verdict({ exit, stderr, stdout }: Done | Ended): readonly unknown[] {
  const said = `${stdout}${stderr}`;
  return [exit, /(?:amocrm|cli)\.\w+/.exec(said)?.[0], said.includes('pipe auth')];
}

it('78. `pipe auth`: from the printed address through the browser to a pipeline that runs, and no token anywhere but in the vault', async () => {
  const office = await open();
  const { account, here } = office;
  const started = office.startAuth(['--json']);
  expect(await browse(started)).toContain('Access is granted.');
  const done = await started.done;
  expect([done.exit, JSON.parse(done.stdout), shapeErrors('auth', done.stdout)]).toEqual([
    0,
    { file: 'amo.yaml', connection: 'amo' },
    [],
  ]);
  const checked = await office.disturbed({}, 'check', 'amo.yaml').ended;
  expect([checked.exit, checked.stdout]).toEqual([0, expect.stringContaining('✓ login: the account clinic')]);
  const first = await office.pair();
  // A day later: the tokens are renewed on the way.
  const ran = await office.disturbed({ wallMs: day }, 'run', 'amo.yaml').ended;
  expect([ran.exit, account.truth.rows('contacts').length]).toEqual([0, 1]);
  const second = await office.pair();
  expect([first.accessToken === second.accessToken, office.renewals()]).toEqual([false, [200, 200]]);
  // No token is anywhere but in the vault, and there it is sealed.
  const files = globSync('**/*', { cwd: here.folder }).map((name) => join(here.folder, name));
  const texts = files.filter((file) => statSync(file).isFile()).map((file) => readFileSync(file, 'latin1'));
  const secrets = [first, second].flatMap((pair) => [pair.accessToken, pair.refreshToken]);
  expect([files.includes(here.path('home/vault/tokens.json')), secrets.every((each) => each?.length > 40)]).toEqual([
    true,
    true,
  ]);
  const shown = [done, checked, ran].map(({ stdout, stderr }) => stdout + stderr);
  for (const secret of [...secrets, account.integration.clientSecret])
    expect([...texts, ...shown].filter((text) => text.includes(secret))).toEqual([]);
});

it.runIf(process.platform === 'linux')('on a terminal it opens the browser itself', async () => {
  const office = await open();
  const { here, account } = office;
  // A browser that follows the address to its last page.
  const browser = `#!${process.execPath}\nfetch(process.argv[2]).then((page) => page.text());\n`;
  mkdirSync(here.path('bin'));
  writeFileSync(here.path('bin/xdg-open'), browser, { mode: 0o755 });
  const bin = resolve(import.meta.dirname, '../../../engine/cli/bin.ts');
  const terminal = spawn('script', ['-qec', `${process.execPath} ${bin} auth amo.yaml amo`, '/dev/null'], {
    cwd: here.folder,
    env: {
      PATH: `${here.path('bin')}:${process.env['PATH'] ?? ''}`,
      PIPE_HOME: here.path('home'),
      AMO_SECRET: account.integration.clientSecret,
      AMO_TOKEN: account.token,
    },
  });
  let shown = '';
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
  await once(terminal, 'close');
  expect(shown).toContain('amo: access is granted');
  expect([office.renewals(), (await office.pair()).accessToken.length > 40]).toEqual([[200], true]);
});

it('an answer with another state is shown the door, and the right one is still taken', async () => {
  const office = await open();
  const started = office.startAuth();
  const back = new URL(await consent(await printedUrl(started)));
  const forged = new URL(back);
  forged.searchParams.set('state', 'guessed');
  expect(await (await fetch(forged)).text()).toContain('the answer to another login');
  expect([office.renewals(), await office.pair()]).toEqual([[], {}]);
  expect((await fetch(back)).status).toBe(200);
  expect(await started.done).toMatchObject({ exit: 0 });
});

it.each([
  ['somebody denies access', {}, 'deny', 'amocrm.consent_denied'],
  ['the answer names a foreign host', { referer: 'evil.example' }, 'grant', 'amocrm.foreign_referer'],
] as const)('where %s, nothing is sent and nothing kept', async (_what, options, answer, code) => {
  const office = await open(options);
  office.account.behave({ consent: answer });
  const started = office.startAuth();
  expect(await browse(started)).toContain('It did not work.');
  expect(verdict(await started.done)).toEqual([3, code, true]);
  expect([office.renewals(), await office.pair()]).toEqual([[], {}]);
});

it('a code at hand is taken with --code, for twenty minutes', async () => {
  let now = Date.now();
  const office = await open({ now: () => now });
  const code = office.account.authorizationCode();
  now += 20 * 60_000;
  const late = await office.auth(['--code', code]);
  expect([verdict(late), late.stderr.includes('20 minutes')]).toEqual([[3, 'amocrm.code_expired', true], true]);
  const fresh = await office.auth(['--code', office.account.authorizationCode()]);
  expect(fresh).toEqual({
    exit: 0,
    stdout:
      'amo: access is granted, and its tokens are in the vault of this machine\n' +
      'see that it works: `pipe check amo.yaml --connection amo`\n',
    stderr: '',
  });
});

it('where we cannot listen, the address the browser ends at is pasted, and its state compared', async () => {
  const office = await open({ integration: { redirectUri: 'https://clinic.example/callback' } });
  const { redirectUri } = office.account.integration;
  const code = office.account.authorizationCode();
  const other = await office.auth([], `${redirectUri}?code=${code}&state=guessed`);
  expect([other.exit, other.stderr]).toEqual([2, expect.stringContaining('cli.other_login')]);
  expect(other.stderr).toContain(`it then goes to ${redirectUri}: paste that whole address here`);
  const nothing = await office.auth([], '\n');
  expect([nothing.exit, nothing.stderr]).toEqual([2, expect.stringContaining('cli.no_code')]);
  expect(office.renewals()).toEqual([]);
  expect(await office.auth([], `${code}\n`)).toMatchObject({ exit: 0 });
});

it('a connection with a long-lived token needs none of it, and another connector has nothing like it', async () => {
  const office = await open({}, { token: 'long-lived' });
  const done = await office.auth();
  expect([done.exit, done.stderr]).toEqual([2, expect.stringContaining('nothing is to be done')]);
  const other = await office.here.pipe(['auth', 'amo.yaml', 'desk']);
  expect([other.exit, other.stderr]).toEqual([2, expect.stringContaining('cli.no_browser_login')]);
  const unknown = await office.here.pipe(['auth', 'amo.yaml', 'ammo']);
  expect([unknown.exit, unknown.stderr]).toEqual([2, expect.stringContaining('cli.unknown_connection')]);
});

it('79. Only `pipe auth` listens for the browser: a check goes on where somebody else has the address', async () => {
  const office = await open();
  await logIn(office);
  const { port } = new URL(office.account.integration.redirectUri);
  const other = createServer().listen(Number(port), '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  expect((await office.disturbed({}, 'check', 'amo.yaml').ended).exit).toBe(0);
  const done = await office.auth();
  expect([done.exit, done.stderr]).toEqual([
    3,
    `error cli.redirect_taken\n  http://localhost:${port}, where the browser is to come back, is taken\n` +
      '  fix: end what listens there, or give the code with `--code`\n',
  ]);
});

it('Ctrl+C ends the wait for the browser', async () => {
  const office = await open();
  const started = office.startAuth();
  await printedUrl(started);
  started.kill('SIGINT');
  expect(await started.done).toMatchObject({ exit: 130 });
});

it('two processes whose tokens have run out ask for new ones once', async () => {
  const office = await open();
  await logIn(office);
  const { account } = office;
  account.fail({ operation: refresh, fault: { hold: { name: 'first' } } });
  account.fail({ operation: 'GET /account', nth: 2, fault: { hold: { name: 'second' } } });
  const check = () => office.disturbed({ wallMs: day }, 'check', 'amo.yaml').ended;
  const first = check();
  await account.whenHeld('first');
  const second = check();
  // Its other connection is under way by now, so this one has met the lock.
  await account.whenHeld('second');
  account.release('second');
  account.release('first');
  expect((await Promise.all([first, second])).map(({ exit }) => exit)).toEqual([0, 0]);
  expect(office.renewals()).toEqual([200, 200]);
});

it('killed between new tokens and their keeping, the next run ends with 3 and names the way back', async () => {
  const office = await open();
  await logIn(office);
  const before = await office.pair();
  const at = { point: 'token-rotated-not-stored', nth: 1, does: 'SIGKILL' } as const;
  const killed = await office.disturbed({ wallMs: day, at }, 'run', 'amo.yaml').ended;
  expect([killed.signal, office.renewals(), await office.pair()]).toEqual(['SIGKILL', [200, 200], before]);
  const next = await office.disturbed({ wallMs: day }, 'run', 'amo.yaml').ended;
  expect(verdict(next)).toEqual([3, 'amocrm.refresh_used', true]);
  expect(office.account.truth.rows('contacts')).toEqual([]);
  await logIn(office);
  expect((await office.disturbed({}, 'run', 'amo.yaml').ended).exit).toBe(0);
});

it('a run whose new tokens are lost on their way ends with 3 and says that nothing repairs it', async () => {
  const office = await open();
  await logIn(office);
  office.account.fail({ operation: refresh, when: 'after', fault: 'reset' });
  const ran = await office.disturbed({ wallMs: day }, 'run', 'amo.yaml').ended;
  expect(verdict(ran)).toEqual([3, 'amocrm.refresh_used', true]);
  expect(ran.stderr).toContain('Nothing repairs that');
  expect(office.renewals()).toEqual([200, 0, 401]);
});

it('without a login, or with one that was revoked, a check says so and names the way back', async () => {
  const office = await open();
  const check = () => office.disturbed({ wallMs: day }, 'check', 'amo.yaml').ended;
  expect(verdict(await check())).toEqual([3, 'amocrm.not_authorised', true]);
  await logIn(office);
  office.account.revoke('all');
  expect(verdict(await check())).toEqual([3, 'amocrm.refresh_used', true]);
});
