import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What the heap held after the last time, in bytes. */
let alive = 0;
let collect: (() => void) | undefined;

/**
 * Collects what the batch before has left (docs/decisions/garbage.md): left alone V8 does so when memory has grown, which
 * is in the midst of a batch. Not before there is a fifth more: small batches leave little.
 */
export function collectGarbage(): void {
  if (used() < alive * 1.2) return;
  collect ??= collector();
  collect();
  alive = used();
}

function used(): number {
  return getHeapStatistics().used_heap_size;
}

/** Node gives no other way to it than a flag, which holds for contexts made from then on. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  // Between the times we choose less is left for V8 to do.
  setFlagsFromString('--heap-growing-percent=40');
  return gc;
}
