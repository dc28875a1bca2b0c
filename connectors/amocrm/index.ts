import type { Connection, Connector, Host } from '../../engine/index.ts';
import { check, openAccount } from './check.ts';
import { accountOf, settings, type Settings } from './config.ts';

const amocrm: Connector<typeof settings> = {
  name: 'amocrm',
  summary: 'looks at an amoCRM account; it neither reads from one nor writes to one yet',
  settings,
  connect,
  sandbox: async () => (await import('./sandbox/index.ts')).sandbox,
};

/** An account as the engine uses it. Nothing is sent before the first call that needs it. */
function connect(given: Settings, host: Host): Connection {
  const account = accountOf(given);
  const transport = openAccount(account);
  return {
    system: account.host,
    check: (_uses, signal) => check(account, transport, host, signal),
    close: () => transport.close(),
  };
}

export default amocrm;
