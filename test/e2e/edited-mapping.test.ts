import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startClinic } from '../../connectors/ident/sandbox/index.ts';
import { place } from '../cli/pipe.ts';

const pipeline = 'pipelines/ident-to-bitrix.yaml';
const lock = 'pipelines/ident-to-bitrix.lock.json';
const shipped = (file: string) => readFileSync(resolve(import.meta.dirname, '../..', file), 'utf8');

/** The shipped pipeline in a repository, with rows of an invented clinic beside it that is gone by now. */
async function repository() {
  const there = place({ [pipeline]: shipped(pipeline), [lock]: shipped(lock) });
  const git = (...argv: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...argv], { cwd: there.folder });
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'shipped');
  const clinic = await startClinic({ appointments: 60, days: 20 });
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
  };
  const flags = ['--connection', 'clinic.encrypt=false', '--limit', '60', '--output', 'rows.jsonl'];
  const done = await there.pipe(['sample', pipeline, '--anonymise', '--flow', 'receptions', ...flags], env);
  expect([done.exit, done.stderr]).toEqual([0, '']);
  await clinic.close();
  const edit = (change: (text: string) => string) => writeFileSync(there.path(pipeline), change(shipped(pipeline)));
  return { ...there, edit };
}

const diff = ['diff', pipeline, '--base', 'HEAD', '--rows', 'rows.jsonl', '--param', 'filial=1'];

it('a reviewer sees offline which records an edit of the shipped mapping changes, or why it does not stand', async () => {
  const { pipe, path, edit } = await repository();
  const rows = readFileSync(path('rows.jsonl'), 'utf8').trimEnd().split('\n');
  const finished = rows.filter((line) => JSON.parse(line).row.status === 'Завершен').length;
  expect(finished).toBeGreaterThan(0);
  edit((text) => text.replace('Завершен: UC_NO40X0', 'Завершен: WON'));
  const seen = await pipe([...diff, '--exit-code', '--json']);
  expect([seen.exit, JSON.parse(seen.stdout)]).toMatchObject([
    5,
    {
      changed: finished,
      flows: [
        {
          rows: rows.length,
          ends: [],
          fields: [
            { name: 'record.stage', records: finished },
            { name: 'deal.STAGE_ID', records: finished },
          ],
        },
      ],
    },
  ]);
  edit((text) => text.replace('UF_CRM_1769009157: status', 'UF_CRM_1769009156: status'));
  const broken = await pipe(diff);
  expect([broken.exit, broken.stderr]).toEqual([2, expect.stringContaining('"UF_CRM_1769009156"')]);
}, 240_000);
