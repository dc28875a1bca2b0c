import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** A text under AES-256-GCM, in base64. */
export interface Sealed {
  readonly nonce: string;
  readonly data: string;
  readonly tag: string;
}

export const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const cipher = 'aes-256-gcm';

/** `bound` is not hidden, but opening wants the same: a text cannot take another's place. */
export function seal(key: Buffer, text: string, bound: string): Sealed {
  const nonce = randomBytes(nonceBytes);
  const sealing = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(bound));
  const data = Buffer.concat([sealing.update(text, 'utf8'), sealing.final()]);
  return { nonce: asText(nonce), data: asText(data), tag: asText(sealing.getAuthTag()) };
}

/** undefined: not what this key sealed under this name. */
export function unseal(key: Buffer, { nonce, data, tag }: Sealed, bound: string): string | undefined {
  try {
    const opening = createDecipheriv(cipher, key, asBytes(nonce), { authTagLength: tagBytes })
      .setAAD(Buffer.from(bound))
      .setAuthTag(asBytes(tag));
    return Buffer.concat([opening.update(asBytes(data)), opening.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

/** Tells one key from another without giving it away: it is random, so a hash of it is as hard to guess. */
export function keyPrint(key: Buffer): string {
  return createHash('sha256').update('pipe vault key').update(key).digest('hex').slice(0, 16);
}

function asText(bytes: Buffer): string {
  return bytes.toString('base64');
}

function asBytes(text: string): Buffer {
  return Buffer.from(text, 'base64');
}
