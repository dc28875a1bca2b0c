import { expect, test } from 'vitest';
import { connect } from './connection.ts';
import connector from './index.ts';
import { openAt, testHost } from './open-for-test.ts';
import { portalOf } from './config.ts';

test('the sandbox is reached by the settings it gives', async () => {
  const sandbox = await (await connector.sandbox?.())?.start({});
  if (!sandbox) throw new Error('no sandbox');
  const webhook = String(sandbox.settings['webhook']);
  const connection = connect({ webhook }, testHost());
  const { signal } = new AbortController();
  expect(await connection.sink?.({ entity: 'lead' }).describe('lead', signal)).toMatchObject({
    entity: 'lead',
    id: 'ID',
  });
  await connection.close();
  await connection.close();
  await sandbox.close();
});

test('a webhook works with and without its last slash', () => {
  const webhook = 'https://portal.example/rest/1/secret';
  expect(portalOf({ webhook })).toEqual(portalOf({ webhook: `${webhook}/` }));
  expect(portalOf({ webhook })).toMatchObject({ origin: 'https://portal.example', path: '/rest/1/secret/' });
});

test('DL-11 DL-12 our time-out is longer than the 60 s of the portal, and a late effect is feared for 60 s and 30 more', () => {
  const webhook = 'https://portal.example/rest/1/secret/';
  expect([portalOf({ webhook }).timeoutMs, openAt(webhook).sink.settleMs]).toEqual([75_000, 90_000]);
  expect(openAt(webhook, { settleMs: 300 }).sink.settleMs).toBe(300);
});

test('the limit is shared by all who call the portal, and larger by setting', () => {
  const limits = { capacity: 250, perSecond: 5 };
  expect(portalOf({ webhook: 'https://portal.example/rest/1/a/' }).limit).toEqual({
    key: 'bitrix24:portal.example:443',
    capacity: 48,
    perSecond: 2,
  });
  expect(portalOf({ webhook: 'https://portal.example/rest/7/b/', limits }).limit).toEqual({
    key: 'bitrix24:portal.example:443',
    ...limits,
  });
});

test('a webhook that is no address shows nothing of itself', () => {
  expect(() => portalOf({ webhook: 'https://[/rest/1/s3cret/' })).toThrow(
    'the webhook is not an address of the form https://<portal>/rest/<user>/<secret>/',
  );
});
