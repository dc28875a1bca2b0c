import { randomBytes } from 'node:crypto';

/** The few pieces of DER (X.690) a certificate is made of. */
function der(tag: number, content: Buffer): Buffer {
  const length = content.length;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  if (length < 0x100) return Buffer.concat([Buffer.from([tag, 0x81, length]), content]);
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), content]);
}

export const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, Buffer.concat(parts));
export const set = (...parts: readonly Buffer[]): Buffer => der(0x31, Buffer.concat(parts));
export const objectId = (encoded: Buffer): Buffer => der(0x06, encoded);
export const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text));
export const bitString = (bytes: Buffer): Buffer => der(0x03, Buffer.concat([Buffer.from([0]), bytes]));
export const octets = (bytes: Buffer): Buffer => der(0x04, bytes);
export const smallInteger = (value: number): Buffer => der(0x02, Buffer.from([value]));
export const truth = der(0x01, Buffer.from([0xff]));
/** `[n]` around whole elements, and `[n]` in place of an element's own tag. */
export const constructed = (n: number, content: Buffer): Buffer => der(0xa0 | n, content);
export const implicit = (n: number, content: Buffer): Buffer => der(0x80 | n, content);

/** Positive: the first bit is cleared, the second set so that no leading zero has to go. */
export function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes.writeUInt8(((bytes[0] ?? 0) & 0x7f) | 0x40, 0);
  return der(0x02, bytes);
}

export function utcTime(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/\D/g, '');
  return der(0x17, Buffer.from(`${digits.slice(2, 14)}Z`));
}
