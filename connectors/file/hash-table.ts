/** Numbers by text, as hashes in two flat arrays: eight bytes a slot, at most three of four slots taken. */
export class HashTable {
  #hashes = new Uint32Array(1024);
  /** One more than the number, so that 0 is a free slot. */
  #numbers = new Uint32Array(1024);
  #taken = 0;

  add(text: string, number: number): void {
    if ((this.#taken + 1) * 4 > this.#hashes.length * 3) this.#grow();
    this.#put(hashOf(text), number + 1);
    this.#taken++;
  }

  /** The numbers of this text, and now and then one of another. */
  find(text: string): readonly number[] {
    const hash = hashOf(text);
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
    for (const [slot, entry] of numbers.entries()) if (entry !== 0) this.#put(hashes[slot] ?? 0, entry);
  }
}

/** FNV-1a, its bits mixed once more: the low ones choose the slot, and numbers in a row must not stand in a row. */
function hashOf(text: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01_00_01_93);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
