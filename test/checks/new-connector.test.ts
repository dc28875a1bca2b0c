import { join } from 'node:path';
import { expect, it } from 'vitest';
import { shapeErrors } from '../cli/shape.ts';
import { cloneProject, root } from '../support/clone.ts';
import { temporaryFolder } from '../support/folder.ts';
import { run } from '../support/process.ts';

const options = { timeout: 300_000 };

it(
  'pipe connector new writes a folder that compiles, is linted, and whose conformance test says what to do',
  options,
  () => {
    const clone = cloneProject(temporaryFolder());
    const node = (args: readonly string[]) => run(process.execPath, args, { cwd: clone });
    const tool = (path: string, ...args: readonly string[]) => node([join(root, 'node_modules', path), ...args]);
    const pipe = (...words: readonly string[]) => node([join(clone, 'engine/cli/bin.ts'), ...words]);

    const made = pipe('connector', 'new', 'price-list', '--json');
    expect([made.status, made.stderr, shapeErrors('connector-new', made.stdout)]).toEqual([0, '', []]);
    const { written } = JSON.parse(made.stdout);
    expect(written).toContain('connectors/price-list/index.ts');

    expect(tool('typescript/bin/tsc', '-p', '.', '--noEmit').stdout).toBe('');
    expect(tool('oxlint/bin/oxlint', ...written.filter((path: string) => path.endsWith('.ts'))).stdout).toContain(
      'Found 0 warnings and 0 errors',
    );
    expect(tool('oxfmt/bin/oxfmt', '--check', ...written).status).toBe(0);

    const tried = tool('vitest/vitest.mjs', 'run', 'test/conformance', '-t', 'price-list');
    expect(tried.status).toBe(1);
    expect(tried.stdout + tried.stderr).toContain(
      '1. start a system of its own in prepare() of test/conformance/price-list.ts',
    );

    const again = pipe('connector', 'new', 'price-list');
    const wrong = ['Preis', 'price-', 'nul', '9lives'].map((name) => pipe('connector', 'new', name));
    expect([again, ...wrong].map(({ status, stderr }) => [status, stderr.split('\n')[0]])).toEqual([
      [2, 'error cli.connector_there'],
      ...wrong.map(() => [2, 'error cli.connector_name']),
    ]);
  },
);
