import type { Subject, Subjects } from './subject.ts';

export const subjects: Subjects = {
  contact: inPortal('contact', { LAST_NAME: 'Орлова' }),
  company: inPortal('company', { TITLE: 'ООО «Ромашка»' }),
  deal: inPortal('deal', { TITLE: 'Приём' }),
  lead: inPortal('lead', { TITLE: 'Заявка' }),
};

function inPortal(entity: string, wanted: Readonly<Record<string, string>>): Subject {
  return {
    async prepare(connector) {
      const sandbox = await connector.sandbox?.();
      if (!sandbox) throw new Error('bitrix24 has a sandbox');
      const portal = await sandbox.start({});
      return {
        settings: portal.settings,
        sink: {
          block: { entity },
          unknownEntity: 'visit',
          mark: 'ORIGIN_ID',
          note: 'COMMENTS',
          values: (mark, note) => ({ ...wanted, ORIGIN_ID: mark, ...(note !== undefined && { COMMENTS: note }) }),
          goneKey: '999999',
        },
        close: () => portal.close(),
      };
    },
  };
}
