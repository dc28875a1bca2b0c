import { entityNames, type EntityName } from './entities/index.ts';
import type { Journal } from './journal.ts';
import type { Steerable } from './order.ts';
import { carryOutOrder } from './orders.ts';
import type { Truth } from './truth.ts';

export interface Observed {
  readonly truth: Truth;
  readonly journal: Journal;
  readonly steering: Steerable;
}

/** `/sandbox/…`, for other processes: what the portal holds, held and was asked, and what makes it hostile. */
export function observe({ truth, journal, steering }: Observed) {
  return (method: string, pathname: string, body: string): unknown => {
    const [sandbox, room = '', ...path] = pathname.split('/').filter((part) => part !== '');
    if (sandbox !== 'sandbox') return undefined;
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
  const { requests, commands, refusals, counts } = journal;
  return { requests, commands, refusals, counts };
}

/** `truth/deals`, `truth/list/77`, `truth/productrows/D/5`, `truth/overlaps`. */
function seeTruth(truth: Truth, [what, ownerType, ownerId]: readonly string[]): unknown {
  switch (what) {
    case 'contacts':
    case 'deals':
    case 'leads':
    case 'companies':
    case 'users':
    case 'departments':
    case 'overlaps':
      return truth[what]();
    case 'product':
    case 'contract':
    case 'room':
      return truth.records(what);
    case 'list':
      return truth.list(Number(ownerType));
    case 'productrows':
      return truth.productRows(ownerType ?? '', Number(ownerId));
    default:
      return undefined;
  }
}

/** `history/deal`, `history/deal/5`. */
function seeHistory(truth: Truth, [what, id]: readonly string[]): unknown {
  const entity = entityNames.find((name): name is EntityName => name === what);
  return entity && truth.history(entity, id === undefined ? undefined : Number(id));
}
