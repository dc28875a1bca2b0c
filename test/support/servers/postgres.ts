import { join } from 'node:path';
import { findProgram } from './find-program.ts';
import { user } from './program.ts';
import type { Program } from './program.ts';

/** Undefined: this machine has none. */
export function postgresProgram(): Program | undefined {
  const initdb = findProgram('initdb');
  const postgres = findProgram('postgres');
  if (initdb === undefined || postgres === undefined) return undefined;
  return {
    endSignal: 'QUIT',
    files: ({ password }) => ({ password }),
    commands: ({ folder, port, durable, flags }) => ({
      prepare: [
        initdb,
        '-D',
        join(folder, 'data'),
        '-U',
        user,
        '--auth=scram-sha-256',
        `--pwfile=${join(folder, 'password')}`,
        '--no-sync',
        '--encoding=UTF8',
        // Compared by code point on every machine, and lower() knows more than ASCII.
        '--lc-collate=C',
        '--lc-ctype=C.UTF-8',
        '--lc-messages=C',
      ],
      serve: [
        postgres,
        '-D',
        join(folder, 'data'),
        '-p',
        String(port),
        '-c',
        'listen_addresses=127.0.0.1',
        '-c',
        'unix_socket_directories=',
        ...(durable ? [] : ['-c', 'fsync=off', '-c', 'full_page_writes=off']),
        ...flags,
      ],
    }),
  };
}
