import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

/** What a process leaves in its folder for temporary files after it started a server and came to this end. */
function leftBy(end: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-leftovers-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const script = `
    import { readdirSync } from 'node:fs';
    import { startSqlServer } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)};
    const server = await startSqlServer({ database: 'PZ', logins: [] });
    await server.execute('CREATE TABLE T (ID int)');
    console.log(readdirSync(${JSON.stringify(folder)}).length);
    ${end}`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, TMPDIR: folder, TEMP: folder },
    encoding: 'utf8',
  });
  expect(stdout).toBe('1\n');
  return readdirSync(folder);
}

test.each([
  ['closes the server', 'await server.close();'],
  ['ends without closing it', 'process.exit(1);'],
  ['crashes', "throw new Error('crash');"],
  ['is stopped twice', "process.on('SIGINT', () => process.exit(130)); process.kill(process.pid, 'SIGINT');"],
])('a process that %s leaves no data base behind', (_how, end) => {
  expect(leftBy(end)).toEqual([]);
});
