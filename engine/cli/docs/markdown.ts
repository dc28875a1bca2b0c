/** Text as code, in a line of its own or in the cell of a table; what holds a backtick gets two around it. */
export function code(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line === '') return '';
  return line.includes('`') ? `\`\` ${line} \`\`` : `\`${line}\``;
}

/** Words as they are, none of them taken for a mark. */
export function plain(text: string): string {
  return text.replaceAll(/[<*\\`[\]]/g, '\\$&');
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`);
  return lines.join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');
}

/** Blocks of Markdown with an empty line between them; what is empty is left out. */
export function blocks(...texts: readonly (string | undefined)[]): string {
  return texts.filter((text) => text !== undefined && text !== '').join('\n\n');
}

export function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

const unitsMs = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1000, 's'],
] as const;

/** `2h`, as a pipeline file writes it. */
export function duration(ms: number | 'all'): string {
  if (ms === 'all') return ms;
  const [unitMs, unit] = unitsMs.find(([each]) => ms >= each && ms % each === 0) ?? [1000, 's'];
  return `${ms / unitMs}${unit}`;
}
