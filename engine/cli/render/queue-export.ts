import { stringify } from 'csv-stringify/sync';
import type { Field } from '../../connector.ts';
import type { Language } from '../../messages/template.ts';
import type { QueueEntry } from '../../state/ports.ts';
import { entryData } from './queue.ts';
import type { EntryData } from './queue.ts';

export interface ExportData {
  readonly rows: readonly EntryData[];
}

/** Rows with what their columns are known as; undefined: in clear. */
export function exportData(
  rows: readonly { readonly entry: QueueEntry; readonly personal: readonly Field[] | undefined }[],
  language: Language,
): ExportData {
  return { rows: rows.map(({ entry, personal }) => entryData({ entry, personal }, language)) };
}

export function exportText({ rows }: ExportData, format: string): string {
  return format === 'csv' ? csvText(rows) : rows.map((row) => JSON.stringify(row)).join('\n');
}

/** Excel takes a file without a byte order mark for one in the code page of its country. */
const byteOrderMark = '\uFEFF';

function csvText(rows: readonly EntryData[]): string {
  const columns = [...new Set(rows.flatMap(({ source }) => Object.keys(source)))];
  const head = ['queue_id', 'flow', 'key', 'state', 'attempts', 'code', 'error', 'fix'];
  const lines = rows.map(({ id, flow, key, state, attempts, error, source }) => [
    id,
    flow,
    key,
    state,
    attempts,
    error.code,
    error.message,
    error.fix,
    ...columns.map((column) => cellOf(source[column])),
  ]);
  return byteOrderMark + stringify([[...head, ...columns], ...lines]).trimEnd();
}

function cellOf(value: unknown): unknown {
  return typeof value === 'object' ? JSON.stringify(value) : value;
}
