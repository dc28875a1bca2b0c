import type { Language } from '../../messages/template.ts';

/** What the counts of a past run are called, in the table of runs and in the life of a record. */
export const countWords = {
  en: {
    read: 'read',
    created: 'created',
    updated: 'updated',
    unchanged: 'unchanged',
    skipped: 'skipped',
    queued: 'queued',
    rejected: 'rejected',
    deleted: 'deleted',
  },
  ru: {
    read: 'прочитано',
    created: 'создано',
    updated: 'изменено',
    unchanged: 'без изменений',
    skipped: 'пропущено',
    queued: 'в очереди',
    rejected: 'отвергнуто',
    deleted: 'удалено',
  },
} as const satisfies Record<Language, object>;
