import { readFileSync } from 'node:fs';

/** A text file as Windows programs leave them: UTF-8 with or without a mark, or the UTF-16 of PowerShell's `>`. */
export function readTextFile(file: string): string {
  const bytes = readFileSync(file);
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}
