/** How many hashes lie together; as many parts grow one at a time, so that a large table is never there twice. */
const partBits = 5;

/** Numbers by text, as hashes in flat arrays: eight bytes a slot, at most three of four slots taken. */
export class HashTable {
  readonly #parts = Array.from({ length: 1 << partBits }, () => new Part());

  add(text: string, number: number): void {
    const hash = hashOf(text);
    this.#partOf(hash)?.add(hash, number);
  }

  /** The numbers of this text, and now and then one of another. */
  find(text: string): readonly number[] {
    const hash = hashOf(text);
    return this.#partOf(hash)?.find(hash) ?? [];
  }

  /** The high bits choose the part, the low ones the slot in it. */
  #partOf(hash: number): Part | undefined {
    return this.#parts[hash >>> (32 - partBits)];
  }
}

class Part {
  #hashes = new Uint32Array(64);
  /** One more than the number, so that 0 is a free slot. */
  #numbers = new Uint32Array(64);
  #taken = 0;

  add(hash: number, number: number): void {
    if ((this.#taken + 1) * 4 > this.#hashes.length * 3) this.#grow();
    this.#put(hash, number + 1);
    this.#taken++;
  }

  find(hash: number): readonly number[] {
    const mask = this.#hashes.length - 1;
    const found: number[] = [];
    for (let slot = hash & mask; this.#numbers[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#hashes[slot] === hash) found.push((this.#numbers[slot] ?? 0) - 1);
    }
    return found;
  }

  #put(hash: number, entry: number): void {
    const mask = this.#hashes.length - 1;
    let slot = hash & mask;
    while (this.#numbers[slot] !== 0) slot = (slot + 1) & mask;
    this.#hashes[slot] = hash;
    this.#numbers[slot] = entry;
  }

  #grow(): void {
    const hashes = this.#hashes;
    const numbers = this.#numbers;
    this.#hashes = new Uint32Array(hashes.length * 2);
    this.#numbers = new Uint32Array(hashes.length * 2);
    for (let slot = 0; slot < numbers.length; slot++) {
      const entry = numbers[slot] ?? 0;
      if (entry !== 0) this.#put(hashes[slot] ?? 0, entry);
    }
  }
}

/** FNV-1a, its bits mixed once more: the low ones choose the slot, and numbers in a row must not stand in a row. */
function hashOf(text: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01_00_01_93);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
