import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connectorNames } from '../../engine/registry.ts';
import { cloneProject, root } from '../support/clone.ts';
import { temporaryFolder } from '../support/folder.ts';
import { run } from '../support/process.ts';

const options = { timeout: 180_000 };

/** Tests of the rooms that would be the first to know a connector by name. */
const engineTests = ['test/config/load', 'test/config/findings', 'test/plan/', 'test/run/', 'test/messages/'];

it.each(connectorNames())('the build holds without connectors/%s', options, (name) => {
  expect(
    problems(cloneProject(temporaryFolder(), [name]), 'typescript/bin/tsc', ['-p', 'tsconfig.build.json', '--noEmit']),
  ).toBe('');
});

it('the engine and its tests hold without any connector', options, () => {
  const clone = cloneProject(temporaryFolder(), connectorNames());
  expect(problems(clone, 'typescript/bin/tsc', ['-p', 'tsconfig.build.json', '--noEmit'])).toBe('');
  expect(problems(clone, 'vitest/vitest.mjs', ['run', ...engineTests])).toBe('');
});

/** What one of our tools has against the copy. */
function problems(clone: string, tool: string, args: readonly string[]): string {
  const { status, stdout, stderr } = run(process.execPath, [join(root, 'node_modules', tool), ...args], { cwd: clone });
  return status === 0 ? '' : stdout + stderr;
}
