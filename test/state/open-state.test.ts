import { chmodSync, copyFileSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { closeSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openState } from '../../engine/state/open-state.ts';
import { stateSchema } from '../../engine/state/schema.ts';
import { delivery, intent, openSample, pipeline, put, startRun } from './samples.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { virtualClock } from './virtual-clock.ts';

const modeOf = (path: string): number => statSync(path).mode & 0o777;

/** A cleanly closed state with something in it; its file. */
async function closedState(): Promise<string> {
  const file = join(temporaryFolder(), 'state.db');
  const state = await openSample(file);
  await startRun(state);
  await state.commit(delivery({ delivered: [{ key: 'F1_101', hash: 'A' }], queued: [put({ key: 'F1_102' })] }));
  await state.close();
  return file;
}

function change(file: string, sql: string): void {
  const sqlite = new Sqlite(file);
  sqlite.exec(sql);
  sqlite.close();
}

function overwrite(file: string, offset: number, bytes: Buffer): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, bytes, 0, bytes.length, offset);
  closeSync(handle);
}

describe('openState', () => {
  it('keeps one file per pipeline in a folder, readable by its owner only', async () => {
    const folder = join(temporaryFolder(), '.pipe');
    const state = await openSample(folder);
    await startRun(state);
    expect(modeOf(folder)).toBe(0o700);
    expect(modeOf(join(folder, pipeline))).toBe(0o700);
    const files = readdirSync(join(folder, pipeline)).sort();
    expect(files).toEqual(['state.db', 'state.db-shm', 'state.db-wal']);
    expect(files.map((file) => modeOf(join(folder, pipeline, file)))).toEqual([0o600, 0o600, 0o600]);
    await state.close();
  });

  it('takes a path that ends in .db as the file itself', async () => {
    const file = join(temporaryFolder(), 'deep', 'mine.db');
    await (await openSample(file)).close();
    expect(readdirSync(join(file, '..'))).toEqual(['mine.db']);
  });

  it('stays 0600 in a folder of a group, and makes a file that others could read private again', async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o2775);
    const file = join(folder, 'state.db');
    await (await openSample(file)).close();
    expect(modeOf(file)).toBe(0o600);
    chmodSync(file, 0o644);
    await (await openSample(file)).close();
    expect(modeOf(file)).toBe(0o600);
  });

  it('finds again what was written before it was closed', async () => {
    const state = await openSample(await closedState());
    expect(await state.known('receptions', ['F1_101'])).toEqual(new Map([['F1_101', 'A']]));
    expect(await state.queueCounts()).toMatchObject({ pending: 1 });
    expect(await startRun(state, 2)).toBe(2);
    await state.close();
  });

  it('lets a second process look while the first one writes', async () => {
    const file = await closedState();
    const writer = await openSample(file);
    const reader = await openSample(file);
    await startRun(writer, 2);
    await writer.saveIntents([intent({ epoch: 2 })]);
    expect(await reader.openIntents()).toEqual([intent({ epoch: 2 })]);
    await reader.close();
    await writer.close();
  });

  it('may be closed twice', async () => {
    const state = await openSample();
    await state.close();
    await state.close();
  });

  it('survives being deleted whole', async () => {
    const file = await closedState();
    rmSync(file);
    const state = await openSample(file);
    expect(await state.runs(1)).toEqual([]);
    await state.close();
  });
});

describe('DL-9: a state that cannot be trusted is refused and left as it is', () => {
  const refused = async (file: string, expected: object): Promise<void> => {
    const before = existsSync(file) ? readFileSync(file) : undefined;
    await expect(openSample(file)).rejects.toMatchObject(expected);
    expect(existsSync(file) ? readFileSync(file) : undefined).toEqual(before);
  };
  const corrupt = (file: string, reason: unknown): object => ({
    code: 'state.corrupt',
    kind: 'environment',
    parameters: { file, reason },
  });

  it('when it belongs to another pipeline', async () => {
    const file = await closedState();
    await expect(openState(file, { pipeline: 'ident-to-amocrm', clock: virtualClock() })).rejects.toMatchObject({
      code: 'state.other_pipeline',
      kind: 'input',
      parameters: { file, found: pipeline, pipeline: 'ident-to-amocrm' },
    });
  });

  it('when a newer pipe wrote it', async () => {
    const file = await closedState();
    change(file, 'PRAGMA user_version = 99');
    await refused(file, {
      code: 'state.newer',
      kind: 'environment',
      parameters: { file, found: 99, known: stateSchema.migrations.length },
    });
  });

  it('when it is the data base of another program', async () => {
    const file = join(temporaryFolder(), 'state.db');
    change(file, 'CREATE TABLE theirs (id INTEGER)');
    await refused(file, { code: 'state.foreign', kind: 'environment', parameters: { file } });
  });

  it('when it is no data base', async () => {
    const file = await closedState();
    writeFileSync(file, 'a text of more than a hundred bytes '.repeat(10));
    await refused(file, corrupt(file, 'file is not a database'));
  });

  it('when it is empty', async () => {
    const file = await closedState();
    truncateSync(file, 0);
    await refused(file, corrupt(file, 'it is empty'));
  });

  it('when it was cut short', async () => {
    const file = await closedState();
    truncateSync(file, 8192);
    await refused(file, corrupt(file, 'database disk image is malformed'));
  });

  it('when only its write-ahead log is left', async () => {
    const file = await closedState();
    rmSync(file);
    writeFileSync(`${file}-wal`, 'left');
    await refused(file, corrupt(file, 'the file is gone, its -wal is still there'));
    expect(readFileSync(`${file}-wal`, 'utf8')).toBe('left');
  });

  it('when a page is damaged and it was not closed cleanly', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'state.db');
    const crashed = join(folder, 'crashed', 'state.db');
    const state = await openSample(file);
    await startRun(state);
    mkdirSync(join(folder, 'crashed'));
    for (const end of ['', '-wal']) copyFileSync(`${file}${end}`, `${crashed}${end}`);
    await state.close();
    overwrite(crashed, statSync(crashed).size - 4096, Buffer.alloc(64, 0xff));
    await expect(openSample(crashed)).rejects.toMatchObject(corrupt(crashed, expect.any(String)));
  });

  it('when a damaged page is met later', async () => {
    const file = await closedState();
    const state = await openSample(file);
    const pages = new Sqlite(file, { readonly: true });
    const root = Number(pages.prepare(`SELECT rootpage FROM sqlite_master WHERE name = 'known'`).pluck().get());
    pages.close();
    await state.close();
    overwrite(file, (root - 1) * 4096, Buffer.alloc(64, 0xff));
    const damaged = await openSample(file);
    await expect(damaged.known('receptions', ['F1_101'])).rejects.toMatchObject(
      corrupt(file, 'database disk image is malformed'),
    );
    await damaged.close();
  });

  it('when the folder cannot be made', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'taken'), '');
    await expect(openSample(join(folder, 'taken', 'state.db'))).rejects.toMatchObject({
      code: 'state.unusable',
      kind: 'environment',
      parameters: { file: join(folder, 'taken') },
    });
  });

  it('when a folder lies where the file should be', async () => {
    const file = join(temporaryFolder(), 'state.db');
    mkdirSync(file);
    await expect(openSample(file)).rejects.toMatchObject({ code: 'state.unusable', parameters: { file } });
  });
});
