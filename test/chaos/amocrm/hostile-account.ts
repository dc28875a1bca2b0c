import { vendorFaults } from '../../../connectors/amocrm/sandbox/index.ts';
import type { Fault, Moment, OnRequest, RequestCall } from '../../../connectors/amocrm/sandbox/index.ts';
import type { Ties } from '../hostile-portal.ts';
import type { PortalFault, Strike } from '../plan.ts';

/** The account's temper: what goes wrong with the next run's requests, and who dies in the middle of one. */
export interface Hostility {
  readonly onRequest: OnRequest;
  /** From here on counts begin anew. */
  arm(faults: readonly PortalFault[]): void;
  strike(strike: Strike): void;
  calm(): void;
  /** Lets everything go that is held back. */
  letGo(): void;
  /** Whether what this request was answered with was made up. */
  refused(request: number): boolean;
}

/** One request on its way through the account. */
interface Passage {
  readonly writes: boolean;
  readonly nth: number;
}

export function createHostility({ struck, release }: Ties): Hostility {
  let faults: readonly PortalFault[] = [];
  let strike: Strike | undefined;
  let counts = { read: 0, write: 0 };
  const passages = new Map<number, Passage>();
  const refused = new Set<number>();
  /** How many newer requests each of those held back still waits for. */
  const held = new Map<string, number>();

  function begin({ operation, request }: RequestCall): void {
    const writes = !operation.startsWith('GET ');
    const nth = (counts[writes ? 'write' : 'read'] += 1);
    passages.set(request, { writes, nth });
    for (const [name, left] of held)
      if (left <= 1) letGo(name);
      else held.set(name, left - 1);
  }

  function letGo(name: string): void {
    held.delete(name);
    release(name);
  }

  /** A request is done whole: it is here and nothing is done, or all is. */
  function strikes({ writes, nth }: Passage, { when, request }: RequestCall): Fault | undefined {
    if (!strike || !writes || nth !== strike.nth) return undefined;
    const { pid, signal, point, finishes } = strike;
    if (when !== (point === 'request-sent' ? 'before' : 'after')) return undefined;
    process.kill(pid, signal);
    strike = undefined;
    struck(point);
    return finishes || when === 'after' ? undefined : holdBack(request);
  }

  function faultOf({ writes, nth }: Passage, { when, request }: RequestCall): Fault | undefined {
    const due = faults.find((one) => one.nth === nth && one.kind.startsWith(writes ? 'write' : 'read'));
    const place = due && places[due.kind];
    if (!place || place.when !== when) return undefined;
    faults = faults.filter((other) => other !== due);
    if (due.kind.endsWith('rate')) refused.add(request);
    return place.fault ?? holdBack(request);
  }

  /** Behind so many newer requests, most often those of the next process. */
  function holdBack(request: number): Fault {
    const name = `request ${request}`;
    held.set(name, (request % 14) + 1);
    return { hold: { name } };
  }

  return {
    arm(given) {
      faults = given;
      counts = { read: 0, write: 0 };
    },
    strike: (given) => void (strike = given),
    calm() {
      faults = [];
      strike = undefined;
    },
    letGo: () => [...held.keys()].forEach(letGo),
    refused: (request) => refused.has(request),
    onRequest(call) {
      if (call.when === 'received') begin(call);
      const passage = passages.get(call.request);
      return passage && (strikes(passage, call) ?? faultOf(passage, call));
    },
  };
}

const done = 'after';
const undone = 'before';

/** Without a fault of its own it is held back. */
const places: Readonly<Partial<Record<PortalFault['kind'], { readonly when: Moment; readonly fault?: Fault }>>> = {
  'read-html-503': { when: undone, fault: vendorFaults.unavailablePage },
  'read-reset': { when: undone, fault: 'reset' },
  'read-rate': { when: undone, fault: vendorFaults.limitedPage },
  'write-html-503': { when: undone, fault: vendorFaults.unavailablePage },
  'write-rate': { when: undone, fault: vendorFaults.limitedEmpty },
  'write-reset': { when: undone, fault: 'reset' },
  'write-cut': { when: undone, fault: 'cut' },
  'write-held': { when: undone },
  'write-502-done': { when: done, fault: vendorFaults.badGatewayPage },
  'write-reset-done': { when: done, fault: 'reset' },
  'write-truncated': { when: done, fault: { truncateTo: 60 } },
  'write-hang': { when: done, fault: 'hang' },
  'write-partial': { when: undone, fault: { partial: 1 } },
  'write-system-400': { when: undone, fault: vendorFaults.systemError },
};
