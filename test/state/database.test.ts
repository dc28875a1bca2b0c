import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../engine/state/database.ts';
import type { Database, Schema } from '../../engine/state/database.ts';
import { stateStore } from '../../engine/state/open-state.ts';
import { stateSchema } from '../../engine/state/schema.ts';
import { delivery, intent, startRun } from './samples.ts';
import { temporaryFolder } from './temporary-folder.ts';

const first = 'CREATE TABLE notes (text TEXT NOT NULL) STRICT';
const schema = (...migrations: readonly string[]): Schema => ({ applicationId: 7, migrations });
const open = (file: string, given = schema(first)): Database => openDatabase(file, given, () => 0o600);
const notes = (db: Database): unknown[] => db.sqlite.prepare('SELECT text FROM notes').pluck().all();
const write = (db: Database, text: string): unknown => db.sqlite.prepare('INSERT INTO notes VALUES (?)').run(text);

function reopened(file: string, given: Schema): Database {
  const db = open(file);
  db.write(() => write(db, 'kept'));
  db.close();
  return open(file, given);
}

describe('migrations', () => {
  it('do the steps that are missing, once, and keep what is there', () => {
    const file = join(temporaryFolder(), 'notes.db');
    const grown = schema(first, `ALTER TABLE notes ADD COLUMN kind TEXT`, `UPDATE notes SET text = text || '!'`);
    reopened(file, grown).close();
    const db = open(file, grown);
    expect(notes(db)).toEqual(['kept!']);
    expect(db.sqlite.pragma('user_version', { simple: true })).toBe(3);
    db.close();
  });

  it('leave everything as it was when one of them fails', () => {
    const file = join(temporaryFolder(), 'notes.db');
    expect(() => reopened(file, schema(first, 'DELETE FROM notes', 'SELECT nonsense'))).toThrow('no such column');
    const db = open(file);
    expect(notes(db)).toEqual(['kept']);
    db.close();
  });
});

describe('a new file', () => {
  /** The limit of a file's size stands for the disk that fills up: it too takes a part of a write. */
  it.runIf(process.platform !== 'win32')('is not begun by half on a disk that fills up', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'state.db');
    const module = (name: string) => JSON.stringify(new URL(`../../engine/state/${name}.ts`, import.meta.url).href);
    const script = `
      const { openDatabase } = await import(${module('database')});
      const { stateSchema } = await import(${module('schema')});
      try { openDatabase(${JSON.stringify(file)}, stateSchema, () => 0o600) } catch (e) { process.stdout.write(e.code) }`;
    const limited = ['-c', 'ulimit -f 100 && exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', script];
    expect([spawnSync('sh', limited, { encoding: 'utf8' }).stdout, readdirSync(folder)]).toEqual(['state.full', []]);
    openDatabase(file, stateSchema, () => 0o600).close();
  });
});

describe('a write', () => {
  it('reaches the disk before it returns where it must be durable, and only there', () => {
    const db = open(join(temporaryFolder(), 'notes.db'));
    const synchronous = (): unknown => db.sqlite.pragma('synchronous', { simple: true });
    expect([db.write(synchronous), db.writeDurably(synchronous), db.write(synchronous)]).toEqual([1, 2, 1]);
    expect(() =>
      db.writeDurably(() => {
        throw new Error('ours');
      }),
    ).toThrow('ours');
    expect(synchronous()).toBe(1);
    expect(db.sqlite.pragma('journal_mode', { simple: true })).toBe('wal');
    db.close();
  });

  it('DL-9 is durable for intents; receipts and progress may be made again out of what the target holds', async () => {
    const db = openDatabase(':memory:', stateSchema, () => 0o600);
    const writes: string[] = [];
    const noting = (name: 'write' | 'writeDurably'): Database['write'] => {
      return (work) => {
        writes.push(name);
        return db[name](work);
      };
    };
    const state = stateStore({ ...db, write: noting('write'), writeDurably: noting('writeDurably') });
    await startRun(state);
    await state.saveIntents([intent()]);
    await state.commit(delivery({ receipts: [{ intent: 'intent-1', outcome: 'applied', row: '813', at: 3000 }] }));
    await state.commit(delivery({ delivered: [{ key: 'F1_101', hash: 'A' }] }));
    await state.saveIntents([]);
    expect(writes).toEqual(['write', 'writeDurably', 'write', 'write']);
  });

  it('is named state.full when there is no room, changes nothing, and works again when there is', () => {
    const file = join(temporaryFolder(), 'notes.db');
    const db = open(file);
    db.sqlite.pragma('max_page_count = 3');
    const long = (): void => {
      write(db, 'short');
      write(db, 'x'.repeat(100_000));
    };
    expect(() => db.writeDurably(long)).toThrow(
      expect.objectContaining({ code: 'state.full', kind: 'environment', parameters: { file }, retry: false }),
    );
    expect(notes(db)).toEqual([]);
    db.sqlite.pragma('max_page_count = 1000');
    db.writeDurably(long);
    expect(notes(db)).toHaveLength(2);
    db.close();
  });

  it('is named state.busy when another one writes for too long, and may be tried again', () => {
    const file = join(temporaryFolder(), 'notes.db');
    const [db, other] = [open(file), open(file)];
    db.sqlite.pragma('busy_timeout = 0');
    other.write(() => {
      expect(() => db.write(() => write(db, 'late'))).toThrow(
        expect.objectContaining({ code: 'state.busy', parameters: { file, seconds: 5 }, retry: true }),
      );
    });
    db.write(() => write(db, 'late'));
    expect(notes(other)).toEqual(['late']);
    db.close();
    other.close();
  });

  it('lets what is neither SQLite nor the file system pass as it is', () => {
    const db = open(':memory:');
    const ours = new TypeError('ours');
    expect(() =>
      db.read(() => {
        throw ours;
      }),
    ).toThrow(ours);
  });
});
