import type { Subject, Subjects } from './subject.ts';

/** A field of text of its own to each entity, by its name, and another that may be empty. */
const entities = {
  contact: { mark: 'Номер карты', note: 'Комментарий IDENT' },
  lead: { mark: 'ID приёма IDENT', note: 'Услуги' },
  company: { mark: 'name', note: 'ADDRESS' },
} as const;

export const subjects: Subjects = {
  contact: inAccount('contact'),
  lead: inAccount('lead'),
  company: inAccount('company'),
};

function inAccount(entity: keyof typeof entities): Subject {
  const { mark, note } = entities[entity];
  return {
    async prepare(connector) {
      const sandbox = await connector.sandbox?.();
      if (!sandbox) throw new Error('amocrm has a sandbox');
      const account = await sandbox.start({ unlimited: true });
      return {
        settings: account.settings,
        sink: {
          block: { entity },
          unknownEntity: 'visit',
          mark,
          note,
          values: (marked, noted) => ({ [mark]: marked, ...(noted !== undefined && { [note]: noted }) }),
          goneKey: '999999',
          deletes: false,
        },
        close: () => account.close(),
      };
    },
  };
}
