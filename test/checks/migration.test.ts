import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../support/clone.ts';

const text = readFileSync(join(root, 'docs/migration-from-python.md'), 'utf8');
const rules = rowsOf(/^\d+$/);
const defects = rowsOf(/^T\d+$/);

/** Cells of the table rows whose first cell is like this. */
function rowsOf(first: RegExp): readonly (readonly string[])[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll(String.raw`\|`, '|')),
    )
    .filter(([head = '']) => first.test(head));
}

interface NamedTest {
  readonly path: string;
  readonly title: string;
}

/** `` `path` title<br>title<br>`path` title ``: titles are those of the path before them. */
function testsOf(cell = ''): readonly NamedTest[] {
  const tests: NamedTest[] = [];
  for (const entry of cell.split('<br>')) {
    const [, path = tests.at(-1)?.path ?? '', title = entry] = /^`([^`]+\.test\.ts)` (.+)$/.exec(entry) ?? [];
    tests.push({ path, title });
  }
  return tests;
}

/** Whether the file has a test, or a group of tests, of exactly this title. */
function isThere({ path, title }: NamedTest): boolean {
  if (path === '' || !existsSync(join(root, path))) return false;
  const source = readFileSync(join(root, path), 'utf8');
  const titles = source.matchAll(/[(\s](?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`([^`]*)`),\s/g);
  return [...titles].some((quoted) => quoted.slice(1).includes(title));
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

describe('docs/migration-from-python.md', () => {
  it('has a row for each of the rules 1 to 90 and of those that move into a data base, in order', () => {
    expect(rules.map(([number]) => Number(number))).toEqual([...range(1, 92), 95, 99, 100, 103, 109]);
  });

  it('names for each rule tests that are there, with a title that begins with its number', () => {
    const wrong = rules.flatMap(([number, , , tests]) =>
      testsOf(tests)
        .filter((test) => !test.title.startsWith(`${number}. `) || !isThere(test))
        .map(({ path, title }) => `rule ${number}: ${path} has no test "${title}"`),
    );
    expect(wrong).toEqual([]);
  });

  it('says of each rule where it lives, in files that are there', () => {
    const wrong = rules.flatMap(([number, , where = '']) => {
      if (where === '') return [`rule ${number} lives nowhere`];
      const paths = [...where.matchAll(/`([\w.-]+\/[\w./-]+\.\w+)`/g)].map(([, path = '']) => path);
      return paths.filter((path) => !existsSync(join(root, path))).map((path) => `rule ${number}: there is no ${path}`);
    });
    expect(wrong).toEqual([]);
  });

  it('names for each defect T1 to T18 tests that are there, with a title that names it', () => {
    expect(defects.map(([name]) => name)).toEqual(range(1, 18).map((number) => `T${number}`));
    const wrong = defects.flatMap(([name, , tests]) =>
      testsOf(tests)
        .filter((test) => !new RegExp(`\\b${name}\\b`).test(test.title) || !isThere(test))
        .map(({ path, title }) => `${name}: ${path} has no test "${title}"`),
    );
    expect(wrong).toEqual([]);
  });
});
