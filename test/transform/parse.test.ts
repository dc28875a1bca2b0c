import fc from 'fast-check';
import jsonata from 'jsonata';
import { expect, it } from 'vitest';
import { isParsed, parse } from '../../engine/transform/parse.ts';

const letters = fc.constantFrom('a', 'B', 'я', 'Ё', '_', '1', 'é', 'λ', ' ', '-', '$');
const names = fc.oneof(
  fc.constantFrom('and', 'or', 'in', 'true', 'false', 'null', 'function', 'order', 'inn', 'nullable', 'patient'),
  fc.string({ unit: letters, minLength: 1, maxLength: 4 }),
);

it('a path of names is the tree that JSONata makes of it', () => {
  const paths = fc.array(names, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));
  fc.assert(
    fc.property(paths, (text) => {
      expect(treeOf(text)).toEqual(jsonataTree(text));
    }),
    { numRuns: 2000 },
  );
});

function treeOf(text: string): unknown {
  const parsed = parse(text);
  return isParsed(parsed) ? plain(parsed.root) : 'refused';
}

function jsonataTree(text: string): unknown {
  try {
    return text.trim() === '' ? 'refused' : plain(jsonata(text).ast());
  } catch {
    return 'refused';
  }
}

/** JSONata's nodes inherit what its grammar knows of their kind. */
function plain(tree: unknown): unknown {
  return JSON.parse(JSON.stringify(tree));
}

const deep: readonly (readonly [string, (levels: number) => string])[] = [
  ['operands', (levels) => Array.from({ length: levels }, () => 'a').join(' & ')],
  ['calls', (levels) => `${'$string('.repeat(levels / 2)}a${')'.repeat(levels / 2)}`],
  ['conditions', (levels) => `${'a ? b : '.repeat(levels)}c`],
  ['brackets', (levels) => `${'('.repeat(levels)}a${')'.repeat(levels)}`],
];

it.each(deep)('%s a thousand deep in each other are refused, however deep, and fewer are taken', (_what, made) => {
  expect(isParsed(parse(made(400)))).toBe(true);
  for (const levels of [2_200, 20_000]) {
    const refused = parse(made(levels));
    if (isParsed(refused)) throw new Error(`${levels} levels are taken`);
    expect(refused.finding({ file: 'deep.yaml', line: 1, column: 1 }).code).toBe('transform.expression_too_deep');
  }
});
