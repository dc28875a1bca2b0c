/** The counter behind every `rowversion` column of a data base: it only grows, a rollback does not turn it back. */
export class Rowversions {
  #last: bigint;
  /** The first value each open transaction took. */
  readonly #active = new Map<object, bigint>();
  /** Values taken ahead by a transaction that is still open. */
  readonly #reserved = new Map<object, bigint[]>();

  constructor(last: bigint) {
    this.#last = last;
  }

  /** Takes values for a transaction that will use them later, while others take those above. */
  reserve(session: object, count: number): void {
    const values = Array.from({ length: count }, (_, index) => this.#last + BigInt(index + 1));
    this.#last += BigInt(count);
    this.#reserved.set(session, values);
    if (values[0] !== undefined) this.#active.set(session, values[0]);
  }

  next(session: object): Buffer {
    const reserved = this.#reserved.get(session)?.shift();
    if (reserved !== undefined) return toBytes(reserved);
    this.#last++;
    if (!this.#active.has(session)) this.#active.set(session, this.#last);
    return toBytes(this.#last);
  }

  /** The session's transaction ended, either way. */
  settle(session: object): void {
    if (!this.#reserved.get(session)?.length) this.#active.delete(session);
  }

  /** What was taken ahead is given up. */
  release(session: object): void {
    this.#reserved.delete(session);
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
