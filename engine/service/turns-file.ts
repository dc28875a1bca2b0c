import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stateErrors } from '../state/errors.ts';
import { makeFolder, reasonOf } from '../state/place.ts';
import type { Turns } from './schedule.ts';

/**
 * Where `--scheduled` and `--loop` keep when each entry had its turn: beside the state and not in it, since it is told
 * of before a run opens that and after it closed it. Deleted, the times of a day begin to count anew.
 */
export function turnsFile(stateFolder: string, pipeline: string): string {
  return stateFolder.endsWith('.db') ? `${stateFolder}.turns.json` : join(stateFolder, pipeline, 'turns.json');
}

export function readTurns(file: string): Turns {
  try {
    const read = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>;
    return new Map(Object.entries(read).flatMap(([key, at]) => (typeof at === 'number' && at >= 0 ? [[key, at]] : [])));
  } catch {
    return new Map();
  }
}

/** Replaced whole: a kill leaves the old one or the new one. */
export function writeTurns(file: string, turns: Turns): void {
  const draft = `${file}.${process.pid}`;
  try {
    makeFolder(dirname(file));
    writeFileSync(draft, JSON.stringify(Object.fromEntries(turns)), { mode: 0o600 });
    renameSync(draft, file);
  } catch (cause) {
    throw stateErrors.unusable.error({ file, reason: reasonOf(cause) }, { cause });
  }
}
