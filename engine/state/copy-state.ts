import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { PipeError } from '../errors.ts';
import { guarded } from './database.ts';
import { hasState, openState, stateFile } from './open-state.ts';
import type { StateOptions } from './open-state.ts';
import { plannedRows } from './planned-rows.ts';
import type { PlannedRows } from './planned-rows.ts';
import type { StateStore } from './ports.ts';

/** What a preview remembers, in a folder of its own (0700) that goes with it. */
export interface CopiedState {
  readonly state: StateStore;
  readonly planned: PlannedRows;
  /** Deletes it. */
  close(): Promise<void>;
}

/**
 * A copy of what the pipeline remembers, to be written to as a run would; nothing of the original is touched. `path` as
 * in `openState`; where there is no state, the copy begins anew.
 */
export async function copyState(path: string, options: StateOptions): Promise<CopiedState> {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-preview-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, 'state.db');
    const original = stateFile(path, options.pipeline);
    const isThere = original !== ':memory:' && hasState(path, options.pipeline);
    if (isThere) await copyFile(original, copy).catch((thrown: unknown) => guarded(original, () => raise(thrown)));
    const state = await openState(copy, options).catch((thrown: unknown) => raise(named(thrown, copy, original)));
    const planned = plannedRows(join(folder, 'planned.db'));
    return {
      state,
      planned,
      close: async () => {
        planned.close();
        await state.close();
        remove();
      },
    };
  } catch (thrown) {
    remove();
    throw thrown;
  }
}

function raise(thrown: unknown): never {
  throw thrown;
}

/** What is wrong with the copy is wrong with the original, and nobody knows of the copy. */
function named(thrown: unknown, copy: string, original: string): unknown {
  if (!(thrown instanceof PipeError) || thrown.parameters['file'] !== copy) return thrown;
  const { code, kind, parameters } = thrown;
  return new PipeError(code, kind, { ...parameters, file: original }, { cause: thrown });
}

/**
 * A file nobody has open is whole, and is copied as a file: to open it would make files beside it. Where a run is at
 * work, or died, SQLite makes the copy.
 */
async function copyFile(original: string, copy: string): Promise<void> {
  const before = versionOf(original);
  if (before !== undefined) {
    copyFileSync(original, copy);
    if (versionOf(original) === before) return;
  }
  const sqlite = new Sqlite(original, { readonly: true, fileMustExist: true });
  try {
    await sqlite.backup(copy);
  } finally {
    sqlite.close();
  }
}

/** Undefined while it has a -wal: then the file alone is not all there is. */
function versionOf(file: string): string | undefined {
  if (existsSync(`${file}-wal`)) return undefined;
  const { mtimeNs, size } = statSync(file, { bigint: true });
  return `${mtimeNs}:${size}`;
}
