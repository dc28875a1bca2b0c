import type { Subjects } from './subject.ts';

export const subjects: Subjects = {
  account: {
    async prepare(connector) {
      const sandbox = await connector.sandbox?.();
      if (!sandbox) throw new Error('amocrm has a sandbox');
      const account = await sandbox.start({});
      return { settings: account.settings, close: () => account.close() };
    },
  },
};
