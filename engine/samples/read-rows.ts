import { samplesErrors } from './errors.ts';
import type { FlowRows } from './compare-mappings.ts';
import type { Row } from '../connector.ts';

/** Rows as `pipe sample` writes them, a line each, by flow. */
export function readRows(text: string, file: string): readonly FlowRows[] {
  const rows = new Map<string, Row[]>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const read = parsed(line);
    if (!read) throw samplesErrors.wrong_line.error({ line: index + 1, file });
    rows.set(read.flow, [...(rows.get(read.flow) ?? []), read.row]);
  }
  return [...rows].map(([flow, some]) => ({ flow, rows: some }));
}

function parsed(line: string): { readonly flow: string; readonly row: Row } | undefined {
  try {
    const read: unknown = JSON.parse(line);
    if (typeof read !== 'object' || read === null || !('flow' in read) || !('row' in read)) return undefined;
    const { flow, row } = read;
    return typeof flow === 'string' && typeof row === 'object' && row !== null ? { flow, row: row as Row } : undefined;
  } catch {
    return undefined;
  }
}
