import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Launch, Program } from './program.ts';

/** A server under guard. */
export interface Guarded {
  readonly folder: string;
  /** Resolves when it has ended, with the last it wrote. */
  readonly ended: Promise<string>;
  /** Ends it and removes its folder. */
  end(): Promise<void>;
}

/**
 * Starts the program with a shell beside it that ends it by its pid and removes its folder as soon as the pipe from
 * this process closes: when it is told to, and when this process is gone, however it went.
 */
export function startGuarded(program: Program, launch: Omit<Launch, 'folder'>): Guarded {
  const who = unprivileged();
  // A short path: a Unix socket's has at most 107 bytes.
  const folder = mkdtempSync('/tmp/pipe-server-');
  const whole = { ...launch, folder };
  for (const [name, text] of Object.entries(program.files(whole))) {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    if (who) chownSync(path, who.uid, who.gid);
  }
  chmodSync(folder, 0o700);
  if (who) chownSync(folder, who.uid, who.gid);
  const { prepare, serve } = program.commands(whole);
  const child = spawn('/bin/sh', ['-c', script(prepare, serve, program.endSignal)], {
    cwd: folder,
    // Not of this terminal: Ctrl-C is for us, and the shell sees us go.
    detached: true,
    env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder, LANG: 'C.UTF-8' },
    stdio: ['pipe', 'pipe', 'ignore'],
    ...who,
  });
  const ended = lastWords(child);
  child.unref();
  return {
    folder,
    ended,
    async end() {
      // Whoever waits for the end waits for it, though nothing else keeps the process.
      child.ref();
      child.stdin?.end();
      await ended;
    },
  };
}

/** 3 is the pipe: what a shell starts in the background has no other stdin. */
const script = (prepare: readonly string[], serve: readonly string[], signal: string): string => `
exec 3<&0
${prepare.map(quoted).join(' ')} >log 2>&1 </dev/null 3<&-
${serve.map(quoted).join(' ')} >>log 2>&1 </dev/null 3<&- &
server=$!
{ cat <&3 >/dev/null; kill -${signal} $server 2>/dev/null; } >/dev/null &
wait $server
tail -n 15 log
rm -rf "$PWD"
`;

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

async function lastWords(child: ChildProcess): Promise<string> {
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text));
  await once(child, 'exit');
  return said;
}

/** Root serves as nobody: PostgreSQL refuses root, and a server of tests needs none of its rights. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}
