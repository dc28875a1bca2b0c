import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { peopleFiles, peopleYaml } from './people.ts';
import { place } from './pipe.ts';
import type { Place } from './pipe.ts';
import { shapeErrors } from './shape.ts';

// Several programs start and end in most of these.
vi.setConfig({ testTimeout: 180_000 });

const value = 'geheim-1 «ключ»';

/** The folder of the people is a secret: a command that reaches them has read it. */
const secretYaml = peopleYaml.replace('connector: file', 'connector: file, folder: "${secret:DESK_FOLDER}"');
const secretFiles = { ...peopleFiles, 'people.yaml': secretYaml };

function vaultOf({ path }: Place) {
  const [file, keyFile] = [path('home/vault/secrets.json'), path('home/vault/key')];
  return { file, keyFile, read: () => JSON.parse(readFileSync(file, 'utf8')) };
}

function modeOf(file: string): string {
  return (statSync(file).mode & 0o777).toString(8);
}

describe('8. The first secret makes the key of the vault', () => {
  it('8. The first `pipe secret set` makes key and vault, both for the owner alone, and the second keeps the key', async () => {
    const here = place();
    const { file, keyFile, read } = vaultOf(here);
    const first = await here.pipe(['secret', 'set', 'ONE'], {}, `${value}\n`);
    expect(first).toEqual({ exit: 0, stdout: 'ONE is in the vault\n', stderr: '' });
    const key = readFileSync(keyFile, 'utf8');
    expect([Buffer.from(key, 'base64').length, modeOf(keyFile), modeOf(file), modeOf(join(file, '..'))]).toEqual([
      32,
      '600',
      '600',
      '700',
    ]);
    const second = await here.pipe(['secret', 'set', 'TWO', '--lang', 'ru'], {}, 'x');
    expect([second.stdout, readFileSync(keyFile, 'utf8')]).toEqual(['TWO — в хранилище\n', key]);
    expect(read()).toMatchObject({ pipeVault: 1, key: { in: 'file' }, secrets: [{ name: 'ONE' }, { name: 'TWO' }] });
  });

  it('8. A keychain that never answers holds nobody up: the key goes into a file', async () => {
    const here = place();
    const silent = createServer(() => undefined).listen(here.path('bus'));
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    // In somebody's home, where the keychain is theirs.
    const env = { HOME: here.folder, DBUS_SESSION_BUS_ADDRESS: `unix:path=${here.path('bus')}` };
    expect((await here.pipe(['secret', 'set', 'ONE'], env, value)).exit).toBe(0);
    expect([vaultOf(here).read().key.in, modeOf(vaultOf(here).keyFile)]).toEqual(['file', '600']);
  });
});

describe('pipe secret', () => {
  it('lists names and when they were set, and removes, as text and as data, and never shows a value', async () => {
    const here = place();
    const said = [
      await here.pipe(['secret', 'list'], {}),
      await here.pipe(['secret', 'set', 'LONGER_NAME', '--json'], { PIPE_DEBUG: '1' }, value),
      await here.pipe(['secret', 'set', 'ONE', '--json'], {}, value),
      await here.pipe(['secret', 'set', 'ONE'], {}, `${value}2`),
      await here.pipe(['secret', 'list']),
      await here.pipe(['secret', 'list', '--json']),
      await here.pipe(['secret', 'rm', 'ONE', '--json']),
      await here.pipe(['secret', 'rm', 'ONE']),
    ];
    const out = said.map(({ stdout }) => stdout);
    expect(said.map(({ exit }) => exit)).toEqual([0, 0, 0, 0, 0, 0, 0, 2]);
    expect(out[0]).toBe(`no secrets in ${vaultOf(here).file}\n`);
    expect(JSON.parse(out[2] ?? '')).toEqual({ name: 'ONE', replaced: false, file: vaultOf(here).file });
    expect(out[3]).toBe('ONE is in the vault, in place of what it was\n');
    expect(out[4]).toMatch(/^LONGER_NAME {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\nONE {10}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n$/);
    expect(
      ['secret-set', 'secret-list', 'secret-rm'].flatMap((name, index) =>
        shapeErrors(name, out[[1, 5, 6][index] ?? 0] ?? ''),
      ),
    ).toEqual([]);
    expect(said[7]?.stderr).toBe(
      'error vault.unknown_secret\n  the vault has no secret ONE\n  fix: see `pipe secret list`\n',
    );
    expect(JSON.stringify(said)).not.toContain('geheim');
    expect(readFileSync(vaultOf(here).file, 'utf8')).not.toContain('geheim');
  });

  it.each([
    [['ONE', 'geheim'], 'value_as_argument'],
    [['ONE=geheim'], 'wrong_name'],
    [['ONE', '-geheim'], 'value_as_argument'],
    [['ONE', '--geheim=1'], 'value_as_argument'],
    [['ONE'], 'no_value'],
  ])('takes no value from the command line and repeats none: %j', async (words, code) => {
    const here = place();
    const done = await here.pipe(['secret', 'set', ...words]);
    expect([done.exit, done.stdout, done.stderr.split('\n')[0]]).toEqual([2, '', `error vault.${code}`]);
    expect(done.stderr).not.toContain('geheim');
  });

  it.runIf(process.platform === 'linux')('asks on a terminal and shows nothing of what is typed', async () => {
    const here = place(secretFiles);
    const bin = resolve(import.meta.dirname, '../../engine/cli/bin.ts');
    const terminal = spawn('script', ['-qec', `${process.execPath} ${bin} secret set DESK_FOLDER`, '/dev/null'], {
      env: { PATH: process.env['PATH'], PIPE_HOME: here.path('home') },
    });
    let shown = '';
    terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      if (text.includes('DESK_FOLDER: ')) terminal.stdin.write('geheimm\x7F\r');
    });
    await once(terminal, 'close');
    expect(shown).toBe('DESK_FOLDER: \r\nDESK_FOLDER is in the vault\r\n');
    expect((await here.pipe(['check', 'people.yaml'])).stdout).toContain('/geheim\n');
  });

  it('loses nothing when two set at once', async () => {
    const here = place();
    const names = ['A', 'B', 'C', 'D'];
    await Promise.all(names.map((name) => here.pipe(['secret', 'set', name], {}, value)));
    expect((await here.pipe(['secret', 'list', '--json'])).stdout.match(/"name": "\w"/g)).toHaveLength(4);
  });

  it('gives a secret only where the environment and NAME_FILE have none', async () => {
    const here = place({ ...secretFiles, folder: 'from-file\n' });
    await here.pipe(['secret', 'set', 'DESK_FOLDER'], {}, 'from-vault');
    const looksIn = async (env: Readonly<Record<string, string>>) =>
      (await here.pipe(['check', 'people.yaml'], env)).stdout;
    expect(await looksIn({ DESK_FOLDER: 'from-env', DESK_FOLDER_FILE: 'folder' })).toContain('from-env');
    expect(await looksIn({ DESK_FOLDER_FILE: 'folder' })).toContain('from-file');
    expect(await looksIn({ DESK_FOLDER: '' })).toContain('from-vault');
    const shadowed = await here.pipe(['secret', 'set', 'DESK_FOLDER'], { DESK_FOLDER: 'from-env' }, 'geheim');
    expect([shadowed.exit, shadowed.stderr]).toEqual([
      0,
      'warning vault.shadowed\n  DESK_FOLDER is set in the environment or in .env as well, and that wins\n' +
        '  fix: remove it there\n',
    ]);
  });

  it('is no need of `pipe validate`: a secret that lacks is a warning that names the command', async () => {
    const here = place(secretFiles);
    const { exit, stdout } = await here.pipe(['validate', 'people.yaml']);
    expect([exit, stdout.split('\n')[0]]).toEqual([0, 'warning config.secret_missing  people.yaml:6:36']);
    expect(stdout).toContain(
      '  fix: run `pipe secret set DESK_FOLDER`, or set DESK_FOLDER in the environment or in .env\n',
    );
    mkdirSync(here.path('home/vault'), { recursive: true });
    writeFileSync(vaultOf(here).file, '{');
    const broken = await here.pipe(['validate', 'people.yaml']);
    expect([broken.exit, broken.stdout.split('\n')[0]]).toEqual([0, 'warning vault.damaged  people.yaml:6:36']);
  });
});

describe('9. Import covers exactly the secrets that pipelines name', () => {
  const env = [
    '# Клиника',
    'FILIAL_ID=1',
    'export DESK_FOLDER="data"   # where',
    '',
    'OTHER_PASSWORD=stays',
    "TWICE='a#b'",
    'TWICE=last',
    'EMPTY=',
    '',
  ].join('\r\n');
  const yaml = secretYaml.replace('version: 1', '# ${secret:TWICE} ${secret:EMPTY} ${env:OTHER_PASSWORD}\nversion: 1');

  it('9. `pipe secret import` leaves no secret in the file, keeps every other line, and again it is a no-op', async () => {
    const here = place({ ...peopleFiles, 'people.yaml': yaml, '.env': env });
    chmodSync(here.path('.env'), 0o640);
    // A name is no file yet.
    mkdirSync(here.path('folder.yaml'));
    symlinkSync('nowhere.yaml', here.path('gone.yaml'));
    const first = await here.pipe(['secret', 'import', '--json']);
    expect([first.exit, shapeErrors('secret-import', first.stdout), JSON.parse(first.stdout)]).toEqual([
      0,
      [],
      { file: '.env', moved: ['DESK_FOLDER', 'TWICE'], left: [] },
    ]);
    const rest = ['# Клиника', 'FILIAL_ID=1', '', 'OTHER_PASSWORD=stays', 'EMPTY=', ''].join('\r\n');
    expect([readFileSync(here.path('.env'), 'utf8'), modeOf(here.path('.env'))]).toEqual([rest, '640']);
    const vault = readFileSync(vaultOf(here).file, 'utf8');
    const second = await here.pipe(['secret', 'import', '--lang', 'ru']);
    expect([second.exit, second.stdout]).toEqual([0, 'в .env нет секретов, которые называют конвейеры\n']);
    expect([readFileSync(here.path('.env'), 'utf8'), readFileSync(vaultOf(here).file, 'utf8')]).toEqual([rest, vault]);
  });

  it('9. After it the program still connects, with what the vault holds', async () => {
    const { 'people.yaml': _, ...data } = peopleFiles;
    const moved = Object.fromEntries(Object.entries(data).map(([name, text]) => [`data/${name}`, text]));
    const here = place({ ...moved, 'people.yaml': secretYaml, '.env': 'DESK_FOLDER=data\n' });
    await here.pipe(['secret', 'import']);
    const checked = await here.pipe(['check', 'people.yaml']);
    expect([checked.exit, checked.stderr, readFileSync(here.path('.env'), 'utf8')]).toEqual([0, '', '']);
  });

  it('9. A line whose value is not surely what was meant stays, and is named', async () => {
    const here = place({ ...secretFiles, '.env': 'DESK_FOLDER=abc#12\n' });
    const { exit, stdout, stderr } = await here.pipe(['secret', 'import']);
    expect([exit, stdout]).toEqual([0, 'still in .env, see the warnings: DESK_FOLDER\n']);
    expect([stderr.match(/warning cli.env_comment/g)?.length, `${stdout}${stderr}`.includes('abc')]).toEqual([
      1,
      false,
    ]);
    expect(readFileSync(here.path('.env'), 'utf8')).toBe('DESK_FOLDER=abc#12\n');
  });

  it('9. A value that a later line empties stays as well, and is named: it is a secret in the file', async () => {
    const here = place({ ...secretFiles, '.env': 'DESK_FOLDER=geheim\nDESK_FOLDER=\n' });
    const { exit, stdout, stderr } = await here.pipe(['secret', 'import']);
    expect([exit, stdout]).toEqual([0, 'still in .env, see the warnings: DESK_FOLDER\n']);
    expect(stderr).toContain(
      'warning cli.env_emptied\n  line 1 of .env sets DESK_FOLDER, which a later line sets to nothing\n',
    );
    expect(stderr).not.toContain('geheim');
  });
});

describe('10. A vault opens for its key alone', () => {
  async function filled(): Promise<Place> {
    const here = place(secretFiles);
    await here.pipe(['secret', 'set', 'DESK_FOLDER'], {}, 'geheim');
    return here;
  }

  /** Both what reads a secret and what adds one meet the same refusal. */
  async function refusals(here: Place): Promise<readonly string[]> {
    const run = await here.pipe(['run', 'people.yaml']);
    const set = await here.pipe(['secret', 'set', 'TWO'], {}, 'x');
    expect([run.exit, set.exit, run.stdout, set.stdout]).toEqual([3, 3, '', '']);
    expect(`${run.stderr}${set.stderr}`).not.toContain('geheim');
    expect(run.stderr).toMatch(/^error vault\.\w+\n {2}.+\n {2}fix: .+\n$/);
    return [run, set].map(({ stderr }) => /error vault\.(\w+)/.exec(stderr)?.[1] ?? stderr);
  }

  it('10. With the key of another machine or user it says so', async () => {
    const [here, other] = [await filled(), await filled()];
    cpSync(vaultOf(other).file, vaultOf(here).file);
    expect(await refusals(here)).toEqual(['other_key', 'other_key']);
  });

  it('10. Without its key, moved here or lost, it says where the key should be', async () => {
    const here = await filled();
    rmSync(vaultOf(here).keyFile);
    expect(await refusals(here)).toEqual(['key_missing', 'key_missing']);
    const { stderr } = await here.pipe(['run', 'people.yaml', '--lang', 'ru']);
    expect(stderr).toContain(`  ключа хранилища ${vaultOf(here).file} нет в ${vaultOf(here).keyFile}\n`);
  });

  it('10. With half a key it says so', async () => {
    const here = await filled();
    writeFileSync(vaultOf(here).keyFile, readFileSync(vaultOf(here).keyFile, 'utf8').slice(0, 20));
    expect(await refusals(here)).toEqual(['key_damaged', 'key_damaged']);
  });

  it('10. Cut off, of a newer version or no vault at all, it is not read', async () => {
    const here = await filled();
    const { file, read } = vaultOf(here);
    const [text, vault] = [readFileSync(file, 'utf8'), read()];
    const become = async (content: string) => {
      writeFileSync(file, content);
      return refusals(here);
    };
    expect(await become(text.slice(0, -40))).toEqual(['damaged', 'damaged']);
    expect(await become(JSON.stringify({ ...vault, pipeVault: 2 }))).toEqual(['newer', 'newer']);
    expect(await become('[]')).toEqual(['damaged', 'damaged']);
  });

  it('10. A secret that was altered, or put under the name of another, does not open', async () => {
    const here = await filled();
    await here.pipe(['secret', 'set', 'OTHER'], {}, 'geheim-2');
    const { file, read } = vaultOf(here);
    const vault = read();
    const [desk, other] = vault.secrets;
    const says = async (secrets: readonly object[]) => {
      writeFileSync(file, JSON.stringify({ ...vault, secrets }));
      return (await here.pipe(['run', 'people.yaml'])).stderr.split('\n').slice(0, 2);
    };
    const damaged = ['error vault.damaged', `  the vault ${file} is damaged: DESK_FOLDER is not as it was sealed`];
    expect(await says([{ ...other, name: 'DESK_FOLDER' }, other])).toEqual(damaged);
    expect(await says([{ ...desk, data: other.data }])).toEqual(damaged);
    expect(await says([{ ...desk, setAt: other.setAt }])).toEqual(damaged);
  });
});

describe('11. Rights on files with secrets or personal data', () => {
  const literal = peopleYaml.replace(
    '  desk: { connector: file }\n',
    '  desk: { connector: file }\n  portal: { connector: bitrix24, webhook: "http://127.0.0.1:9/rest/1/geheim/" }\n',
  );

  it('11. Mode 0644 of .env, pipeline with a secret, vault, key and state is a warning each with its fix, 0600 is none', async () => {
    const here = place({ ...peopleFiles, 'people.yaml': literal, '.env': 'A=1\n' });
    await here.pipe(['secret', 'set', 'ONE'], {}, 'x');
    await here.pipe(['run', 'people.yaml']);
    const { file, keyFile } = vaultOf(here);
    const files = ['.env', 'people.yaml', file, keyFile, '.pipe/people/state.db'];
    const told = async (mode: number) => {
      for (const each of files) chmodSync(each.startsWith('/') ? each : here.path(each), mode);
      return (await here.pipe(['check', 'people.yaml'])).stderr.trimEnd().split('\n\n').slice(1);
    };
    const state = here.path('.pipe/people/state.db');
    expect(await told(0o644)).toEqual(
      ['.env', 'people.yaml', file, keyFile, state].map(
        (name) =>
          `warning cli.open_to_others\n  ${name} is open to others (mode 644)\n  fix: run \`chmod 600 ${name}\``,
      ),
    );
    expect(await told(0o600)).toEqual([]);
  });

  it('11. It is said in Russian and only once, and stops nothing', async () => {
    const here = place({ ...peopleFiles, '.env': 'A=1\n' });
    chmodSync(here.path('.env'), 0o604);
    const { exit, stderr } = await here.pipe(['check', 'people.yaml', '--lang', 'ru']);
    expect([exit, stderr]).toEqual([
      0,
      'предупреждение cli.open_to_others\n  .env открыт посторонним (mode 604)\n' +
        '  исправление: выполните `chmod 600 .env`\n',
    ]);
  });
});
