/**
 * Named places where a run may be killed, stopped or disturbed (delivery.md, Chaos). Outside the chaos suite they
 * cost one comparison.
 */
export type CrashPoint =
  | 'lock-taken'
  | 'window-taken'
  | 'reconcile-lookup'
  | 'reconcile-waiting'
  | 'reconcile-adopted'
  | 'reconcile-closed'
  | 'batch-read'
  | 'find-answered'
  | 'planned'
  | 'intents-before-fsync'
  | 'intents-durable'
  | 'answer-received'
  | 'receipts-before-commit'
  | 'receipts-after-commit'
  | 'between-targets'
  | 'rows-before'
  | 'rows-after'
  | 'queue-insert'
  | 'queue-taken'
  | 'queue-superseded'
  | 'checkpoint-before'
  | 'checkpoint-after'
  | 'absent-scan-half'
  | 'absent-delete'
  | 'apply-n'
  | 'ddl-done'
  | 'token-rotated-not-stored'
  | 'load-begun'
  | 'load-committed';

let onReach: ((point: CrashPoint) => void) | undefined;

/** The chaos suite's hook; undefined takes it away. */
export function watchCrashPoints(watcher: ((point: CrashPoint) => void) | undefined): void {
  onReach = watcher;
}

export function reach(point: CrashPoint): void {
  onReach?.(point);
}
