import type { FlowCounts } from '../events/events.ts';
import type { Language } from '../messages/template.ts';

/** What the counts of a flow are called wherever people read them; in Russian as the programs before said it. */
export const countWords = {
  en: {
    read: 'read',
    mapped: 'mapped',
    created: 'created',
    updated: 'updated',
    unchanged: 'unchanged',
    skipped: 'skipped',
    queued: 'queued',
    rejected: 'rejected',
    deleted: 'deleted',
    purged: 'purged',
  },
  ru: {
    read: 'получено',
    mapped: 'трансформировано',
    created: 'создано',
    updated: 'обновлено',
    unchanged: 'без изменений',
    skipped: 'пропущено',
    queued: 'в очереди',
    rejected: 'отклонено',
    deleted: 'удалено',
    purged: 'вытеснено из очереди',
  },
} as const satisfies Record<Language, Record<CountName, string>>;

export type CountName = Exclude<keyof FlowCounts, 'targets'>;

/** Counts of a flow on one line. */
export function countsText(counts: FlowCounts, language: Language): string {
  const always = ['read', 'mapped', 'created', 'updated', 'unchanged', 'skipped', 'queued', 'rejected'] as const;
  return countsSaid(counts, counts.deleted > 0 ? [...always, 'deleted'] : always, language);
}

/** `created 3, updated 0`: these counts in this order. */
export function countsSaid<Name extends CountName>(
  counts: Readonly<Partial<Record<Name, number>>>,
  names: readonly Name[],
  language: Language,
): string {
  return names.map((name) => `${countWords[language][name]} ${counts[name] ?? 0}`).join(', ');
}

/** Records that are in their targets as the mapping wants them. */
export function deliveredOf({ created, updated, unchanged }: FlowCounts): number {
  return created + updated + unchanged;
}

/** Records that are not: they wait, or a person has to look. */
export function errorsOf({ queued, rejected }: FlowCounts): number {
  return queued + rejected;
}
