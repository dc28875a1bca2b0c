import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { planErrors } from '../../engine/plan/errors.ts';
import { runErrors } from '../../engine/run/errors.ts';
import { transformErrors } from '../../engine/transform/errors.ts';

const root = resolve(import.meta.dirname, '../..');
const leftBehind = [runErrors, planErrors, transformErrors].flatMap((errors) =>
  Object.values(errors).map(({ code }) => code),
);

/** Files of packages that Node has loaded when `pipe` is done with these words; those of ES modules it keeps to itself. */
function loadedFor(...words: readonly string[]): readonly string[] {
  const script = `
    import { createRequire } from 'node:module';
    process.argv = ['node', 'pipe', ...${JSON.stringify(words)}];
    await import(${JSON.stringify(resolve(root, 'engine/cli/bin.ts'))});
    const files = Object.keys(createRequire(import.meta.url).cache);
    console.log(JSON.stringify(files.map((file) => file.split(/node_modules[\\\\/]/).at(-1).replaceAll('\\\\', '/'))));`;
  const printed = execFileSync(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    cwd: root,
    encoding: 'utf8',
  });
  return JSON.parse(printed.trimEnd().split('\n').at(-1) ?? '');
}

it('of oclif no command loads more than the parts it uses', () => {
  // Help is made of all commands.
  const loaded = loadedFor('--help');
  expect(loaded).toContain('@oclif/core/lib/flags.js');
  expect(loaded).not.toContain('@oclif/core/lib/index.js');
});

it('validate reads files: it loads neither a data base nor a driver', () => {
  const packages = loadedFor('validate', 'pipelines').map((file) => file.split('/')[0] ?? '');
  expect(packages).toContain('yaml');
  expect(packages.filter((name) => /^(better-sqlite3|undici|mssql|tedious|mysql2|pg)$/.test(name))).toEqual([]);
});

it('the version is told without a command', () => {
  const packages = new Set(loadedFor('--version').map((file) => file.split('/')[0]));
  expect(packages.has('yaml')).toBe(false);
  expect(packages.has('@oclif')).toBe(true);
});

it.each(['queue/show', 'queue/list', 'status', 'history', 'explain', 'logs'])(
  '%s knows what the codes say that a run leaves behind',
  (command) => {
    const script = `
      await import(${JSON.stringify(resolve(root, `engine/cli/commands/${command}.ts`))});
      const { lookUp } = await import(${JSON.stringify(resolve(root, 'engine/messages/catalogue.ts'))});
      console.log(JSON.stringify(${JSON.stringify(leftBehind)}.filter((code) => lookUp(code) === undefined)));`;
    const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
    expect(JSON.parse(printed)).toEqual([]);
  },
);
