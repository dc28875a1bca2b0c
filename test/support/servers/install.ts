import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerKind } from './program.ts';

/** The packages with the server and nothing that starts by itself; PostgreSQL's does, unless a policy forbids. */
const packages = {
  postgres: ['postgresql'],
  // The script that makes the system tables asks a program of the client's.
  mariadb: ['mariadb-server-core', 'mariadb-client-core'],
} as const satisfies Record<ServerKind, readonly string[]>;

/** Asked by Debian's packages before they start a service; 101 is "no". */
const policy = '/usr/sbin/policy-rc.d';

/** Whether it may be installed here at all: on a Debian, by root. */
export function mayInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
}

/** Installs the server from Debian's packages and says so on stderr; starts nothing. */
export async function install(kind: ServerKind): Promise<void> {
  const names = packages[kind];
  process.stderr.write(`test: there is no ${kind} on this machine: apt-get install ${names.join(' ')}\n`);
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await aptGet('update');
    await aptGet('install', '--yes', '--no-install-recommends', ...names);
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
}

async function aptGet(...args: readonly string[]): Promise<void> {
  const child = spawn('/usr/bin/apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Use-Pty=0', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw new Error(`apt-get ${args.join(' ')} ended with ${status}: ${said.trim()}`);
}
