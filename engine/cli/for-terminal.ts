/**
 * What a terminal is shown gives it no orders but colours: keys, and what a vendor says, are whatever others have written.
 * A file or pipe gets the text as it is.
 */
export function forTerminal(text: string, { isTTY }: { readonly isTTY?: boolean }): string {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return isTTY ? text.replace(/(?!\x1b\[[\d;]*m|\r\n)[^\P{Cc}\n\t]/gu, '�') : text;
}
