import type { CommandCall, Fault, OnCommand } from '../../connectors/bitrix24/sandbox/index.ts';
import type { PortalFault, PortalPoint, Strike } from './plan.ts';

/** The portal's temper: what goes wrong with the next run's requests, and who dies in the middle of one. */
export interface Hostility {
  readonly onCommand: OnCommand;
  /** From here on counts begin anew. */
  arm(faults: readonly PortalFault[]): void;
  strike(strike: Strike): void;
  calm(): void;
  /** Refusals for the rate that were made up here: any other means that the bucket was overrun. */
  refusals(): number;
}

/** One request on its way through the portal. */
interface Passage {
  readonly writes: boolean;
  readonly nth: number;
  readonly commands: number;
  done: number;
}

const page = '<html><head><title>Bad Gateway</title></head><body>nginx</body></html>';
const writing = /\.(add|update|set|delete)(\?|$)/;

export function createHostility(struck: (point: PortalPoint) => void): Hostility {
  let faults: readonly PortalFault[] = [];
  let strike: Strike | undefined;
  let counts = { read: 0, write: 0 };
  let passage: Passage | undefined;
  let refused = 0;

  function begin(call: CommandCall): Passage {
    const commands = call.method === 'batch' ? commandsOf(call) : [call.method];
    const writes = commands.some((command) => writing.test(command));
    const nth = (counts[writes ? 'write' : 'read'] += 1);
    return { writes, nth, commands: commands.length, done: 0 };
  }

  function hit(point: PortalPoint): void {
    if (!strike) return;
    process.kill(strike.pid, strike.signal);
    strike = undefined;
    struck(point);
  }

  /** Whether the request stops here, whoever was struck. */
  function strikes(now: Passage, when: 'arrived' | 'command'): boolean {
    if (!strike || !now.writes || now.nth !== strike.nth) return false;
    const { share, finishes } = strike;
    if (strike.point === 'request-sent') {
      if (when === 'arrived') hit('request-sent');
      return false;
    }
    if (when === 'arrived' || now.done < Math.max(1, Math.round(now.commands * share))) return false;
    hit('command-committed');
    return !finishes;
  }

  function faultOf(now: Passage, when: 'arrived' | 'command' | 'ended'): Fault | undefined {
    const due = faults.find(({ kind, nth }) => nth === now.nth && kind.startsWith(now.writes ? 'write' : 'read'));
    const fault = due && faultAt(due.kind, when, now);
    if (!fault) return undefined;
    faults = faults.filter((other) => other !== due);
    if (due.kind.endsWith('rate')) refused += 1;
    return fault;
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
    refusals: () => refused,
    onCommand(call) {
      const alone = !call.batched && call.method !== 'batch';
      if (!call.batched && call.when === 'before') {
        passage = begin(call);
        strikes(passage, 'arrived');
        const fault = faultOf(passage, 'arrived');
        if (fault) return fault;
      }
      if (!passage) return undefined;
      if ((call.batched || alone) && call.when === 'after') {
        passage.done += 1;
        if (strikes(passage, 'command')) return 'reset';
        const fault = faultOf(passage, 'command');
        if (fault) return fault;
      }
      return !call.batched && call.when === 'after' ? faultOf(passage, 'ended') : undefined;
    },
  };
}

function commandsOf({ params }: CommandCall): readonly string[] {
  return Object.values(Object(params['cmd']) as Record<string, unknown>).map((command) => String(command));
}

function faultAt(kind: PortalFault['kind'], when: 'arrived' | 'command' | 'ended', now: Passage): Fault | undefined {
  const place = places[kind];
  if (place.when !== when) return undefined;
  return when === 'command' && now.done < Math.ceil(now.commands / 2) ? undefined : place.fault;
}

const gateway = (status: number): Fault => ({ status, body: page });
const rate: Fault = {
  status: 503,
  body: JSON.stringify({ error: 'QUERY_LIMIT_EXCEEDED', error_description: 'Too many requests' }),
  contentType: 'application/json',
};

const places: Readonly<
  Record<PortalFault['kind'], { readonly when: 'arrived' | 'command' | 'ended'; readonly fault: Fault }>
> = {
  'read-html-503': { when: 'arrived', fault: gateway(503) },
  'read-reset': { when: 'arrived', fault: 'reset' },
  'read-rate': { when: 'arrived', fault: rate },
  'write-html-503': { when: 'arrived', fault: gateway(503) },
  'write-rate': { when: 'arrived', fault: rate },
  'write-reset': { when: 'arrived', fault: 'reset' },
  'write-502-done': { when: 'ended', fault: gateway(502) },
  'write-reset-done': { when: 'ended', fault: 'reset' },
  'write-truncated': { when: 'ended', fault: { truncateTo: 60 } },
  'write-hang': { when: 'ended', fault: 'hang' },
  'write-half': { when: 'command', fault: 'reset' },
  'write-command-500': {
    when: 'command',
    fault: { error: 'INTERNAL_SERVER_ERROR', description: 'Internal server error', status: 500 },
  },
};
