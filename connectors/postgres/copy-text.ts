import type { Value } from '../../engine/index.ts';
import { encoderOf } from './column-types.ts';

/** Characters of a chunk: large enough for few writes, small enough to be sent while the next one is made. */
const chunkLength = 128 * 1024;

const special = /[\\\t\n\r]/;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** Rows as COPY reads them: https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2 */
export function* copyText(
  types: readonly string[],
  rows: readonly (readonly (Value | null)[])[],
): Generator<string, void, void> {
  const encode = types.map(encoderOf);
  let chunk = '';
  for (const row of rows) {
    for (let index = 0; index < encode.length; index += 1) {
      if (index > 0) chunk += '\t';
      chunk += cell(row[index] ?? null, encode[index]);
    }
    chunk += '\n';
    if (chunk.length < chunkLength) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

function cell(value: Value | null, encode: ((value: Value) => string) | undefined): string {
  if (value === null || !encode) return '\\N';
  if (typeof value === 'number') return String(value);
  const text = encode(value);
  // The driver would send a replacement character for half of a surrogate pair; a NUL is refused, and the row named.
  if (!text.isWellFormed()) return '\0';
  return special.test(text) ? text.replaceAll(/[\\\t\n\r]/g, (one) => escapes[one] ?? one) : text;
}
