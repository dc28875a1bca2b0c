import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startAccount } from '../../../connectors/amocrm/sandbox/index.ts';
import { startClinic } from '../../../connectors/ident/sandbox/index.ts';
import { place } from '../../cli/pipe.ts';
import { root } from '../../support/clone.ts';

const file = 'ident-to-amocrm.yaml';
const shipped = readFileSync(join(root, 'pipelines', file), 'utf8');
const withoutTls = shipped.replace('    user: ${env:DB_USER}', '    user: ${env:DB_USER}\n    encrypt: false');

/** The shipped pipeline with the old program's .env, but for what amoCRM needs. */
async function clinicPlace(amo: string = '') {
  const clinic = await startClinic({ appointments: 13, days: 7 });
  onTestFinished(() => clinic.close());
  const { server, port, user, password } = clinic.settings;
  return place({
    [file]: withoutTls,
    '.env': `DB_HOST=${server}\nDB_PORT=${port}\nDB_USER=${user}\nDB_PASSWORD=${password}\n${amo}`,
  });
}

it('85. The data base is tried alone, before anything of amoCRM is known', { timeout: 120_000 }, async () => {
  const { pipe } = await clinicPlace();
  const { exit, stdout } = await pipe(['check', file, '--connection', 'clinic']);
  expect([exit, stdout]).toEqual([0, expect.stringContaining('clinic\n  ✓ login')]);
});

it(
  '85. One patient is written, and no other; of an id that is not there it says so',
  { timeout: 120_000 },
  async () => {
    const account = await startAccount({ limits: 'off' });
    onTestFinished(() => account.close());
    const { pipe } = await clinicPlace(`AMOCRM_SUBDOMAIN=clinic\nAMOCRM_TOKEN=${account.token}\n`);
    const run = (only: string) => pipe(['run', file, '--only', only, '--connection', `amo.address=${account.origin}`]);
    expect(await run('id = 1003')).toMatchObject({ exit: 0, stdout: expect.stringContaining('contact: created 1') });
    expect(account.truth.rows('contacts').map(({ id }) => account.truth.values('contacts', Number(id)))).toMatchObject([
      { 'ID пациента IDENT': '1003' },
    ]);
    const missing = await run('id = 99999');
    expect([missing.exit, missing.stderr]).toEqual([2, expect.stringContaining('error run.only_matched_nothing')]);
  },
);

it('a field that amoCRM refuses is named by its line of the mapping', { timeout: 120_000 }, async () => {
  const account = await startAccount({ limits: 'off' });
  onTestFinished(() => account.close());
  const { pipe } = await clinicPlace(`AMOCRM_SUBDOMAIN=clinic\nAMOCRM_TOKEN=${account.token}\n`);
  const errors = [{ code: 'NotSupportedChoice', path: 'custom_fields_values.4.values.0.value', detail: '' }];
  const body = { status: 400, title: 'Bad Request', 'validation-errors': [{ request_id: '0', errors }] };
  account.fail({ operation: 'POST /contacts', when: 'before', fault: { status: 400, body: JSON.stringify(body) } });
  const address = ['--connection', `amo.address=${account.origin}`];
  expect((await pipe(['run', file, '--only', 'id = 1003', ...address])).exit).toBe(4);
  const { where } = JSON.parse((await pipe(['queue', 'show', file, '1003', '--json'])).stdout);
  const line = withoutTls.split('\n')[where.line - 1];
  const { stdout } = await pipe(['queue', 'show', file, '1003']);
  const field = /amoCRM refuses (.+): NotSupportedChoice/.exec(stdout)?.[1] ?? '';
  expect(line?.slice(where.column - 1)).toMatch(new RegExp(`^${field}:`));
  expect(stdout).toContain(`\n  ${file}:${where.line}:${where.column}\n  fix: `);
});
