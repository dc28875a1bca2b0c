import type { Maybe } from './functions.ts';
import { joined, truth } from './operators.ts';
import { other } from './other.ts';

/**
 * Functions of JSONata that mappings call for every row. Each takes exactly its declared number of arguments; another
 * count or a wrong type is `other` (jsonata.js, `functions`).
 */
export const plainBuiltIns: Readonly<Record<string, (...given: Maybe[]) => Maybe>> = {
  exists: (value) => value !== undefined,
  not: (value) => (value === undefined ? undefined : !truth(value)),
  boolean: (value) => (value === undefined ? undefined : truth(value)),
  string: (value) => (value === undefined ? undefined : joined(value)),
  count: (value) => (value === undefined ? 0 : Array.isArray(value) ? value.length : 1),
  join: (list, separator) => {
    if (list === undefined) return undefined;
    const texts: readonly Maybe[] = Array.isArray(list) ? list : [list];
    return texts.map(needText).join(needText(separator));
  },
  lowercase: (value) => text(value)?.toLowerCase(),
  uppercase: (value) => text(value)?.toUpperCase(),
  length: (value) => {
    const given = text(value);
    return given === undefined ? undefined : [...given].length;
  },
  trim: (value) =>
    text(value)
      ?.replace(/[ \t\n\r]+/g, ' ')
      .replace(/^ | $/g, ''),
  number: (value) => {
    if (value === undefined || typeof value === 'number') return value;
    if (typeof value === 'string' && /^-?\d{1,15}$/.test(value)) return Number(value);
    throw other;
  },
  round: (value, digits) => {
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !isCount(digits)) throw other;
    const shifted = Number(`${value}e${digits}`);
    if (!Number.isSafeInteger(Math.floor(shifted))) throw other;
    return Number(`${halfToEven(shifted)}e-${digits}`) + 0;
  },
  substring: (value, start, length) => {
    const given = text(value);
    if (given === undefined) return undefined;
    if (!isCount(start) || !isCount(length)) throw other;
    return [...given].slice(start, start + length).join('');
  },
};

/** JSONata rounds a half to the even neighbour. */
function halfToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

function text(value: Maybe): string | undefined {
  if (value !== undefined && typeof value !== 'string') throw other;
  return value;
}

function needText(value: Maybe): string {
  if (typeof value !== 'string') throw other;
  return value;
}

function isCount(value: Maybe): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
