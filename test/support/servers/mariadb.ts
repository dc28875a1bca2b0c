import { join } from 'node:path';
import { findProgram } from './find-program.ts';
import { user } from './program.ts';
import type { Launch, Program } from './program.ts';

/** MariaDB, else MySQL; undefined: this machine has neither. */
export function mariadbProgram(): Program | undefined {
  const server = findProgram('mariadbd', 'mysqld');
  if (server === undefined) return undefined;
  const install = findProgram('mariadb-install-db', 'mysql_install_db');
  // The script of MariaDB asks it for its options.
  if (install !== undefined && findProgram('my_print_defaults') === undefined) return undefined;
  return {
    endSignal: 'KILL',
    files: (launch) => ({ 'login.sql': login(launch) }),
    commands: (launch) => ({ prepare: prepare(server, install, launch), serve: serve(server, launch) }),
  };
}

/** Beside root, who comes in by nothing but the socket. */
function login({ password }: Launch): string {
  return [
    `CREATE USER IF NOT EXISTS '${user}'@'%' IDENTIFIED BY '${password}';`,
    `GRANT ALL PRIVILEGES ON *.* TO '${user}'@'%' WITH GRANT OPTION;`,
    '',
  ].join('\n');
}

/** MySQL makes its system tables itself, MariaDB has a script for it. */
function prepare(server: string, install: string | undefined, { folder }: Launch): readonly string[] {
  const data = `--datadir=${join(folder, 'data')}`;
  if (install === undefined) return [server, '--no-defaults', '--initialize', data];
  return [install, '--no-defaults', data, '--skip-test-db', '--auth-root-authentication-method=socket'];
}

function serve(server: string, { folder, port, durable, flags }: Launch): readonly string[] {
  return [
    server,
    '--no-defaults',
    `--datadir=${join(folder, 'data')}`,
    `--tmpdir=${folder}`,
    `--socket=${join(folder, 'socket')}`,
    `--pid-file=${join(folder, 'pid')}`,
    `--init-file=${join(folder, 'login.sql')}`,
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    '--skip-name-resolve',
    '--local-infile=1',
    ...(durable ? [] : ['--innodb-flush-log-at-trx-commit=0', '--loose-innodb-flush-method=nosync']),
    ...flags,
  ];
}
