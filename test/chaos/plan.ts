import type { CrashPoint } from '../../engine/run/crash-points.ts';

/** Points the engine names, and those only the wire and the portal see. */
export type Point = CrashPoint | WirePoint | PortalPoint;

/** Half of a request that writes is handed to the kernel, the other half never is. */
export type WirePoint = 'request-half-written';

/** `request-sent`: the request is there, nothing of it done. `command-committed`: one of n commands done, or all. */
export type PortalPoint = 'request-sent' | 'command-committed';

/** `full`: the disk takes no more. `SIGCONT`: nothing, whoever is told does something. */
export type Deed = 'SIGKILL' | 'SIGSTOP' | 'SIGTERM' | 'SIGCONT' | 'full';

/** What happens to a process at the `nth` time it comes to a point. */
export interface Disturbance<At extends Point = Point> {
  readonly point: At;
  readonly nth: number;
  readonly does: Deed;
}

/** What `processes/pipe.ts` is told. */
export interface ChildPlan {
  readonly at?: Disturbance<CrashPoint | WirePoint>;
  /** How far its wall clock is ahead of the machine's. */
  readonly wallMs?: number;
  /** How far its monotonic clock is ahead. */
  readonly monotonicMs?: number;
}

/** A kill here leaves an intent without its receipt. */
export const inDoubtPoints: readonly Point[] = [
  'intents-durable',
  'request-half-written',
  'request-sent',
  'command-committed',
  'answer-received',
  'receipts-before-commit',
  'reconcile-lookup',
  'reconcile-waiting',
];

export const otherPoints: readonly Point[] = [
  'lock-taken',
  'window-taken',
  'reconcile-adopted',
  'reconcile-closed',
  'batch-read',
  'find-answered',
  'planned',
  'intents-before-fsync',
  'receipts-after-commit',
  'between-targets',
  'rows-before',
  'rows-after',
  'queue-insert',
  'queue-taken',
  'queue-superseded',
  'checkpoint-before',
  'checkpoint-after',
];

export function isPortalPoint(point: Point): point is PortalPoint {
  return point === 'request-sent' || point === 'command-committed';
}

/** What the portal does with the `nth` request that writes, or reads, of a run. */
export interface PortalFault {
  readonly kind: keyof typeof faultKinds;
  readonly nth: number;
}

/** The first word says which requests are counted. */
export const faultKinds = {
  'read-html-503': 'a page of the gateway instead of an answer',
  'read-reset': 'the connection drops before the answer',
  'read-rate': 'refused for the rate',
  'write-html-503': 'a page of the gateway, nothing done',
  'write-rate': 'refused for the rate, nothing done',
  'write-reset': 'dropped, nothing done',
  'write-cut': 'dropped, and all done nevertheless',
  'write-held': 'done only after newer requests, of whoever comes next',
  'write-502-done': 'all done, and then a page of the gateway',
  'write-reset-done': 'all done, and then dropped',
  'write-truncated': 'all done, and half an answer under its own length',
  'write-hang': 'all done, and no answer at all',
  'write-half': 'half of it done, and then dropped',
  'write-command-500': 'one command says it failed after it was done',
  'write-command-missing': 'one command is done, and the answer does not mention it',
  'write-partial': 'refused as wrong, and some of it stored nevertheless',
  'write-system-400': 'refused by a fault of the system, nothing done',
} as const;

/** What an account does not do: a request of it is done whole, and answered whole. */
const portalAlone = new Set<PortalFault['kind']>(['write-half', 'write-command-500', 'write-command-missing']);
const accountAlone = new Set<PortalFault['kind']>(['write-partial', 'write-system-400']);

const kinds = Object.keys(faultKinds) as PortalFault['kind'][];
export const portalKinds = kinds.filter((kind) => !accountAlone.has(kind));
export const accountKinds = kinds.filter((kind) => !portalAlone.has(kind));

/** Where a process is struck from outside, in the middle of its request. */
export interface Strike {
  readonly pid: number;
  readonly point: PortalPoint;
  /** Which of the requests that write. */
  readonly nth: number;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
  /** The share of the request's commands that is done by then, 0 … 1. */
  readonly share: number;
  /** Whether the portal carries on with the rest, later. */
  readonly finishes: boolean;
}
