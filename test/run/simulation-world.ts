import type { Connection, Connector, Outcome, Row, Sink, SourceBatch, Write } from '../../engine/connector.ts';
import { defineErrors } from '../../engine/errors.ts';
import type { CrashPoint } from '../../engine/run/crash-points.ts';
import type { PortalBook } from '../../engine/state/machine-ports.ts';
import type { StateStore } from '../../engine/state/ports.ts';
import type { TestClock } from '../support/harness.ts';
import { applyWrite, entityOf } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';

/** What goes wrong in one run: at the n-th write, call of find, batch read or crash point. */
export type Fault =
  | { readonly at: 'write'; readonly nth: number; readonly does: WriteFault; readonly part: number }
  | { readonly at: 'find'; readonly nth: number; readonly does: FindFault }
  | { readonly at: 'read'; readonly nth: number }
  | { readonly at: 'point'; readonly nth: number; readonly point: CrashPoint };

export const writeFaults = [
  'refused',
  'busy',
  'throws',
  'applied',
  'ignored',
  'late',
  'die-before',
  'die-late',
  'die-after',
  'stop',
] as const;
export const findFaults = ['busy', 'unanswered', 'refused', 'slow', 'die', 'stop'] as const;
type WriteFault = (typeof writeFaults)[number];
type FindFault = (typeof findFaults)[number];

export const settleMs = 90_000;

export const errors = defineErrors('simulated', {
  refused: { kind: 'data', en: 'refused', ru: 'отказано', fix: { en: 'mend it', ru: 'исправьте' } },
  busy: { kind: 'environment', en: 'busy', ru: 'занято', fix: { en: 'wait', ru: 'подождите' } },
  broken: { kind: 'environment', en: 'broken', ru: 'разрыв', fix: { en: 'run again', ru: 'повторите' } },
});

export class Death extends Error {}

/** One life of a process over the shared system: its faults, what it promised to send, and whether it still lives. */
export interface Life {
  readonly connector: Connector;
  readonly state: StateStore;
  readonly book: PortalBook;
  readonly stop: AbortController;
  readonly onPoint: (point: CrashPoint) => void;
  /** What it did that it must never do. */
  readonly wrongs: readonly string[];
  dead: boolean;
}

/** Requests under way that take effect later, and rows that are not listed yet. */
export interface Sky {
  readonly late: { readonly at: number; readonly write: Write }[];
  readonly hidden: { readonly until: number; readonly row: string }[];
}

/** Lets happen what is due by now. */
export function settleSky(system: TableSystem, sky: Sky, now: number): void {
  for (const entry of sky.late.filter(({ at }) => at <= now)) {
    sky.late.splice(sky.late.indexOf(entry), 1);
    applyWrite(system, entry.write);
  }
  for (const entry of sky.hidden.filter(({ until }) => until <= now)) {
    sky.hidden.splice(sky.hidden.indexOf(entry), 1);
    system.unindexed.delete(entry.row);
  }
}

export interface LifeParts {
  readonly system: TableSystem;
  readonly sky: Sky;
  readonly clock: TestClock;
  readonly state: StateStore;
  readonly book: PortalBook;
  readonly faults: readonly Fault[];
  /** How long a row it makes stays unlisted. */
  readonly lagMs: number;
}

export function beginLife(parts: LifeParts): Life {
  const { system, sky, clock, faults } = parts;
  const wrongs: string[] = [];
  const seen = new Map<string, number>();
  const promised = new Map<string, string>();
  const stop = new AbortController();

  /** The fault for this event, by how many of its kind came before. */
  const faultAt = <At extends Fault['at']>(at: At, kind: string = at): Extract<Fault, { at: At }> | undefined => {
    const nth = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, nth);
    return faults.find(
      (fault): fault is Extract<Fault, { at: At }> =>
        fault.at === at && fault.nth === nth && (fault.at !== 'point' || fault.point === kind),
    );
  };
  const die = (): never => {
    life.dead = true;
    throw new Death('the process is dead');
  };
  const alive = (): void => {
    if (life.dead) throw new Death('the process is dead');
  };

  const life: Life & { dead: boolean } = {
    connector: {
      ...system.connector,
      connect: async (settings, host) => {
        const inner = await system.connector.connect(settings, host);
        const sink = inner.sink?.({});
        if (!sink) throw new Error('a table system without a sink');
        return {
          ...inner,
          source: () => source(inner),
          sink: () => ({ ...sink, settleMs, writesPerRequest: system.writesPerRequest, find: find(sink), write }),
        };
      },
    },
    state: watched(parts.state, alive, promised),
    book: guardedPort(parts.book, alive),
    stop,
    onPoint: (point) => {
      alive();
      if (faultAt('point', point)) die();
    },
    wrongs,
    dead: false,
  };

  function source(inner: Connection) {
    const opened = inner.source?.({});
    if (!opened) throw new Error('a table system without a source');
    return {
      ...opened,
      async *read(request: Parameters<typeof opened.read>[0]): AsyncGenerator<SourceBatch> {
        for await (const batch of opened.read(request)) {
          alive();
          if (faultAt('read')) throw errors.broken.error({});
          yield batch;
        }
      },
    };
  }

  function find(sink: Sink): Sink['find'] {
    return async (entity, questions, fields, signal) => {
      alive();
      signal.throwIfAborted();
      const fault = faultAt('find');
      if (fault?.does === 'slow') clock.time += 40_000;
      settleSky(system, sky, clock.time);
      if (fault?.does === 'die') die();
      if (fault?.does === 'stop') stop.abort('SIGTERM');
      if (fault?.does === 'busy') throw errors.busy.error({}, { retry: true });
      const answers = await sink.find(entity, questions, fields, signal);
      if (fault?.does === 'unanswered')
        return [{ ok: false, error: errors.busy.error({}, { retry: true }) }, ...answers.slice(1)];
      if (fault?.does === 'refused') return [{ ok: false, error: errors.refused.error({}) }, ...answers.slice(1)];
      return answers;
    };
  }

  const write: Sink['write'] = async (writes) => {
    if (life.dead) wrongs.push('a dead process writes');
    alive();
    settleSky(system, sky, clock.time);
    const outcomes: Outcome[] = [];
    for (const one of writes) {
      wrongs.push(
        ...forbidden(system, sky, one),
        ...([...promised.values()].includes(JSON.stringify(one)) ? [] : ['a write without intent']),
      );
      const fault = faultAt('write');
      if (fault?.does === 'throws' && outcomes.length === 0) throw errors.busy.error({}, { retry: true });
      outcomes.push(send(one, fault?.does, fault?.part ?? 0));
    }
    return outcomes;
  };

  function send(one: Write, does: WriteFault | undefined, part: number): Outcome {
    const unknown: Outcome = { ok: false, applied: 'unknown', error: errors.broken.error({}) };
    if (does === 'stop') stop.abort('SIGTERM');
    if (does === 'refused') return { ok: false, applied: 'no', error: errors.refused.error({}) };
    if (does === 'busy')
      return {
        ok: false,
        applied: 'no',
        error: errors.busy.error({}, { retry: true, retryAfterMs: Math.round(part * 60_000) }),
      };
    if (does === 'die-before') die();
    if (does === 'ignored') return unknown;
    if (does === 'late' || does === 'die-late') {
      sky.late.push({ at: clock.time + Math.round(part * (settleMs - 1)), write: one });
      return does === 'late' ? unknown : die();
    }
    hide(one);
    const outcome = applyWrite(system, one);
    if (does === 'die-after') die();
    return does === 'applied' ? unknown : outcome;
  }

  function hide(one: Write): void {
    if (one.operation !== 'create' || parts.lagMs === 0) return;
    const row = `${one.entity}#${entityOf(system, one.entity).nextKey}`;
    system.unindexed.add(row);
    sky.hidden.push({ until: clock.time + parts.lagMs, row });
  }

  return life;
}

/** What no write may be, whatever the plan says, given the row as it is now: people do not interfere during a run. */
function forbidden(system: TableSystem, sky: Sky, write: Write): readonly string[] {
  const wrongs: string[] = [];
  if (JSON.stringify(write).includes(String.raw`\u0000`))
    wrongs.push(`a place-holder is sent: ${JSON.stringify(write)}`);
  if (write.operation === 'create') return wrongs;
  const under = sky.late.some(
    (late) => 'key' in late.write && late.write.entity === write.entity && late.write.key === write.key,
  );
  if (under) wrongs.push(`overlaps a write in flight: ${JSON.stringify(write)}`);
  const row: Row | undefined = entityOf(system, write.entity).rows.get(write.key);
  if (!row) return [...wrongs, `writes a row that is not there: ${JSON.stringify(write)}`];
  if (row['STAGE'] === 'WON') wrongs.push(`writes a closed deal: ${JSON.stringify(write)}`);
  if (row['STAGE'] === 'HOLD' && write.operation === 'update' && 'STAGE' in write.values) {
    wrongs.push(`moves a protected stage: ${JSON.stringify(write)}`);
  }
  return wrongs;
}

/** Every method of a port refuses the dead. */
function guardedPort<Port extends object>(port: Port, alive: () => void): Port {
  return new Proxy(port, {
    get(target, name, receiver): unknown {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== 'function') return method;
      return async (...given: unknown[]): Promise<unknown> => {
        alive();
        const answer: unknown = await Reflect.apply(method, target, given);
        return answer;
      };
    },
  });
}

/** The store, and which writes it was promised durably and has no receipt for. */
function watched(state: StateStore, alive: () => void, promised: Map<string, string>): StateStore {
  const guarded = guardedPort(state, alive);
  return {
    ...guarded,
    ...Object.fromEntries(Object.keys(state).map((name) => [name, Reflect.get(guarded, name)])),
    saveIntents: async (intents) => {
      await guarded.saveIntents(intents);
      for (const intent of intents) promised.set(intent.id, JSON.stringify(intent.write));
    },
    commit: async (delivery) => {
      await guarded.commit(delivery);
      for (const receipt of delivery.receipts) promised.delete(receipt.intent);
    },
  };
}
