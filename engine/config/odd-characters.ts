/** Letters that a reader cannot tell apart, Cyrillic and Latin. */
const pairs = 'аa сc еe оo рp хx уy іi јj ѕs АA ВB СC ЕE НH КK МM ОO РP ТT ХX УY ІI ЈJ ЅS'.split(' ');
const toLatin = new Map(pairs.map(([cyrillic = '', latin = '']) => [cyrillic, latin]));
const toCyrillic = new Map(pairs.map(([cyrillic = '', latin = '']) => [latin, cyrillic]));

/** A word of two alphabets that reads as one of one: `STАGE` with a Cyrillic А. */
export interface MixedWord {
  readonly word: string;
  readonly instead: string;
  readonly letters: string;
  /** The alphabet of `letters`. */
  readonly alphabet: 'Cyrillic' | 'Latin';
}

/** The first word of a text whose fewer letters have look-alikes in the alphabet of all others. */
export function mixedWord(text: string): MixedWord | undefined {
  if (!/\p{Script=Cyrillic}/u.test(text)) return undefined;
  for (const [word] of text.matchAll(/[\p{L}\p{N}_]+/gu)) {
    const cyrillic = [...word].filter((letter) => /\p{Script=Cyrillic}/u.test(letter));
    const latin = [...word].filter((letter) => /\p{Script=Latin}/u.test(letter));
    if (cyrillic.length === 0 || latin.length === 0) continue;
    const [letters, twins] = cyrillic.length <= latin.length ? [cyrillic, toLatin] : [latin, toCyrillic];
    if (!letters.every((letter) => twins.has(letter))) continue;
    const instead = [...word].map((letter) => (letters.includes(letter) ? (twins.get(letter) ?? letter) : letter));
    const alphabet = letters === cyrillic ? 'Cyrillic' : 'Latin';
    return { word, instead: instead.join(''), letters: [...new Set(letters)].join(' '), alphabet };
  }
  return undefined;
}

/** A character that looks like a space or like nothing, and is no space to YAML. */
export interface OddSpace {
  readonly at: number;
  /** As Unicode numbers it, `00A0`. */
  readonly code: string;
}

/** No-break spaces and their like, the mark of UTF-8 amid a text, what has no width. */
const oddSpace = /[\u00a0\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]/;

export function oddSpaceIn(text: string): OddSpace | undefined {
  const found = oddSpace.exec(text);
  if (!found) return undefined;
  return { at: found.index, code: found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0') };
}

/** Amid a text it may be meant. */
export function oddSpaceAtEnds(text: string): OddSpace | undefined {
  const first = oddSpaceIn(text.slice(0, 1));
  const last = oddSpaceIn(text.slice(-1));
  return first ?? (last && { ...last, at: text.length - 1 });
}
