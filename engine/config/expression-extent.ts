/**
 * Where an expression ends that somebody wrote into YAML without quotes. YAML ends it too early, at a comma, a
 * bracket, a `: ` or a ` #`; the expression ends where its own brackets and quotes are closed.
 */
export function expressionEnd(text: string, start: number, inFlow: boolean): number {
  let depth = 0;
  let position = start;
  while (position < text.length) {
    const unit = text[position] ?? '';
    if (depth === 0 && inFlow && ',}]'.includes(unit)) break;
    if (!inFlow && (unit === '\n' || (depth === 0 && isComment(text, position)))) break;
    depth += step(unit);
    position = endOfQuoted(text, position) ?? position + 1;
  }
  return start + text.slice(start, position).trimEnd().length;
}

/** Past the bracket that closes the one at `start`; undefined when it is never closed. */
export function endOfBracket(text: string, start: number): number | undefined {
  let depth = 0;
  let position = start;
  while (position < text.length) {
    if (isComment(text, position)) {
      position = endOfLine(text, position);
      continue;
    }
    depth += step(text[position] ?? '');
    position = endOfQuoted(text, position) ?? position + 1;
    if (depth === 0) return position;
  }
  return undefined;
}

/** Whether brackets or quotes are left open: YAML has cut the expression short. */
export function isCutShort(text: string): boolean {
  if (!/[([{"'`]/.test(text)) return false;
  let depth = 0;
  let position = 0;
  while (position < text.length) {
    const unit = text[position] ?? '';
    const closed = endOfQuoted(text, position);
    if (closed === undefined && (unit === '"' || unit === '`')) return true;
    depth += step(unit);
    position = closed ?? position + 1;
  }
  return depth > 0;
}

export function isComment(text: string, position: number): boolean {
  return text[position] === '#' && /\s/.test(text[position - 1] ?? ' ');
}

export function endOfLine(text: string, position: number): number {
  const end = text.indexOf('\n', position);
  return end === -1 ? text.length : end;
}

function step(unit: string): number {
  if (unit === '(' || unit === '[' || unit === '{') return 1;
  return unit === ')' || unit === ']' || unit === '}' ? -1 : 0;
}

/** The end of the quoted text that begins here and ends on this line; an apostrophe within a word begins none. */
function endOfQuoted(text: string, position: number): number | undefined {
  const quote = text[position];
  if (quote !== '"' && quote !== "'" && quote !== '`') return undefined;
  if (quote === "'" && /[\p{L}\p{N}]/u.test(text[position - 1] ?? '')) return undefined;
  const end = text.indexOf(quote, position + 1);
  return end === -1 || end > endOfLine(text, position) ? undefined : end + 1;
}
