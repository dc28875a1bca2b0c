import type { SourceText } from './source-text.ts';

/** Keys whose literal values are never shown, whatever the connector says of them. */
const secretKey = /(?:passw|secret|token|webhook|api_?key|credential)/i;

/**
 * For a file YAML could not read: the whole `connections:` block, and each line anywhere that looks like it holds a
 * secret, is never shown.
 */
export function hideRoughly(source: SourceText): void {
  let inConnections = false;
  for (const line of source.text.matchAll(/[^\n]+/g)) {
    const [text] = line;
    if (/^[^\s#]/.test(text)) inConnections = /^["']?conn?ect/i.test(text);
    if (inConnections || looksSecret(text)) source.hide(line.index, line.index + text.length);
  }
}

/** Lines like these are hidden in every file, before anything is known about it. */
export function hideLookalikes(source: SourceText): void {
  for (const line of source.text.matchAll(/[^\n]+/g)) {
    if (looksSecret(line[0])) source.hide(line.index, line.index + line[0].length);
  }
}

function looksSecret(line: string): boolean {
  if (/:\/\/[^\s/@:]+:[^\s/@]+@/.test(line)) return true;
  if (!secretKey.test(line)) return false;
  const pairs = line.matchAll(/([\p{L}\p{N}_-]+)["']?[ \t]*:[ \t]+["']?([^\s"',}]+)/gu);
  return [...pairs].some(
    ([, key = '', value = '']) => secretKey.test(key) && !value.startsWith('${secret:') && !isEmptyReference(value),
  );
}

/** `${env:NAME}` without a default holds nothing. */
function isEmptyReference(value: string): boolean {
  return /^\$\{env:\w+\}?$/.test(value);
}
