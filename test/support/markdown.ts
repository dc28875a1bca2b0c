/** A fenced block of a Markdown file. */
export interface Fence {
  /** What stands behind the opening fence: `yaml`, `diff path/to/file`. */
  readonly info: string;
  readonly lines: readonly string[];
  /** Line of the file its first line stands on, from 1. */
  readonly line: number;
}

const opening = /^( *)(`{3,})([^`]*)$/;

/** The fenced blocks of a Markdown text, in order; an indented fence takes its indentation off its lines. */
export function fencesOf(markdown: string): readonly Fence[] {
  const lines = markdown.split(/\r?\n/);
  const fences: Fence[] = [];
  for (let index = 0; index < lines.length; index++) {
    const [, indent = '', ticks, info = ''] = opening.exec(lines[index] ?? '') ?? [];
    if (ticks === undefined) continue;
    const end = lines.findIndex((line, at) => at > index && line.trim() === ticks);
    if (end < 0) throw new Error(`line ${index + 1}: the block is not closed`);
    const inside = lines.slice(index + 1, end).map((line) => line.slice(indent.length));
    fences.push({ info: info.trim(), lines: inside, line: index + 2 });
    index = end;
  }
  return fences;
}

/** The text without its fenced blocks: every line keeps its number. */
export function proseOf(markdown: string): string {
  const lines = markdown.split(/\r?\n/);
  for (const { lines: inside, line } of fencesOf(markdown)) {
    lines.fill('', line - 2, line + inside.length);
  }
  return lines.join('\n');
}

/** Targets of `[text](target)` and of `<img src="target">`, with the line each stands on. */
export function linksOf(markdown: string): readonly { readonly target: string; readonly line: number }[] {
  return proseOf(markdown)
    .split('\n')
    .flatMap((text, index) =>
      [...text.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)|src="([^"]+)"/g)].map(
        ([, link, image]) => ({ target: link ?? image ?? '', line: index + 1 }),
      ),
    );
}

/** What `#…` may say of a text: its headings as GitHub writes them into addresses. */
export function anchorsOf(markdown: string): readonly string[] {
  return proseOf(markdown)
    .split('\n')
    .flatMap((line) => /^#{1,6} +(.*?) *$/.exec(line)?.[1] ?? [])
    .map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
        .replaceAll(' ', '-'),
    );
}
