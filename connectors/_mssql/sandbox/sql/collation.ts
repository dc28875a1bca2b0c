/**
 * Cyrillic_General_CI_AS as a key: two texts are equal to SQL Server when their keys are equal, and sort as their
 * keys do. Case and trailing blanks do not count; ё sorts with е and yet differs from it.
 * SQLite itself folds ASCII only, and better-sqlite3 cannot register collations, so comparisons go through this
 * function (and indexes are built over it).
 *
 * Order: blank, punctuation, digits, Latin, Cyrillic. Windows' finer rules (hyphens weigh less than letters,
 * accented Latin letters sort with plain ones) are not imitated.
 */
export function collationKey(text: string): string {
  const folded = text.trimEnd() === text ? text.toLowerCase() : text.replace(/ +$/, '').toLowerCase();
  return PLAIN.test(folded) ? folded : special(folded);
}

const PLAIN = /^[ 0-9a-zа-я]*$/;
const PUNCTUATION = /[!-/:-@[-`{-~]/g;
const FIRST_AFTER_BLANK = '!';

function special(folded: string): string {
  // Punctuation of all ranges comes before the digits: each mark is written as "!" and itself.
  const ordered = folded.replaceAll(PUNCTUATION, (mark) => FIRST_AFTER_BLANK + mark);
  if (!ordered.includes('ё')) return ordered;
  const places = [...ordered].map((letter) => (letter === 'ё' ? '1' : '0')).join('');
  return `${ordered.replaceAll('ё', 'е')}\u0000${places}`;
}

/** T-SQL's LIKE as a regular expression: %, _, [a-f], [^a-f]; `escape` makes the next character plain. */
export function likePattern(pattern: string, escape: string | null): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at);
    if (char === escape) source += quote(pattern.charAt(++at));
    else if (char === '%') source += '[^]*';
    else if (char === '_') source += '[^]';
    else if (char === '[' && pattern.indexOf(']', at + 2) > 0) {
      const close = pattern.indexOf(']', at + 2);
      source += characterClass(pattern.slice(at + 1, close));
      at = close;
    } else source += quote(char);
  }
  return new RegExp(`^${source}$`, 'i');
}

function characterClass(inner: string): string {
  const negated = inner.startsWith('^');
  const members = (negated ? inner.slice(1) : inner).replaceAll(/[\\\]^[]/g, String.raw`\$&`);
  return `[${negated ? '^' : ''}${members}]`;
}

const quote = (char: string): string => char.replace(/[\\^$.*+?()[\]{}|/-]/, String.raw`\$&`);
