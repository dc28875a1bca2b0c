import { ProtocolError } from './errors.ts';

/** How a server answers a client's wish for TLS. [MS-TDS] 2.2.6.5, table under "Encryption" */
export type Encryption = 'off' | 'supported' | 'required';

const OPTION = { version: 0, encryption: 1, instance: 2, thread: 3, mars: 4, end: 0xff } as const;
const WISH = { off: 0, on: 1, notSupported: 2, required: 3 } as const;

/** SQL Server 2012 SP4: major, minor, build (big endian), sub-build. */
const VERSION = Buffer.from([11, 0, 0x1b, 0x59, 0, 0]);

export interface PreloginAnswer {
  readonly body: Buffer;
  /** true: TLS is next; false: a plain login is next. */
  readonly tls: boolean;
  /** The client cannot do what we require: close after answering. */
  readonly refuse: boolean;
}

export function answerPrelogin(body: Buffer, encryption: Encryption): PreloginAnswer {
  const wish = clientEncryption(body);
  const client = wish === WISH.notSupported ? 'never' : 'able';
  if (encryption === 'off') return { body: write(WISH.notSupported), tls: false, refuse: false };
  if (client === 'able') return { body: write(WISH.on), tls: true, refuse: false };
  if (encryption === 'required') return { body: write(WISH.required), tls: false, refuse: true };
  return { body: write(WISH.notSupported), tls: false, refuse: false };
}

function clientEncryption(body: Buffer): number {
  for (let at = 0; at + 5 <= body.length && body.readUInt8(at) !== OPTION.end; at += 5) {
    if (body.readUInt8(at) !== OPTION.encryption) continue;
    const offset = body.readUInt16BE(at + 1);
    if (offset >= body.length) break;
    return body.readUInt8(offset);
  }
  throw new ProtocolError('the pre-login has no encryption option');
}

function write(encryption: number): Buffer {
  const options: readonly (readonly [number, Buffer])[] = [
    [OPTION.version, VERSION],
    [OPTION.encryption, Buffer.from([encryption])],
    [OPTION.instance, Buffer.from([0])],
    [OPTION.thread, Buffer.alloc(0)],
    [OPTION.mars, Buffer.from([0])],
  ];
  let offset = options.length * 5 + 1;
  const heads = options.map(([token, data]) => {
    const head = Buffer.alloc(5);
    head.writeUInt8(token, 0);
    head.writeUInt16BE(offset, 1);
    head.writeUInt16BE(data.length, 3);
    offset += data.length;
    return head;
  });
  return Buffer.concat([...heads, Buffer.from([OPTION.end]), ...options.map(([, data]) => data)]);
}
