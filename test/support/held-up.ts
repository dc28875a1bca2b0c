import type { AtomicWrites, Template } from '../../engine/index.ts';

/** Asks until a write under way is held up by somebody, and answers by whom; `between` what passes before the next time. */
export async function heldUp(
  atomic: AtomicWrites | undefined,
  between: () => Promise<unknown> = () => new Promise(setImmediate),
): Promise<Template> {
  for (;;) {
    const by = await atomic?.heldBy?.(new AbortController().signal);
    if (by) return by;
    await between();
  }
}
