import { ProtocolError } from './errors.ts';

/** TDS packets: 8 bytes of header, then payload; a message is one or more packets. [MS-TDS] 2.2.3 */
export const PACKET = {
  batch: 0x01,
  rpc: 0x03,
  reply: 0x04,
  attention: 0x06,
  bulk: 0x07,
  transaction: 0x0e,
  login: 0x10,
  prelogin: 0x12,
} as const;

const known: ReadonlySet<number> = new Set(Object.values(PACKET));
const HEADER = 8;
const END_OF_MESSAGE = 0x01;
const IGNORE = 0x02;
const RESET_CONNECTION = 0x08;
const RESET_KEEPING_TRANSACTION = 0x10;
/** Far above what a client of ours sends (a statement with its parameters), far below what hurts. */
const LARGEST_MESSAGE = 64 * 1024 * 1024;
const NOTHING = Buffer.alloc(0);

export interface Message {
  readonly type: number;
  readonly body: Buffer;
  /** The client gives a pooled connection to its next user. */
  readonly reset: boolean;
}

/**
 * Puts packets together into messages. Feed it bytes as they come; it throws ProtocolError on what cannot be TDS.
 * A message its sender withdrew (status bit "ignore") is dropped.
 */
export class MessageReader {
  #waiting: Buffer = NOTHING;
  #parts: Buffer[] = [];
  #size = 0;
  #type = 0;
  #reset = false;

  push(chunk: Buffer): Message[] {
    this.#waiting = this.#waiting.length === 0 ? chunk : Buffer.concat([this.#waiting, chunk]);
    const messages: Message[] = [];
    for (;;) {
      if (this.#waiting.length < HEADER) return messages;
      if (!known.has(this.#waiting.readUInt8(0))) throw new ProtocolError('the packet is of no known type');
      const length = this.#waiting.readUInt16BE(2);
      if (length < HEADER) throw new ProtocolError(`a packet says it is ${length} bytes long`);
      if (this.#waiting.length < length) return messages;
      const message = this.#packet(this.#waiting.subarray(0, length));
      if (message !== undefined) messages.push(message);
      this.#waiting = this.#waiting.subarray(length);
    }
  }

  #packet(packet: Buffer): Message | undefined {
    const type = packet.readUInt8(0);
    const status = packet.readUInt8(1);
    if (this.#parts.length > 0 && type !== this.#type) {
      throw new ProtocolError(`packet type ${type} inside a message of type ${this.#type}`);
    }
    this.#type = type;
    this.#size += packet.length - HEADER;
    if (this.#size > LARGEST_MESSAGE) throw new ProtocolError('the message does not end');
    this.#parts.push(packet.subarray(HEADER));
    this.#reset ||= (status & (RESET_CONNECTION | RESET_KEEPING_TRANSACTION)) !== 0;
    if ((status & END_OF_MESSAGE) === 0) return undefined;
    const message = { type, body: Buffer.concat(this.#parts), reset: this.#reset };
    this.#parts = [];
    this.#size = 0;
    this.#reset = false;
    return (status & IGNORE) === 0 ? message : undefined;
  }
}

export interface ByteSink {
  /** false: the other side is slow, wait for `drained` before writing more. */
  write(bytes: Buffer): boolean;
  drained(): Promise<void>;
}

/**
 * Cuts one reply into packets of the negotiated size and writes them as they fill, so that a reply of any length
 * takes the memory of a few packets. Call `room()` between rows and `end()` once.
 */
export class MessageWriter {
  readonly #sink: ByteSink;
  readonly #type: number;
  readonly #packetSize: number;
  #buffer: Buffer;
  #start = 0;
  #end = HEADER;
  #id = 1;
  #blocked = false;

  constructor(sink: ByteSink, type: number, packetSize: number) {
    this.#sink = sink;
    this.#type = type;
    this.#packetSize = packetSize;
    this.#buffer = Buffer.allocUnsafe(packetSize * 8);
  }

  /** Space for at least `size` bytes at `offset` of the returned buffer; follow with `advance`. */
  reserve(size: number): { readonly buffer: Buffer; readonly offset: number } {
    if (this.#end + size > this.#buffer.length) this.#makeRoom(size);
    return { buffer: this.#buffer, offset: this.#end };
  }

  advance(size: number): void {
    this.#end += size;
  }

  bytes(bytes: Buffer): void {
    const { buffer, offset } = this.reserve(bytes.length);
    bytes.copy(buffer, offset);
    this.#end += bytes.length;
  }

  /** Hands full packets to the socket; true when the other side is slow. */
  flush(): boolean {
    const header = HEADER;
    while (this.#end - this.#start > this.#packetSize) {
      this.#send(this.#start + this.#packetSize, 0);
      // The next packet's header takes the last bytes of this one's copy: it has been handed over already.
      this.#start += this.#packetSize - header;
    }
    return this.#blocked;
  }

  async room(): Promise<void> {
    if (!this.#blocked) return;
    await this.#sink.drained();
    this.#blocked = false;
  }

  end(): void {
    this.flush();
    this.#send(this.#end, END_OF_MESSAGE);
    this.#start = 0;
    this.#end = HEADER;
  }

  #send(to: number, status: number): void {
    const packet = Buffer.from(this.#buffer.subarray(this.#start, to));
    packet.writeUInt8(this.#type, 0);
    packet.writeUInt8(status, 1);
    packet.writeUInt16BE(packet.length, 2);
    packet.writeUInt16BE(0, 4);
    packet.writeUInt8(this.#id++ & 0xff, 6);
    packet.writeUInt8(0, 7);
    if (!this.#sink.write(packet)) this.#blocked = true;
  }

  #makeRoom(size: number): void {
    this.flush();
    const kept = this.#end - this.#start;
    const target = kept + size > this.#buffer.length ? Buffer.allocUnsafe((kept + size) * 2) : this.#buffer;
    this.#buffer.copy(target, 0, this.#start, this.#end);
    this.#buffer = target;
    this.#start = 0;
    this.#end = kept;
  }
}
