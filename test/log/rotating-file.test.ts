import {
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RunEvent } from '../../engine/events/events.ts';
import { rotatingFile } from '../../engine/log/rotating-file.ts';
import type { Rotation } from '../../engine/log/rotating-file.ts';
import { runLog } from '../../engine/log/run-log.ts';
import { inMoscow, moscow } from './moscow.ts';

inMoscow();

const mark = '\uFEFF';
const noon = moscow('2026-03-10 12:00:00');

function place(more: Partial<Rotation> = {}) {
  const folder = join(mkdtempSync(join(tmpdir(), 'pipe-log-')), 'logs');
  const rotation: Rotation = { folder, name: 'visits', extension: 'txt', keepDays: 30, maxBytes: 100_000_000, ...more };
  const opened: ReturnType<typeof rotatingFile>[] = [];
  onTestFinished(() => {
    for (const file of opened) file.close();
    rmSync(join(folder, '..'), { recursive: true, force: true });
  });
  return {
    folder,
    path: (name: string) => join(folder, name),
    files: () => readdirSync(folder).sort(),
    read: (name: string) => readFileSync(join(folder, name), 'utf8'),
    open: () => {
      const file = rotatingFile(rotation);
      opened.push(file);
      return file;
    },
  };
}

describe('44. The file of a run', () => {
  it('is named after the pipeline and the local day, and a run goes on in the next at midnight', () => {
    const { open, files, read } = place();
    const { write } = open();
    const log = runLog({ level: 'INFO', format: 'text', language: 'ru' }, write);
    const read5 = (at: string): RunEvent => ({ type: 'batch-read', at: moscow(at), flow: 'visits', rows: 5 });
    for (const at of ['2026-03-10 23:59:59', '2026-03-11 00:00:00', '2026-03-11 00:00:01']) log(read5(at));
    expect(files()).toEqual(['visits_2026-03-10.txt', 'visits_2026-03-11.txt']);
    expect(read('visits_2026-03-10.txt')).toBe(`${mark}2026-03-10 23:59:59 - INFO - Получено 5 новых записей из БД\n`);
    expect(read('visits_2026-03-11.txt')).toBe(
      `${mark}2026-03-11 00:00:00 - INFO - Получено 5 новых записей из БД\n2026-03-11 00:00:01 - INFO - Получено 5 новых записей из БД\n`,
    );
  });

  it('is one for all runs of the day, begins with the mark that Windows PowerShell 5.1 knows UTF-8 by, and is its owner’s', () => {
    const { open, read, path, folder } = place();
    for (const line of ['первый\n', 'второй\n']) {
      const file = open();
      file.write(line, noon);
      file.close();
    }
    expect(read('visits_2026-03-10.txt')).toBe(`${mark}первый\nвторой\n`);
    expect([statSync(path('visits_2026-03-10.txt')).mode & 0o777, statSync(folder).mode & 0o777]).toEqual([
      0o600, 0o700,
    ]);
  });

  it('has no mark where it is JSON, which may not begin with one', () => {
    const { open, read } = place({ extension: 'jsonl' });
    open().write('{}\n', noon);
    expect(read('visits_2026-03-10.jsonl')).toBe('{}\n');
  });
});

describe('48. Logs are turned over:', () => {
  it('one of 31 days ago is deleted, of 30 and 29 kept; other pipelines’ and other files stay', () => {
    const { open, files, path } = place();
    open().write('x\n', noon);
    const others = ['visits_2026-01-01.bak.txt', 'plans_2026-01-01.txt', 'visits_plans_2026-01-01.txt', 'notes.txt'];
    const old = ['visits_2026-02-07.txt', 'visits_2026-02-07.2.txt', 'visits_2026-02-07.jsonl'];
    const kept = ['visits_2026-02-08.txt', 'visits_2026-02-09.txt'];
    for (const name of [...others, ...old, ...kept]) writeFileSync(path(name), 'x\n');
    open().write('x\n', noon);
    expect(files()).toEqual([...others, ...kept, 'visits_2026-03-10.txt'].sort());
  });

  it('a long run deletes at midnight', () => {
    const { open, files, path } = place();
    const file = open();
    file.write('x\n', noon);
    writeFileSync(path('visits_2026-02-08.txt'), 'x\n');
    file.write('x\n', noon + 86_400_000);
    expect(files()).toEqual(['visits_2026-03-10.txt', 'visits_2026-03-11.txt']);
  });

  it('a full file is followed by the next number, none is renamed, none grows over its size', () => {
    const { open, files, read, path } = place({ maxBytes: 23 });
    const file = open();
    file.write('first line\n', noon);
    const { ino } = statSync(path('visits_2026-03-10.txt'));
    for (const line of ['second one\n', 'third line\n', 'fourth one\n']) file.write(line, noon);
    expect(files()).toEqual([
      'visits_2026-03-10.2.txt',
      'visits_2026-03-10.3.txt',
      'visits_2026-03-10.4.txt',
      'visits_2026-03-10.txt',
    ]);
    expect([statSync(path('visits_2026-03-10.txt')).ino, read('visits_2026-03-10.txt')]).toEqual([
      ino,
      `${mark}first line\n`,
    ]);
    expect(read('visits_2026-03-10.4.txt')).toBe(`${mark}fourth one\n`);
  });

  it('the tenth number comes after the ninth, and a later run goes on in it', () => {
    const { open, path, read } = place({ maxBytes: 100 });
    open().write('x\n', noon);
    for (const number of [2, 9, 10]) writeFileSync(path(`visits_2026-03-10.${number}.txt`), `${mark}x\n`);
    open().write('later\n', noon);
    expect(read('visits_2026-03-10.10.txt')).toBe(`${mark}x\nlater\n`);
  });

  it('a line larger than a file has one to itself', () => {
    const { open, files, read } = place({ maxBytes: 10 });
    const file = open();
    for (const line of ['x'.repeat(20), 'y']) file.write(`${line}\n`, noon);
    expect(files()).toEqual(['visits_2026-03-10.2.txt', 'visits_2026-03-10.txt']);
    expect(read('visits_2026-03-10.2.txt')).toBe(`${mark}y\n`);
  });
});

describe('a log that cannot be written', () => {
  it('is begun again when its folder is deleted amid a run', () => {
    const { open, folder, read } = place();
    const file = open();
    file.write('before\n', noon);
    rmSync(folder, { recursive: true });
    file.write('after\n', noon);
    expect(read('visits_2026-03-10.txt')).toBe(`${mark}after\n`);
  });

  it('throws each time, and goes on where it can again', () => {
    const { open, folder, read } = place();
    writeFileSync(folder, '');
    const file = open();
    expect(() => file.write('lost\n', noon)).toThrow(/ENOTDIR/);
    rmSync(folder);
    file.write('kept\n', noon);
    expect(read('visits_2026-03-10.txt')).toBe(`${mark}kept\n`);
  });

  it('throws on a full disk', () => {
    const { open, path } = place();
    open().write('x\n', noon - 86_400_000);
    symlinkSync('/dev/full', path('visits_2026-03-10.txt'));
    const file = open();
    expect(() => file.write('lost\n', noon)).toThrow(/ENOSPC/);
    rmSync(path('visits_2026-03-10.txt'));
    file.write('kept\n', noon);
    expect(readFileSync(path('visits_2026-03-10.txt'), 'utf8')).toBe(`${mark}kept\n`);
  });

  it('begins a new line after one that was cut off', () => {
    const { open, path, read } = place();
    const file = open();
    file.write('whole\n', noon);
    file.write('cut off\n', noon);
    file.close();
    truncateSync(path('visits_2026-03-10.txt'), Buffer.byteLength(`${mark}whole\ncut`));
    open().write('next\n', noon);
    expect(read('visits_2026-03-10.txt')).toBe(`${mark}whole\ncut\nnext\n`);
  });
});
