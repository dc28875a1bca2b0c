import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import type { Connection, Host, Load, PipeError, Sink, Source, SourceBlock } from '../../engine/index.ts';
import { connect } from './connection.ts';

export const running = (): AbortSignal => new AbortController().signal;

/** Lets everything pass, and remembers what it was warned of. */
export interface QuietHost extends Host {
  readonly warnings: readonly PipeError[];
}

export function quietHost(folder: string, now: () => number = Date.now): QuietHost {
  const warnings: PipeError[] = [];
  return {
    folder,
    now,
    warnings,
    admit: async () => ({ ended: () => undefined }),
    warn: (warning) => void warnings.push(warning),
  };
}

export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-sqlite-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Opened {
  readonly file: string;
  readonly host: QuietHost;
  readonly connection: Connection;
  readonly sink: Sink & Required<Pick<Sink, 'atomic' | 'tables'>>;
  /** The data base past the connector: another program. */
  readonly other: Database.Database;
}

/** A file of its own with these tables, gone when the running test ends. */
export function openShop(schema = '', options: { now?: () => number; busyTimeout?: string } = {}): Opened {
  const folder = emptyFolder();
  const file = join(folder, 'shop.db');
  const other = new Database(file);
  other.exec(schema);
  const host = quietHost(folder, options.now);
  const { busyTimeout } = options;
  const connection = connect({ file: 'shop.db', ...(busyTimeout !== undefined && { busyTimeout }) }, host);
  onTestFinished(async () => {
    await connection.close();
    other.close();
  });
  return { file, host, connection, sink: sinkOf(connection), other };
}

export function sinkOf(connection: Connection): Opened['sink'] {
  const sink = connection.sink?.({ table: 'people' });
  if (!sink?.atomic || !sink.tables) throw new Error('sqlite makes tables and commits checkpoints');
  return { ...sink, atomic: sink.atomic, tables: sink.tables };
}

export function sourceOf(connection: Connection, block: SourceBlock): Source {
  const source = connection.source?.(block);
  if (!source) throw new Error('sqlite is a source');
  return source;
}

/** A load of `people` by `id` whose other columns are written as they say. */
export function loadOf(write: Load['columns'][number]['write'], rows: Load['rows']): Load {
  return {
    entity: 'people',
    key: ['id'],
    columns: [
      { name: 'id', write: 'always' },
      { name: 'name', write },
    ],
    rows,
  };
}

export const mark = { pipeline: 'p', flow: 'f', target: 't', epoch: 1 };
