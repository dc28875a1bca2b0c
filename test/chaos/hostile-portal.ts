import type { CommandCall, Fault, OnCommand } from '../../connectors/bitrix24/sandbox/index.ts';
import type { PortalFault, PortalPoint, Strike } from './plan.ts';

/** The portal's temper: what goes wrong with the next run's requests, and who dies in the middle of one. */
export interface Hostility {
  readonly onCommand: OnCommand;
  /** From here on counts begin anew. */
  arm(faults: readonly PortalFault[]): void;
  strike(strike: Strike): void;
  calm(): void;
  /** Lets everything go that is held back. */
  letGo(): void;
  /** Whether the request came as far as this; one that the bucket refuses does not. */
  saw(request: number): boolean;
}

export interface Ties {
  /** Somebody was struck. */
  struck(point: PortalPoint): void;
  /** Lets go what the portal holds under this name. */
  release(name: string): void;
}

/** One request on its way through the portal. */
interface Passage {
  readonly writes: boolean;
  readonly nth: number;
  readonly commands: number;
  done: number;
}

/** A moment of a request: it is here, one of its commands is done, all of them are. */
type Moment = 'arrived' | 'command' | 'ended';

const writing = /\.(add|update|set|delete)(\?|$)/;

export function createHostility({ struck, release }: Ties): Hostility {
  let faults: readonly PortalFault[] = [];
  let strike: Strike | undefined;
  let counts = { read: 0, write: 0 };
  const passages = new Map<number, Passage>();
  /** How many newer requests each of those held back still waits for. */
  const held = new Map<string, number>();

  function begin(call: CommandCall): Passage {
    const commands = call.method === 'batch' ? commandsOf(call) : [call.method];
    const writes = commands.some((command) => writing.test(command));
    const nth = (counts[writes ? 'write' : 'read'] += 1);
    const passage = { writes, nth, commands: commands.length, done: 0 };
    passages.set(call.request, passage);
    for (const [name, left] of held)
      if (left <= 1) letGo(name);
      else held.set(name, left - 1);
    return passage;
  }

  function letGo(name: string): void {
    held.delete(name);
    release(name);
  }

  function hit(point: PortalPoint): void {
    if (!strike) return;
    process.kill(strike.pid, strike.signal);
    strike = undefined;
    struck(point);
  }

  /** What becomes of the rest of the request, where somebody was struck in the middle of it. */
  function strikes(now: Passage, moment: Moment, request: number): Fault | undefined {
    if (!strike || !now.writes || now.nth !== strike.nth || moment === 'ended') return undefined;
    const { share, finishes, point } = strike;
    const due = moment === 'arrived' ? 0 : Math.max(1, Math.round(now.commands * share));
    if (point !== (moment === 'arrived' ? 'request-sent' : 'command-committed') || now.done < due) return undefined;
    hit(point);
    if (moment === 'arrived') return undefined;
    return finishes ? holdBack(request) : 'reset';
  }

  function faultOf(now: Passage, moment: Moment, request: number): Fault | undefined {
    const due = faults.find(({ kind, nth }) => nth === now.nth && kind.startsWith(now.writes ? 'write' : 'read'));
    if (!due || !isAt(due.kind, moment, now)) return undefined;
    faults = faults.filter((other) => other !== due);
    return due.kind === 'write-held' ? holdBack(request) : places[due.kind]?.fault;
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
    strike: (given) => {
      strike = given;
    },
    calm: () => {
      faults = [];
      strike = undefined;
    },
    letGo: () => [...held.keys()].forEach(letGo),
    saw: (request) => passages.has(request),
    onCommand(call) {
      const moment = momentOf(call);
      const passage = moment === 'arrived' ? begin(call) : passages.get(call.request);
      if (!moment || !passage) return undefined;
      if (moment === 'command' || call.method !== 'batch') passage.done += call.when === 'after' ? 1 : 0;
      return strikes(passage, moment, call.request) ?? faultOf(passage, moment, call.request);
    },
  };
}

/** Of a command in a batch only its end is a moment of the request; a call alone has no other end. */
function momentOf({ batched, method, when }: CommandCall): Moment | undefined {
  if (!batched && when === 'before') return 'arrived';
  if (when === 'before') return undefined;
  return method === 'batch' ? 'ended' : 'command';
}

function commandsOf({ params }: CommandCall): readonly string[] {
  return Object.values(Object(params['cmd']) as Record<string, unknown>).map((command) => String(command));
}

function isAt(kind: PortalFault['kind'], moment: Moment, { done, commands }: Passage): boolean {
  const place = places[kind];
  if (!place) return false;
  // A call that is alone ends with its command.
  if (place.moment === 'ended' && moment === 'command') return commands === 1 && done === 1;
  return place.moment === moment && (moment !== 'command' || done >= Math.ceil(commands / 2));
}

const page = '<html><head><title>Bad Gateway</title></head><body>nginx</body></html>';
const gateway = (status: number): Fault => ({ status, body: page });
const rate: Fault = {
  status: 503,
  body: JSON.stringify({ error: 'QUERY_LIMIT_EXCEEDED', error_description: 'Too many requests' }),
  contentType: 'application/json',
};

const places: Readonly<Partial<Record<PortalFault['kind'], { readonly moment: Moment; readonly fault?: Fault }>>> = {
  'read-html-503': { moment: 'arrived', fault: gateway(503) },
  'read-reset': { moment: 'arrived', fault: 'reset' },
  'read-rate': { moment: 'arrived', fault: rate },
  'write-html-503': { moment: 'arrived', fault: gateway(503) },
  'write-rate': { moment: 'arrived', fault: rate },
  'write-reset': { moment: 'arrived', fault: 'reset' },
  'write-cut': { moment: 'arrived', fault: 'cut' },
  'write-held': { moment: 'arrived' },
  'write-502-done': { moment: 'ended', fault: gateway(502) },
  'write-reset-done': { moment: 'ended', fault: 'reset' },
  'write-truncated': { moment: 'ended', fault: { truncateTo: 60 } },
  'write-hang': { moment: 'ended', fault: 'hang' },
  'write-half': { moment: 'command', fault: 'reset' },
  'write-command-500': {
    moment: 'command',
    fault: { error: 'INTERNAL_SERVER_ERROR', description: 'Internal server error', status: 500 },
  },
  'write-command-missing': { moment: 'command', fault: 'missing' },
};
