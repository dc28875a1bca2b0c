import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { completionScript } from '../../../engine/cli/completion.ts';
import { allCommands } from '../../cli/commands.ts';
import { place } from '../../cli/pipe.ts';
import type { Place } from '../../cli/pipe.ts';
import { shapeErrors } from '../../cli/shape.ts';

const zshIsHere = spawnSync('zsh', ['--version']).status === 0;
if (!zshIsHere) process.stderr.write('pipe completion: no zsh here, so nobody but bash tries the script\n');

let script = '';
let zshScript = '';

beforeAll(async () => {
  const commands = await allCommands();
  const known = commands.map(({ name, command }) => ({
    id: name.replaceAll(' ', ':'),
    flags: Object.keys({ ...command.baseFlags, ...command.flags }),
  }));
  script = completionScript('bash', 'pipe', known);
  zshScript = completionScript('zsh', 'pipe', known);
});

/** What bash offers behind these words; the last one is being typed. */
function offered(...words: readonly string[]): readonly string[] {
  const call = `${script}\nCOMP_WORDS=(pipe ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
_pipe_completion; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = spawnSync('bash', ['-uc', call], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter((line) => line !== '');
}

/** What a zsh that somebody types in makes of these words and a Tab. `pipe` says what it was called with. */
function typedInZsh(folder: Place, ...lines: readonly string[]): readonly string[] {
  const asked = lines.map((line) => `zpty -n -w z '${line}'$'\\t\\n'; zpty -r z said '*RAN<*>*'; print -r -- "$said"`);
  const call = `zmodload zsh/zpty; zpty z 'zsh -f -i'
zpty -w z 'pipe() { print -r -- "RAN<$*>"; }; source ./pipe.zsh; print REA''DY'; zpty -r z said '*READY*'
${asked.join('\n')}
zpty -d z`;
  const env = { PATH: process.env['PATH'], HOME: folder.folder, ZDOTDIR: folder.folder, TERM: 'dumb' };
  const { status, stdout } = spawnSync('zsh', ['-f', '-c', call], { cwd: folder.folder, env, encoding: 'utf8' });
  expect(status).toBe(0);
  return Array.from(stdout.matchAll(/RAN<([^$>]*)>/g), ([, words = '']) => words);
}

describe('pipe completion', () => {
  it.runIf(zshIsHere)('completes commands, flags and files in zsh as somebody types there', { timeout: 60_000 }, () => {
    const here = place({ 'pipe.zsh': zshScript, 'orders.yaml': '' });
    expect(
      typedInZsh(here, 'pipe vali', 'pipe queue ret', 'pipe queue list orders.yaml --fl', 'pipe validate ord'),
    ).toEqual(['validate', 'queue retry', 'queue list orders.yaml --flow', 'validate orders.yaml']);
  });

  it('completes commands, then words of a topic, then flags', () => {
    expect(offered('val')).toEqual(['validate']);
    expect(offered('prov')).toEqual(['provision']);
    expect(offered('queue', '')).toEqual(['drop', 'export', 'list', 'retry', 'show']);
    expect(offered('queue', 're')).toEqual(['retry']);
    expect(offered('queue', 'list', 'file.yaml', '--fl')).toEqual(['--flow']);
    expect(offered('provision', '--')).toEqual([
      '--connection',
      '--dry-run',
      '--json',
      '--lang',
      '--output',
      '--param',
      '--yes',
    ]);
  });

  it('leaves files to the shell, and offers nothing behind what is no command', () => {
    expect(offered('validate', 'pipe')).toEqual([]);
    expect(offered('nonsense', '--js')).toEqual([]);
    expect(script).toContain('\ncomplete -o default -F _pipe_completion pipe\n');
  });

  it('is printed for the shells it knows, and the same as this test has it', async () => {
    const { pipe } = place();
    const bash = await pipe(['completion', 'bash', '--json']);
    expect([bash.exit, bash.stderr, shapeErrors('completion', bash.stdout)]).toEqual([0, '', []]);
    expect(JSON.parse(bash.stdout).script).toBe(script);
    const { stdout } = await pipe(['completion', 'powershell']);
    expect(stdout).toMatch(/^Register-ArgumentCompleter -Native -CommandName pipe /);
    expect(stdout).toContain("    'queue' = 'drop export list retry show'\n");
    expect((await pipe(['completion', 'zsh'])).stdout).toContain('bashcompinit\n_pipe_completion() {');
    const fish = await pipe(['completion', 'bsh']);
    expect([fish.exit, fish.stderr]).toEqual([2, expect.stringContaining('fix: write "bash"')]);
  });
});
