import { createRequire } from 'node:module';
import type * as Phones from 'libphonenumber-js/max';

let library: typeof Phones | undefined;

/**
 * Loaded with the first number, not with the program: its metadata takes 70 ms. `max`, because `min` calls
 * `8 999 999 99 9` valid (https://gitlab.com/catamphetamine/libphonenumber-js, "min" checks lengths only).
 */
function phones(): typeof Phones {
  library ??= createRequire(import.meta.url)('libphonenumber-js/max') as typeof Phones;
  return library;
}

/**
 * A phone as people write it, in E.164: `8 (916) 123-45-67 (мама)` gives `+79161234567`. Russian unless the number
 * names another country (`+375…`, `+77…`). Of a list the first valid number counts. Comments and extensions are dropped.
 * Undefined when no valid number is there; seven digits without a city are none.
 */
export function normalisePhone(text: string): string | undefined {
  for (const part of text.split(/[,;/|\n]|\s+(?:или|и|or)\s+/iu)) {
    const number = firstNumber(withoutComment(part));
    if (number) return number;
  }
  return undefined;
}

/** Words, `(мама)` and an extension behind the number say nothing about it. */
function withoutComment(part: string): string {
  return part
    .replace(/(?:доб|ext|вн)\.?\s*\d+|#\s*\d+/giu, ' ')
    .replace(/[^\d+() .-]/gu, ' ')
    .trim();
}

/** The whole part, or what comes before a second number: `8916… 8903…` may stand without a comma. */
function firstNumber(part: string): string | undefined {
  const words = part.split(/\s+/);
  for (let length = words.length; length > 0; length--) {
    const rest = digitsOf(words.slice(length).join('')).length;
    const number = rest === 0 || rest >= 7 ? valid(words.slice(0, length).join(' ')) : undefined;
    if (number) return number;
  }
  return undefined;
}

function valid(candidate: string): string | undefined {
  const digits = digitsOf(candidate);
  if (digits.length < 10 || digits.length > 15) return undefined;
  return parsed(candidate) ?? (digits.length > 10 && !candidate.startsWith('+') ? parsed(`+${digits}`) : undefined);
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}

function parsed(candidate: string): string | undefined {
  const number = phones().default(candidate, 'RU');
  return number?.isValid() ? number.number : undefined;
}
