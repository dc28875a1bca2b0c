import { spawnSync } from 'node:child_process';

export interface Done {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end, without the variables that would tell it that it runs under vitest or in CI. */
export function run(program: string, args: readonly string[], { cwd, env = {} }: RunOptions): Done {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(CI|NODE_ENV|VITEST.*|TEST)$/.test(name));
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: { ...Object.fromEntries(inherited), ...env },
    // npm is a script on Windows.
    shell: process.platform === 'win32' && program === 'npm',
  });
  if (error) throw error;
  return { status, stdout, stderr };
}
