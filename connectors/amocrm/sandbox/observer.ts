import type { Journal } from './journal.ts';
import { carryOutOrder } from './orders.ts';
import type { Observe } from './server.ts';
import type { Steering } from './steering.ts';
import { isTable, type Truth } from './truth.ts';

export interface Observed {
  readonly truth: Truth;
  readonly journal: Journal;
  readonly steering: Steering;
}

/** `/sandbox/…`, for other processes: what the account holds, held and was asked, and what makes it hostile. */
export function observe({ truth, journal, steering }: Observed): Observe {
  return (method, pathname, body) => {
    const [, room = '', ...path] = pathname.split('/').filter((part) => part !== '');
    if (room === 'journal') return seeJournal(journal, method, path);
    if (room === 'truth') return seeTruth(truth, path);
    if (room === 'history') return seeHistory(truth, path);
    if (room === 'held') return steering.held();
    return method === 'POST' ? carryOutOrder(steering, room, body) : undefined;
  };
}

function seeJournal(journal: Journal, method: string, [what]: readonly string[]): unknown {
  if (what === 'reset' && method === 'POST') {
    journal.reset();
    return true;
  }
  if (what !== undefined) return undefined;
  const { requests, refusals, counts } = journal;
  return { requests, refusals, counts };
}

/** `truth/contacts`, `truth/fields`, `truth/values/contacts/5`. */
function seeTruth(truth: Truth, [what, type, id]: readonly string[]): unknown {
  if (isTable(what)) return truth.rows(what);
  switch (what) {
    case 'fields':
    case 'tags':
    case 'links':
    case 'overlaps':
      return truth[what]();
    case 'values':
      return type === 'contacts' || type === 'companies' || type === 'leads'
        ? truth.values(type, Number(id))
        : undefined;
    default:
      return undefined;
  }
}

/** `history/contacts`, `history/contacts/5`. */
function seeHistory(truth: Truth, [what, id]: readonly string[]): unknown {
  return isTable(what) ? truth.history(what, id === undefined ? undefined : Number(id)) : undefined;
}
