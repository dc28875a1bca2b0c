import { ProtocolError } from './errors.ts';

/** What a LOGIN7 message says. [MS-TDS] 2.2.6.4 */
export interface LoginRequest {
  readonly user: string;
  readonly password: string;
  readonly host: string;
  readonly application: string;
  readonly database: string;
  readonly packetSize: number;
  /** Windows or token login: not known here. */
  readonly integrated: boolean;
}

const FIXED_PART = 94;
const INTEGRATED_SECURITY = 0x80;
const FIELD = { host: 36, user: 40, password: 44, application: 48, database: 68 } as const;
const SMALLEST_PACKET = 512;
const LARGEST_PACKET = 32_767;

export function readLogin(body: Buffer): LoginRequest {
  if (body.length < FIXED_PART) throw new ProtocolError('the login message is cut off');
  const asked = body.readUInt32LE(8);
  return {
    user: text(body, FIELD.user),
    password: unscramble(field(body, FIELD.password)).toString('utf16le'),
    host: text(body, FIELD.host),
    application: text(body, FIELD.application),
    database: text(body, FIELD.database),
    packetSize: asked < SMALLEST_PACKET || asked > LARGEST_PACKET ? 4096 : asked,
    integrated: (body.readUInt8(25) & INTEGRATED_SECURITY) !== 0,
  };
}

const text = (body: Buffer, at: number): string => field(body, at).toString('utf16le');

function field(body: Buffer, at: number): Buffer {
  const offset = body.readUInt16LE(at);
  const bytes = body.readUInt16LE(at + 2) * 2;
  if (offset + bytes > body.length) throw new ProtocolError('a login field lies outside its message');
  return body.subarray(offset, offset + bytes);
}

/** Every byte of a password is XORed with A5 and its halves are swapped. It hides nothing; TLS does. */
function unscramble(password: Buffer): Buffer {
  return Buffer.from(
    password.map((byte) => {
      const plain = byte ^ 0xa5;
      return ((plain & 0x0f) << 4) | (plain >> 4);
    }),
  );
}
