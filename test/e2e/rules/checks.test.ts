import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { startPortal } from '../../../connectors/bitrix24/sandbox/index.ts';
import { startClinic } from '../../../connectors/ident/sandbox/index.ts';
import { place } from '../../cli/pipe.ts';

const file = 'ident-to-bitrix.yaml';

/** The shipped file in a folder of its own, a clinic and a portal. */
async function installation() {
  const [clinic, portal] = [await startClinic({ appointments: 20, days: 7 }), await startPortal({ limits: 'off' })];
  const closeAll = async () => {
    await portal.close();
    await clinic.close();
  };
  onTestFinished(closeAll);
  const { pipe } = place({ [file]: readFileSync(`pipelines/${file}`, 'utf8') });
  const { port, user, password } = clinic.settings;
  const env = {
    FILIAL_ID: '1',
    IDENT_SERVER: '127.0.0.1',
    IDENT_PORT: String(port),
    IDENT_USER: user,
    IDENT_PASSWORD: password,
    BITRIX24_WEBHOOK: portal.webhook,
  };
  const unencrypted = ['--connection', 'clinic.encrypt=false'];
  return { clinic, portal, pipe, env, unencrypted, closeAll };
}

it('62. The clinic alone is checked: 0 when it can be read, 3 when it cannot, and the portal is not asked', async () => {
  const { portal, pipe, env, unencrypted } = await installation();
  const check = (IDENT_PASSWORD: string) =>
    pipe(['check', file, '--connection', 'clinic', ...unencrypted], { ...env, IDENT_PASSWORD });
  const [good, bad] = [await check(env.IDENT_PASSWORD), await check('wrong')];
  expect([good.exit, good.stdout.split('\n')[0], good.stdout.includes('✗')]).toEqual([0, 'clinic', false]);
  expect([bad.exit, bad.stdout.includes('mssql.login_refused')]).toEqual([3, true]);
  expect(portal.journal.requests).toEqual([]);
});

it('62. The portal alone is checked: 0 when it has the fields, 3 when it refuses the webhook, and the clinic is not asked', async () => {
  const { clinic, pipe, env } = await installation();
  const asked = clinic.journal.length;
  const check = (BITRIX24_WEBHOOK: string) =>
    pipe(['check', file, '--connection', 'portal'], { ...env, BITRIX24_WEBHOOK });
  const { BITRIX24_WEBHOOK: webhook } = env;
  const [good, bad] = [await check(webhook), await check(webhook.replace('sandbox', 'other'))];
  expect([good.exit, good.stdout.split('\n')[0], good.stdout.includes('✗')]).toEqual([0, 'portal', false]);
  expect([bad.exit, bad.stdout.includes('bitrix24.unauthorized')]).toEqual([3, true]);
  expect(clinic.journal.length).toBe(asked);
});

it('62. The queue alone is counted, with clinic and portal out of reach', async () => {
  const { clinic, pipe, env, unencrypted, closeAll } = await installation();
  await clinic.execute(`UPDATE dbo.Persons SET MobilePhone = '12345', Phone = NULL`);
  expect((await pipe(['run', file, ...unencrypted], env)).exit).toBe(4);
  await closeAll();
  const { exit, stdout } = await pipe(['queue', 'list', file, '--lang', 'ru']);
  expect([exit, stdout.trimEnd().split('\n').at(-1)]).toEqual([
    0,
    'Очередь: всего=20, pending=0, failed=20, completed=0',
  ]);
});
