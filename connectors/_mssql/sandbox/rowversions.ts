/** The counter behind every `rowversion` column of a data base: it only grows, a rollback does not turn it back. */
export class Rowversions {
  #last: bigint;
  /** The first value each open transaction took. */
  readonly #active = new Map<object, bigint>();

  constructor(last: bigint) {
    this.#last = last;
  }

  next(session: object): Buffer {
    this.#last++;
    if (!this.#active.has(session)) this.#active.set(session, this.#last);
    return toBytes(this.#last);
  }

  /** The session's transaction ended, either way. */
  settle(session: object): void {
    this.#active.delete(session);
  }

  /** @@DBTS */
  last(): Buffer {
    return toBytes(this.#last);
  }

  /** MIN_ACTIVE_ROWVERSION(): everything below it is committed. */
  lowestActive(): Buffer {
    let lowest = this.#last + 1n;
    for (const first of this.#active.values()) if (first < lowest) lowest = first;
    return toBytes(lowest);
  }
}

function toBytes(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}
