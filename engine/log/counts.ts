import type { FlowCounts } from '../events/events.ts';
import type { Language } from '../messages/template.ts';

const words = {
  en: {
    read: 'read',
    mapped: 'mapped',
    created: 'created',
    updated: 'updated',
    unchanged: 'unchanged',
    skipped: 'skipped',
    queued: 'queued',
    deleted: 'deleted',
  },
  ru: {
    read: 'получено',
    mapped: 'трансформировано',
    created: 'создано',
    updated: 'обновлено',
    unchanged: 'без изменений',
    skipped: 'пропущено',
    queued: 'в очереди',
    deleted: 'удалено',
  },
} as const satisfies Record<Language, object>;

/** Counts of a flow on one line. */
export function countsText(counts: FlowCounts, language: Language): string {
  const say = words[language];
  const kinds = ['read', 'mapped', 'created', 'updated', 'unchanged', 'skipped'] as const;
  const queued = `${say.queued} ${counts.queued + counts.rejected}`;
  const deleted = counts.deleted > 0 ? [`${say.deleted} ${counts.deleted}`] : [];
  return [...kinds.map((kind) => `${say[kind]} ${counts[kind]}`), queued, ...deleted].join(', ');
}

/** Records that are in their targets as the mapping wants them. */
export function deliveredOf({ created, updated, unchanged }: FlowCounts): number {
  return created + updated + unchanged;
}

/** Records that are not: they wait, or a person has to look. */
export function errorsOf({ queued, rejected }: FlowCounts): number {
  return queued + rejected;
}
