import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { completionScript } from '../../../engine/cli/completion.ts';
import { allCommands } from '../../cli/commands.ts';
import { place } from '../../cli/pipe.ts';
import { shapeErrors } from '../../cli/shape.ts';

let script = '';

beforeAll(async () => {
  const commands = await allCommands();
  const known = commands.map(({ name, command }) => ({
    id: name.replaceAll(' ', ':'),
    flags: Object.keys({ ...command.baseFlags, ...command.flags }),
  }));
  script = completionScript('bash', 'pipe', known);
});

/** What bash offers behind these words; the last one is being typed. */
function offered(...words: readonly string[]): readonly string[] {
  const call = `${script}\nCOMP_WORDS=(pipe ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
_pipe_completion; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = spawnSync('bash', ['-uc', call], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter((line) => line !== '');
}

describe('pipe completion', () => {
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
