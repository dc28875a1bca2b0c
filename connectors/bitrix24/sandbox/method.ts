import type { Page } from './listing.ts';
import type { PhpMap } from './php.ts';
import type { Store } from './store.ts';

/** What a method answers, before the envelope. */
export interface Answer {
  readonly result: unknown;
  readonly total?: number;
  readonly next?: number;
}

export interface Method {
  /** null for the system methods every webhook may call. */
  readonly scope: 'crm' | 'user' | 'lists' | 'department' | null;
  /** Top-level parameters, as documented; any other one is refused. */
  readonly params: readonly string[];
  /** Where the reference describes what a wrong parameter does: nothing (reference §5.9, `rows`). */
  readonly passesOverUnknown?: true;
  /** Keys of `params` are in lower case: names are case-folded (reference §1.2). */
  run(store: Store, params: PhpMap): Answer;
}

export type Methods = Readonly<Record<string, Method>>;

/** `total` on every counted page, `next` when there is another one (reference §1.3, §4.1). */
export function pageAnswer<Row>(page: Page<Row>, result: unknown): Answer {
  return page.next === undefined ? { result, total: page.total } : { result, total: page.total, next: page.next };
}
