import { promisify } from 'node:util';
import { brotliDecompress, unzip, zstdDecompress } from 'node:zlib';

/** By the names of RFC 9110, 8.4.1, and of RFC 7932 and 8878; nobody serves another to whom has not asked for it. */
const unpackers = new Map<string, (packed: Buffer, limit: { maxOutputLength: number }) => Promise<Buffer>>([
  ['gzip', promisify(unzip)],
  ['x-gzip', promisify(unzip)],
  ['deflate', promisify(unzip)],
  ['br', promisify(brotliDecompress)],
  ['zstd', promisify(zstdDecompress)],
]);

/**
 * Undoes a `content-encoding`. We ask for none, but whoever says nothing takes any (RFC 9110, 12.5.3), and a proxy may
 * pack what the vendor did not. undici's own interceptor is experimental, says so on stderr each time, and hands on
 * what it cannot unpack. Undefined: one of the codings is unknown. Throws what zlib throws, `ERR_BUFFER_TOO_LARGE` too.
 */
export async function unpack(packed: Buffer, codings: string, limitBytes: number): Promise<Buffer | undefined> {
  let bytes = packed;
  for (const coding of codings.toLowerCase().split(',').reverse()) {
    if (bytes.length === 0 || coding.trim() === 'identity') continue;
    const unpackOne = unpackers.get(coding.trim());
    if (!unpackOne) return undefined;
    bytes = await unpackOne(bytes, { maxOutputLength: limitBytes });
  }
  return bytes;
}
