import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../state/place.ts';

/** A log of one day; the day's first file has number 1, and the next begins when that is full. */
export interface LogFile {
  readonly path: string;
  readonly day: string;
  readonly number: number;
  readonly extension: 'txt' | 'jsonl';
}

/** `logs/ident-to-bitrix_2026-03-01.txt`, then `logs/ident-to-bitrix_2026-03-01.2.txt`. */
export function logFile(folder: string, name: string, { day, number, extension }: Omit<LogFile, 'path'>): LogFile {
  const file = `${name}_${day}${number === 1 ? '' : `.${number}`}.${extension}`;
  return { path: join(folder, file), day, number, extension };
}

/** The logs of a pipeline, oldest first; none where there is no folder. */
export function logFiles(folder: string, name: string): readonly LogFile[] {
  const found = namesIn(folder).flatMap((file): readonly LogFile[] => {
    if (!file.startsWith(`${name}_`)) return [];
    const parts = /^(\d{4}-\d\d-\d\d)(?:\.([1-9]\d*))?\.(txt|jsonl)$/.exec(file.slice(name.length + 1));
    const [, day, number = '1', extension] = parts ?? [];
    if (day === undefined || (extension !== 'txt' && extension !== 'jsonl')) return [];
    return [{ path: join(folder, file), day, number: Number(number), extension }];
  });
  return found.sort((a, b) => (a.day === b.day ? a.number - b.number : a.day < b.day ? -1 : 1));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return [];
    throw thrown;
  }
}
