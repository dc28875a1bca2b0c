import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Value } from '../../engine/index.ts';
import type { Encoder } from './encode.ts';

/** How LOAD DATA is told to read what `infile` writes. */
export const infileFormat = String.raw`CHARACTER SET utf8mb4 FIELDS TERMINATED BY '\t' ESCAPED BY '\\' LINES TERMINATED BY '\n'`;

const special = /[\\\t\n\0]/;

/** https://dev.mysql.com/doc/refman/8.0/en/load-data.html: what follows a backslash is taken as it is, but for these. */
const escapes: Readonly<Record<string, string>> = {
  '\\': String.raw`\\`,
  '\t': String.raw`\t`,
  '\n': String.raw`\n`,
  '\0': String.raw`\0`,
};

/** Characters that go out at once, so that the server reads while the next are made. */
const pieceLength = 128 * 1024;

/** One line of the file. */
export function lineOf(encoders: readonly Encoder[], values: readonly (Value | null)[]): string {
  let line = '';
  for (let index = 0; index < encoders.length; index++) {
    const value = values[index] ?? null;
    const text = value === null ? String.raw`\N` : (encoders[index]?.(value) ?? '');
    if (index > 0) line += '\t';
    line += typeof value !== 'number' && value !== null && special.test(text) ? escaped(text) : text;
  }
  return `${line}\n`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\\t\n\0]/g, (sign) => escapes[sign] ?? sign);
}

export function infile(lines: Iterable<string>): Readable {
  return Readable.from(pieces(lines));
}

async function* pieces(lines: Iterable<string>): AsyncGenerator<Buffer, void, void> {
  let piece = '';
  for (const line of lines) {
    piece += line;
    if (piece.length < pieceLength) continue;
    yield Buffer.from(piece, 'utf8');
    piece = '';
    // Lets the socket send.
    await setImmediate();
  }
  if (piece !== '') yield Buffer.from(piece, 'utf8');
}
