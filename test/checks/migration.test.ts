import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../support/clone.ts';

/** Rules whose rows come with the branches that build them. */
const gaps: readonly number[] = [...range(1, 12), ...range(14, 19), 33, 42, ...range(44, 61)];

const text = readFileSync(join(root, 'docs/migration-from-python.md'), 'utf8');

/** Cells of the table rows whose first cell is like this. */
function rowsOf(first: RegExp): readonly (readonly string[])[] {
  const cells = text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  return cells.filter(([head = '']) => first.test(head));
}

/** `` `path` title ``, one or several, with a <br> between them. */
function testsOf(cell = ''): readonly { readonly path: string; readonly title: string }[] {
  return cell.split('<br>').map((entry) => {
    const [, path = '', title = ''] = /^`([^`]+\.test\.ts)` (.+)$/.exec(entry) ?? [];
    return { path, title };
  });
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** Whether a file has a test, or a group of tests, of exactly this title. */
function has(path: string, title: string): boolean {
  if (!existsSync(join(root, path))) return false;
  const source = readFileSync(join(root, path), 'utf8');
  const titles = source.matchAll(/[(\s](?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`([^`]*)`),\s/g);
  return [...titles].some((match) => match.slice(1).includes(title));
}

describe('docs/migration-from-python.md', () => {
  it('has a row for each of the rules 1 to 62, in order', () => {
    expect(rowsOf(/^\d+$/).map(([number]) => Number(number))).toEqual(range(1, 62));
  });

  it('names for each rule tests that are there, with a title that begins with its number', () => {
    const wrong = rowsOf(/^\d+$/).flatMap(([number = '', rule, , tests]) =>
      rule === '…'
        ? gaps.includes(Number(number))
          ? []
          : [`rule ${number} has no row`]
        : testsOf(tests)
            .filter(({ path, title }) => !title.startsWith(`${number}. `) || !has(path, title))
            .map(({ path, title }) => `rule ${number}: ${path} has no test "${title}"`),
    );
    expect(wrong).toEqual([]);
  });

  it('says of each rule where it lives, in files that are there', () => {
    const wrong = rowsOf(/^\d+$/).flatMap(([number, rule, where = '']) => {
      const named = [...where.matchAll(/`([\w./-]+\/[\w./-]+\.\w+)`/g)].map(([, path = '']) => path);
      const missing = named
        .filter((path) => !existsSync(join(root, path)))
        .map((path) => `rule ${number}: there is no ${path}`);
      return rule !== '…' && where === '' ? [`rule ${number} lives nowhere`] : missing;
    });
    expect(wrong).toEqual([]);
  });

  it('names for each defect T1 to T14 a test whose title names it', () => {
    const rows = rowsOf(/^T\d+$/);
    expect(rows.map(([name]) => name)).toEqual(range(1, 14).map((number) => `T${number}`));
    const wrong = rows.flatMap(([name, , tests]) =>
      testsOf(tests)
        .filter(({ path, title }) => !new RegExp(`\\b${name}\\b`).test(title) || !has(path, title))
        .map(({ path, title }) => `${name}: ${path} has no test "${title}"`),
    );
    expect(wrong).toEqual([]);
  });
});
