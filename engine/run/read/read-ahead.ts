/**
 * Reads one item ahead: while the caller works on one batch the next is being read, and never more than that. Closing
 * early closes the source.
 */
export async function* readAhead<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item, void, undefined> {
  const iterator = items[Symbol.asyncIterator]();
  let next = quietly(iterator.next());
  let done = false;
  try {
    for (;;) {
      const result = await next;
      done = result.done === true;
      if (result.done === true) return;
      next = quietly(iterator.next());
      yield result.value;
    }
  } finally {
    if (!done) {
      await next.catch(() => undefined);
      await iterator.return?.();
    }
  }
}

/** A failure of the item read ahead is met when it is asked for, not before. */
function quietly<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => undefined);
  return promise;
}
