import type { Format } from './config.ts';

const newline = 0x0a;
const quote = 0x22;

/**
 * Where the records of a file begin, told from its bytes: after a line break, of CSV after one outside quotes. Both
 * characters are one byte in every encoding there is here, and no part of another.
 */
export class RecordStarts {
  readonly #format: Format;
  /** Those not asked for yet, from record `#first` on. */
  #starts: number[] = [0];
  #first = 1;
  #bytes = 0;
  #quoted = false;

  constructor(format: Format) {
    this.#format = format;
  }

  read(bytes: Buffer): void {
    const plain = this.#format === 'jsonl' || (!this.#quoted && !bytes.includes(quote));
    for (let at = 0; at < bytes.length; at++) {
      if (plain) {
        at = bytes.indexOf(newline, at);
        if (at === -1) break;
      }
      if (!plain && bytes[at] === quote) this.#quoted = !this.#quoted;
      if (bytes[at] === newline && !this.#quoted) this.#starts.push(this.#bytes + at + 1);
    }
    this.#bytes += bytes.length;
  }

  /** Where a record begins; those before it are forgotten. undefined: not read yet. */
  of(record: number): number | undefined {
    const start = this.#starts[record - this.#first];
    if (record - this.#first > 1000) {
      this.#starts = this.#starts.slice(record - this.#first);
      this.#first = record;
    }
    return start;
  }
}
