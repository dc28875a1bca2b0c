import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startAccount, type Account, type AccountOptions } from '../../../connectors/amocrm/sandbox/index.ts';
import { place, type Place } from '../../cli/pipe.ts';
import { shapeErrors } from '../../cli/shape.ts';

// Several programs start and end in most of these.
vi.setConfig({ testTimeout: 180_000 });

/** The shipped pipeline of 26 fields, and five of leads. */
const shipped = readFileSync(resolve(import.meta.dirname, '../../../pipelines/ident-to-amocrm.yaml'), 'utf8');

interface Stand extends Place {
  readonly account: Account;
  provision(...flags: string[]): ReturnType<Place['pipe']>;
  /** Requests that change anything. */
  written(): readonly string[];
}

async function stand(options: AccountOptions = { bare: true }, yaml = shipped): Promise<Stand> {
  const account = await startAccount(options);
  onTestFinished(async () => {
    await account.close();
    expect(account.journal.refusals).toEqual([]);
  });
  // Nobody has the password of the clinic: it is not needed.
  const here = place({ 'ident.yaml': yaml, '.env': `AMOCRM_SUBDOMAIN=clinic\nAMOCRM_TOKEN=${account.token}\n` });
  const reach = ['--connection', `amo.address=${account.origin}`, '--connection', 'amo.settleMs=1'];
  return {
    ...here,
    account,
    provision: (...flags) => here.pipe(['provision', 'ident.yaml', ...reach, ...flags]),
    written: () =>
      account.journal.requests.map(({ operation }) => operation).filter((operation) => !operation.startsWith('GET')),
  };
}

const contacts = 'POST /contacts/custom_fields';
const leads = 'POST /leads/custom_fields';

describe('pipe provision', () => {
  it('makes 31 fields and 4 marks, a second time none, and after it pipe check is content', async () => {
    const { provision, written, pipe, account } = await stand();
    const first = await provision('--yes');
    expect([first.exit, first.stderr]).toEqual([0, '']);
    expect(first.stdout.split('\n').slice(0, 3)).toEqual([
      'amo',
      '  + contact.ID пациента IDENT: text, for the API alone',
      '  + contact.Возраст: numeric',
    ]);
    expect(first.stdout.split('\n').filter((line) => line.startsWith('  + '))).toHaveLength(35);
    expect(first.stdout).toContain('  + contact.Пол: select Мужской, Женский, Не указан\n');
    expect(first.stdout).toMatch(/ {2}\+ lead\.PIPE_KEY: text, for the API alone\n {2}made\n$/);
    expect(written()).toEqual([contacts, leads]);
    expect(await provision('--yes')).toEqual({ exit: 0, stdout: 'amo\n  nothing lacks\n', stderr: '' });
    expect(written()).toHaveLength(2);
    const reach = ['--connection', 'amo', '--connection', `amo.address=${account.origin}`];
    const check = await pipe(['check', 'ident.yaml', ...reach]);
    expect([check.exit, check.stdout]).toEqual([0, expect.stringContaining('entity contact: 32 of 32 fields')]);
  });

  it('says beforehand what it would make, and makes nothing that nobody agreed to', async () => {
    const { provision, written } = await stand();
    const dry = await provision('--dry-run', '--json');
    expect([dry.exit, dry.stderr, shapeErrors('provision', dry.stdout)]).toEqual([0, '', []]);
    const [amo] = JSON.parse(dry.stdout).connections;
    expect([amo.name, amo.done, amo.changes.length, amo.refused]).toEqual(['amo', false, 35, []]);
    expect(amo.changes[0]).toEqual({
      kind: 'create-field',
      entity: 'contact',
      field: 'ID пациента IDENT',
      type: 'text',
      apiOnly: true,
    });
    const unasked = await provision('--lang', 'ru');
    expect([unasked.exit, unasked.stdout]).toEqual([2, '']);
    expect(unasked.stderr).toMatch(/^amo\n {2}\+ contact\.ID пациента IDENT: text, только для API\n/);
    expect(unasked.stderr).toContain('ошибка cli.not_agreed\n');
    expect((await provision('--dry-run', '--yes')).exit).toBe(2);
    expect(written()).toEqual([]);
  });

  it('names both types where a field has another one, and makes none of the others either', async () => {
    const { provision, written, account } = await stand();
    account.createField({ home: 'contacts', name: 'Возраст', type: 'text' });
    const { exit, stdout } = await provision('--yes');
    expect([exit, written()]).toEqual([2, []]);
    expect(stdout).toContain(`    error amocrm.other_type
      the field Возраст of contact in ${new URL(account.origin).host} is of type text, and numeric is wanted
      fix: write \`field: text\`, or give one of the two fields another name
`);
  });

  it('adds options that lack to those that are there', async () => {
    const { provision, account } = await stand({}, shipped.replace('[Мужской, Женский, Не указан]', '[Женский, Иное]'));
    const { exit, stdout } = await provision('--yes');
    expect([exit, stdout.split('\n')[1]]).toEqual([0, '  ~ contact.Пол: select + Иное']);
    expect(account.field('contacts', 'Пол').options.map(({ value }) => value)).toEqual([
      'Мужской',
      'Женский',
      'Не указан',
      'Иное',
    ]);
  });

  it('G2: looks what is there after an answer was lost, and makes nothing twice', async () => {
    const { provision, account, written } = await stand();
    account.fail({ operation: contacts, when: 'after', fault: 'reset' });
    account.fail({ operation: leads, when: 'before', fault: 'reset' });
    const { exit, stderr } = await provision('--yes');
    expect([exit, stderr.match(/^waits for amo, 1 s: the connection to .+ broke during POST/gm)?.length]).toEqual([
      0, 2,
    ]);
    expect(written()).toEqual([contacts, leads, leads]);
    const names = account.truth.fields().map(({ home, name, code }) => `${home} ${code ?? name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names).toHaveLength(7 + 35);
  });

  it('ends with 3 after the third answer that is lost, and goes on from there when it is run again', async () => {
    const { provision, account } = await stand();
    account.fail({ operation: leads, fault: 'reset', times: 3 });
    const { exit, stdout } = await provision('--yes');
    expect([exit, stdout]).toEqual([3, expect.stringContaining('    error amocrm.connection_lost\n')]);
    expect((await provision('--yes')).stdout).not.toContain('contact');
    expect(account.truth.fields()).toHaveLength(7 + 35);
  });

  it.runIf(process.platform === 'linux').each([
    ['n', 0],
    ['y', 2],
  ] as const)('asks on a terminal, and takes %s for an answer', async (answer, writes) => {
    const { account, folder, written } = await stand();
    const bin = resolve(import.meta.dirname, '../../../engine/cli/bin.ts');
    const command = `${process.execPath} ${bin} provision ident.yaml --connection amo.address=${account.origin}`;
    const terminal = spawn('script', ['-qec', command, '/dev/null'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], PIPE_HOME: `${folder}/home` },
    });
    let shown = '';
    let asked = false;
    terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      if (asked || !shown.includes('Make this? (y/N) ')) return;
      asked = true;
      terminal.stdin.write(`${answer}\r`);
    });
    await once(terminal, 'close');
    expect(shown).toContain('  + contact.Возраст: numeric');
    expect(shown.trimEnd()).toMatch(answer === 'y' ? /made$/ : /nothing was made$/);
    expect(written()).toHaveLength(writes);
  });

  it('makes user fields of a portal by the same words', async () => {
    const yaml = `version: 1
name: cards
connections:
  desk: { connector: file }
  portal: { connector: bitrix24, webhook: "\${secret:WEBHOOK}" }
flows:
  cards:
    source: { connection: desk, file: cards.csv }
    key: id
    targets:
      contact:
        connection: portal
        entity: contact
        key: [UF_CRM_IDENT_ID]
        fields:
          UF_CRM_IDENT_ID: { value: id, field: { type: string, title: Номер в IDENT, apiOnly: true } }
          UF_CRM_KIND: { value: kind, field: { type: enumeration, options: [Взрослый, Ребёнок] } }
`;
    const { pipe, start } = place({ 'cards.yaml': yaml });
    const sandbox = start(['sandbox', 'bitrix24', '--bare']);
    onTestFinished(() => sandbox.kill('SIGKILL'));
    await sandbox.says('but no user fields of a clinic');
    const env = { WEBHOOK: /^webhook: (.+)$/m.exec(sandbox.said())?.[1] ?? '' };
    expect(await pipe(['provision', 'cards.yaml', '--yes'], env)).toEqual({
      exit: 0,
      stdout: `portal
  + contact.UF_CRM_IDENT_ID (Номер в IDENT): string, for the API alone
  + contact.UF_CRM_KIND: enumeration Взрослый, Ребёнок
  made
`,
      stderr: '',
    });
    expect((await pipe(['check', 'cards.yaml', '--connection', 'portal'], env)).exit).toBe(0);
    expect((await pipe(['provision', 'cards.yaml', '--yes'], env)).stdout).toBe('portal\n  nothing lacks\n');
  });

  it('refuses a connection that makes no fields, one that is not there, and two types for one field', async () => {
    const { pipe } = await stand();
    const clinic = await pipe(['provision', 'ident.yaml', '--connection', 'clinic']);
    const unknown = await pipe(['provision', 'ident.yaml', '--connection', 'ammo']);
    expect([clinic, unknown].map(({ exit, stderr }) => [exit, stderr.split('\n')[0]])).toEqual([
      [2, 'error cli.makes_no_fields'],
      [2, 'error cli.unknown_connection'],
    ]);
    const twice = shipped.replace(
      /^ +tags: .+$/m,
      '$&\n      again: { connection: amo, entity: contact, key: [Город], fields: { Город: { value: city, field: textarea } } }',
    );
    const { provision } = await stand({ bare: true }, twice);
    const { exit, stdout } = await provision('--dry-run');
    expect([exit, stdout]).toEqual([2, expect.stringMatching(/error run\.fields_differ {2}ident\.yaml:\d+:\d+\n/)]);
  });
});
