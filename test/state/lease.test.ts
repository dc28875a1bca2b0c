import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../engine/state/clock.ts';
import { acquireLease, holderOf, lockFile } from '../../engine/state/lease.ts';
import type { Lease } from '../../engine/state/machine-ports.ts';
import { startProcess } from './processes/start.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { virtualClock } from './virtual-clock.ts';

afterEach(() => void vi.useRealTimers());

function take(file: string, clock = virtualClock()): Lease {
  const answer = acquireLease(file, clock);
  if (!answer.ok) throw new Error(`held by ${answer.holder.pid}`);
  return answer.lease;
}

const noteOf = (file: string): unknown => JSON.parse(readFileSync(`${file}.holder.json`, 'utf8'));
const holder = (pid: number): object => ({
  pid,
  host: hostname(),
  since: expect.any(Number),
  seen: expect.any(Number),
});

const unknown = { pid: 0, host: '', since: 0, seen: 0 };

describe('the lock', () => {
  it('lies in a folder by the name of the pipeline, whatever characters that has', () => {
    expect(lockFile('/state', 'ident-to-bitrix')).toBe(join('/state', 'ident-to-bitrix.lock'));
    expect(lockFile('/state', '../a*b')).toBe(join('/state', '..%2Fa%2Ab.lock'));
  });

  it("is readable by its owner only, or by the group where the folder is the group's", () => {
    const folder = temporaryFolder();
    const mine = take(join(folder, 'new', 'mine.lock'));
    expect(statSync(join(folder, 'new')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'new', 'mine.lock')).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'new', 'mine.lock.holder.json')).mode & 0o777).toBe(0o600);
    mine.release();
    mkdirSync(join(folder, 'shared'));
    const shared = join(folder, 'shared', 'ours.lock');
    chmodSync(join(folder, 'shared'), 0o2770);
    take(shared).release();
    expect(statSync(shared).mode & 0o777).toBe(0o660);
  });

  it('is given back where its note cannot be removed: that hides no reason why a run ended', async () => {
    const file = join(temporaryFolder(), 'a.lock');
    const lease = take(file);
    // As in a folder that has become read-only, which root would not notice.
    rmSync(`${file}.holder.json`);
    mkdirSync(`${file}.holder.json`);
    lease.release();
    expect(await startProcess('hold-lease.ts', file).next()).toEqual({ held: true });
  });

  it('DL-19 is refused a second time within one process, and the first one keeps it', async () => {
    const file = join(temporaryFolder(), 'a.lock');
    const clock = virtualClock(1000);
    const lease = take(file, clock);
    clock.advance(50);
    const mine = { pid: process.pid, host: hostname(), since: 1000, seen: 1000 };
    expect(acquireLease(file, clock)).toEqual({ ok: false, holder: mine });
    lease.verify();
    expect(await startProcess('hold-lease.ts', file).next()).toEqual({ held: false, holder: mine });
    lease.release();
    expect(await startProcess('hold-lease.ts', file).next()).toEqual({ held: true });
  });

  it('DL-19 is named to the second process by the pid of the first', async () => {
    const file = join(temporaryFolder(), 'a.lock');
    const first = startProcess('hold-lease.ts', file);
    expect(await first.next()).toEqual({ held: true });
    expect(acquireLease(file, systemClock)).toEqual({ ok: false, holder: holder(first.pid) });
  });

  it('DL-19 is free at once when its process was killed', async () => {
    const file = join(temporaryFolder(), 'a.lock');
    const first = startProcess('hold-lease.ts', file);
    await first.next();
    await first.signal('SIGKILL');
    expect(noteOf(file)).toEqual(holder(first.pid));
    const lease = take(file);
    expect(noteOf(file)).toEqual(holder(process.pid));
    lease.verify();
    lease.release();
  });

  it('DL-19 is still held by a stopped process, however long it is silent', async () => {
    const file = join(temporaryFolder(), 'a.lock');
    const first = startProcess('hold-lease.ts', file);
    await first.next();
    await first.signal('SIGSTOP');
    const later = virtualClock(systemClock.now() + 365 * 24 * 3600 * 1000);
    expect(acquireLease(file, later)).toEqual({ ok: false, holder: holder(first.pid) });
    await first.signal('SIGKILL');
    take(file).release();
  });

  it('has one winner among processes that start together', async () => {
    const file = join(temporaryFolder(), 'a.lock');
    const racers = ['1', '2', '3', '4'].map((id) => startProcess('hold-lease.ts', file, id));
    const answers = await Promise.all(racers.map(async (racer) => await racer.next()));
    const winner = racers.find((_, at) => JSON.stringify(answers[at]) === '{"held":true}');
    const losers = answers.filter((answer) => JSON.stringify(answer) !== '{"held":true}');
    const refused = { held: false, holder: holder(winner?.pid ?? -1) };
    expect(losers).toEqual([refused, refused, refused]);
  });

  it('says that a holder without a note is unknown', () => {
    const file = join(temporaryFolder(), 'a.lock');
    const lease = take(file);
    for (const note of ['', '{"pid":"1"}', 'null']) {
      writeFileSync(`${file}.holder.json`, note);
      expect(acquireLease(file, virtualClock())).toEqual({ ok: false, holder: unknown });
    }
    lease.release();
  });

  it('does not name a dead process for the one that holds it now', async () => {
    const file = join(temporaryFolder(), 'a.lock');
    const dead = startProcess('hold-lease.ts', file);
    await dead.next();
    await dead.signal('SIGKILL');
    const note = readFileSync(`${file}.holder.json`);
    const lease = take(file);
    writeFileSync(`${file}.holder.json`, note);
    expect(acquireLease(file, virtualClock())).toEqual({ ok: false, holder: unknown });
    expect(holderOf(file)).toEqual(unknown);
    lease.release();
  });

  it('gives a sign of life every five seconds', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const file = join(temporaryFolder(), 'a.lock');
    const clock = virtualClock(1000);
    const lease = take(file, clock);
    clock.advance(5000);
    vi.advanceTimersByTime(5000);
    expect(noteOf(file)).toEqual({ pid: process.pid, host: hostname(), since: 1000, seen: 6000 });
    lease.release();
    vi.advanceTimersByTime(5000);
    expect(existsSync(`${file}.holder.json`)).toBe(false);
  });

  it('may be released twice and taken again', () => {
    const file = join(temporaryFolder(), 'a.lock');
    const lease = take(file);
    lease.release();
    lease.release();
    take(file).release();
  });
});

describe('the holder of a lock', () => {
  it('is nobody where no run ever was, and after the last one', async () => {
    const file = join(temporaryFolder(), 'a.lock');
    expect(holderOf(file)).toBeUndefined();
    expect(existsSync(file)).toBe(false);
    take(file).release();
    expect(holderOf(file)).toBeUndefined();
    const killed = startProcess('hold-lease.ts', file);
    await killed.next();
    await killed.signal('SIGKILL');
    expect(holderOf(file)).toBeUndefined();
  });

  it('is named from another process and from its own, and keeps the lock through it', async () => {
    const file = join(temporaryFolder(), 'a.lock');
    const lease = take(file);
    expect(holderOf(file)).toEqual(holder(process.pid));
    expect(await startProcess('hold-lease.ts', file).next()).toEqual({ held: false, holder: holder(process.pid) });
    lease.release();
    const other = startProcess('hold-lease.ts', file);
    await other.next();
    expect(holderOf(file)).toEqual(holder(other.pid));
  });
});

describe('verify', () => {
  const lost = (file: string): object => ({ code: 'state.lock_lost', kind: 'environment', parameters: { file } });

  it('DL-19 stops the run when the lock file was removed', () => {
    const file = join(temporaryFolder(), 'a.lock');
    const lease = take(file);
    lease.verify();
    rmSync(file);
    expect(() => lease.verify()).toThrow(expect.objectContaining(lost(file)));
    lease.release();
  });

  it('DL-19 stops the run when another file lies in its place, also for one who took the lock on that', () => {
    const file = join(temporaryFolder(), 'a.lock');
    const lease = take(file);
    renameSync(file, `${file}.away`);
    const second = take(file);
    expect(() => lease.verify()).toThrow(expect.objectContaining(lost(file)));
    second.verify();
    lease.release();
    expect(existsSync(`${file}.holder.json`)).toBe(true);
    second.release();
  });

  it('does not pass once the lock is released', () => {
    const file = join(temporaryFolder(), 'a.lock');
    const lease = take(file);
    lease.release();
    expect(() => lease.verify()).toThrow(expect.objectContaining(lost(file)));
  });
});

describe('a place where no lock can be', () => {
  it('is named when the lock file holds something else', () => {
    const file = join(temporaryFolder(), 'a.lock');
    writeFileSync(file, 'this is no data base at all, but a text');
    expect(() => acquireLease(file, virtualClock())).toThrow(
      expect.objectContaining({ code: 'state.corrupt', parameters: { file, reason: 'file is not a database' } }),
    );
  });

  it('is named when the folder cannot be made', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    expect(() => acquireLease(join(folder, 'file', 'a.lock'), virtualClock())).toThrow(
      expect.objectContaining({ code: 'state.unusable', kind: 'environment' }),
    );
  });
});
