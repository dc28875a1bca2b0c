/** The code page of `varchar` under a Cyrillic collation. */
const decoder = new TextDecoder('windows-1251');

const bytesOf: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 256 }, (_, byte) => [decoder.decode(Buffer.from([byte])), byte] as const),
);
const QUESTION_MARK = 0x3f;
/** The usual texts, which need no second look. */
const PLAIN = /^[ -~]*$/;

export const fromWindows1251 = (bytes: Buffer): string => decoder.decode(bytes);

export function toWindows1251(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = bytesOf.get(text.charAt(at)) ?? QUESTION_MARK;
  return bytes;
}

/** What is left of a Unicode text in a `varchar`: letters the code page lacks become question marks. */
export const throughWindows1251 = (text: string): string =>
  PLAIN.test(text) ? text : fromWindows1251(toWindows1251(text));
