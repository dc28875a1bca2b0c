import { ProtocolError } from './errors.ts';

/** A cursor over one message. Reading past the end is the client's fault: ProtocolError. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  take(size: number): Buffer {
    if (size < 0 || size > this.left) throw new ProtocolError('the message ends inside a value');
    const taken = this.#bytes.subarray(this.#at, this.#at + size);
    this.#at += size;
    return taken;
  }

  u8 = (): number => this.take(1).readUInt8();
  u16 = (): number => this.take(2).readUInt16LE();
  u24 = (): number => this.take(3).readUIntLE(0, 3);
  u32 = (): number => this.take(4).readUInt32LE();
  i32 = (): number => this.take(4).readInt32LE();
  u64 = (): bigint => this.take(8).readBigUInt64LE();

  /** UTF-16 text of `length` characters. */
  ucs2 = (length: number): string => this.take(length * 2).toString('utf16le');

  /** An unsigned little-endian number of any size. */
  digits(size: number): bigint {
    const bytes = this.take(size);
    let value = 0n;
    for (let at = size - 1; at >= 0; at--) value = (value << 8n) | BigInt(bytes.readUInt8(at));
    return value;
  }

  /** Partially length-prefixed value ("max" types): chunks up to an empty one. [MS-TDS] 2.2.5.2.3 */
  chunks(): Buffer | null {
    if (this.u64() === 0xffff_ffff_ffff_ffffn) return null;
    const parts: Buffer[] = [];
    for (;;) {
      const size = this.u32();
      if (size === 0) return Buffer.concat(parts);
      parts.push(this.take(size));
    }
  }
}

/** A batch, an RPC and a transaction request begin with ALL_HEADERS, whose length covers itself. */
export function skipHeaders(body: Buffer): WireReader {
  const reader = new WireReader(body);
  const length = reader.u32();
  if (length < 4) throw new ProtocolError('the headers of a request say they are shorter than their own length');
  reader.take(length - 4);
  return reader;
}
