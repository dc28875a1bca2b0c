/** A text that keeps to its line and gives a terminal no orders: a key is whatever the source holds. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029][\s\p{Cc}]*/gu, ' ');
}
