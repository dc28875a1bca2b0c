import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { selfSignedCertificate } from '../_tls/certificate.ts';
import { openAt } from './open-for-test.ts';
import { startPortal, type Portal, type SecureDoor } from './sandbox/index.ts';

async function portalOverTls(): Promise<Portal & { readonly secure: SecureDoor }> {
  const portal = await startPortal({ limits: 'off', tls: true });
  onTestFinished(() => portal.close());
  if (portal.secure === undefined) throw new Error('the portal has no HTTPS');
  return { ...portal, secure: portal.secure };
}

/** What NODE_EXTRA_CA_CERTS does at the start of a process. */
function trust(ca: string): void {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, ca]);
  onTestFinished(() => setDefaultCACertificates(before));
}

test('the connector writes over HTTPS to a portal whose authority this machine trusts', async () => {
  const portal = await portalOverTls();
  trust(portal.secure.ca);
  const { sink, signal } = openAt(portal.secure.webhook);
  const outcomes = await sink.write([{ operation: 'create', entity: 'deal', values: { TITLE: 'Чистка' } }], signal);
  expect(outcomes).toMatchObject([{ ok: true, key: '1' }]);
  expect(portal.truth.deals()).toMatchObject([{ ID: '1', TITLE: 'Чистка' }]);
});

test('a certificate nobody vouches for stops the run before a byte of the webhook is sent', async () => {
  const portal = await portalOverTls();
  const { sink, signal } = openAt(portal.secure.webhook);
  await expect(sink.describe('deal', signal)).rejects.toMatchObject({
    code: 'bitrix24.certificate_untrusted',
    kind: 'environment',
    retry: false,
    parameters: { host: new URL(portal.secure.webhook).host, reason: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
  });
  expect(portal.journal.requests).toEqual([]);
});

test('a certificate made out to another name is no better', async () => {
  const other = selfSignedCertificate('elsewhere');
  trust(other.cert);
  const server = createServer(other).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { sink, signal } = openAt(`https://127.0.0.1:${(server.address() as AddressInfo).port}/rest/1/secret/`);
  await expect(sink.describe('deal', signal)).rejects.toMatchObject({
    code: 'bitrix24.certificate_untrusted',
    parameters: { reason: 'ERR_TLS_CERT_ALTNAME_INVALID' },
  });
});

test('a portal that speaks no TLS ends the run at once: waiting would not teach it', async () => {
  const portal = await startPortal({ limits: 'off' });
  onTestFinished(() => portal.close());
  const { sink, signal } = openAt(portal.webhook.replace('http:', 'https:'));
  await expect(sink.describe('deal', signal)).rejects.toMatchObject({
    code: 'bitrix24.not_tls',
    kind: 'environment',
    retry: false,
    parameters: { host: new URL(portal.webhook).host },
  });
  expect(portal.journal.requests).toEqual([]);
});

test('a connection that breaks under TLS leaves the same doubt as a bare one', async () => {
  const portal = await portalOverTls();
  trust(portal.secure.ca);
  const { sink, signal } = openAt(portal.secure.webhook);
  await sink.describe('deal', signal);
  portal.fail({ method: 'batch', fault: 'reset' });
  const outcomes = await sink.write([{ operation: 'create', entity: 'deal', values: { TITLE: 'Чистка' } }], signal);
  expect(outcomes).toMatchObject([{ ok: false, applied: 'unknown', error: { code: 'bitrix24.connection_lost' } }]);
});
