import { expect, it } from 'vitest';
import { driverConfig, endpointOf } from './config.ts';

const settings = { server: 'db.clinic', user: 'reader', password: 'secret', database: 'PZ' };

it('4. a server is looked for at port 1433, waited for 10 s, and may be silent for 30 s', () => {
  expect(endpointOf(settings)).toMatchObject({
    server: 'db.clinic:1433',
    connectTimeoutMs: 10_000,
    queryTimeoutMs: 30_000,
  });
  expect(driverConfig(settings, '/')).toMatchObject({ server: 'db.clinic', port: 1433, connectionTimeout: 10_000 });
});

it('the driver is told that nothing is going to be written, and to encrypt', () => {
  expect(driverConfig(settings, '/').options).toMatchObject({
    readOnlyIntent: true,
    encrypt: true,
    trustServerCertificate: false,
  });
});

it('a named instance has no port of its own, and (local) is this machine', () => {
  const config = driverConfig({ ...settings, server: '(local)\\PZSQLSERVER', port: 1444 }, '/');
  expect(config).toMatchObject({ server: 'localhost', options: { instanceName: 'PZSQLSERVER' } });
  expect(config.port).toBeUndefined();
});
