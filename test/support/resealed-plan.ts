import { hash } from 'node:crypto';

/** The text of a plan file with the hash of what it says now. */
export function resealed(text: string): string {
  const lines = text.trimEnd().split('\n').slice(0, -1);
  const body = lines.map((line) => `${line}\n`).join('');
  return `${body}${JSON.stringify({ end: lines.length - 1, hash: hash('sha256', body, 'hex') })}\n`;
}
