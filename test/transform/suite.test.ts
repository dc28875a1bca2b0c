import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isExpression, readExpression } from '../../engine/transform/expression.ts';
import { plain } from '../../engine/transform/values.ts';
import { expressionText } from './support.ts';

/** One case of the official suite, https://github.com/jsonata-js/jsonata/tree/master/test/test-suite */
interface Case {
  readonly group: string;
  readonly file: string;
  readonly index: number;
  readonly expr: string;
  readonly data?: unknown;
  readonly dataset?: string | null;
  readonly bindings?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly undefinedResult?: boolean;
  readonly code?: string;
  readonly error?: { readonly code: string };
  readonly unordered?: boolean;
}

interface Suite {
  readonly datasets: Readonly<Record<string, unknown>>;
  readonly cases: readonly Case[];
}

/** Where we answer differently on purpose: `group`, `group/file` or `group/file#index`, and why. */
const ours: Readonly<Record<string, string>> = {
  'function-eval': '$eval is refused: code out of data',
  'function-shuffle': '$shuffle is refused: plans must repeat',
  'function-assert': '$assert is ours: it refuses the record',
  'range-operator/case021.json': 'a list has at most a million items',
  'range-operator/case024.json': 'a list has at most a million items',
  'tail-recursion/case002.json': 'the suite sets its own limit of depth',
  'tail-recursion/case005.json': 'the suite sets its own limit of depth',
  'tail-recursion/case006.json': 'the suite sets its own limit of depth',
};

const file = process.env['PIPE_JSONATA_SUITE'] ?? join(import.meta.dirname, '../../../shared/data/jsonata-suite.json');

const suite = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Suite) : { datasets: {}, cases: [] };
if (suite.cases.length === 0)
  process.stderr.write(`not run: the JSONata suite is not at ${file} (PIPE_JSONATA_SUITE)\n`);

it.skipIf(suite.cases.length > 0)('the official JSONata suite is not here to be run', ({ skip }) =>
  skip(`not at ${file}`),
);

describe.runIf(suite.cases.length > 0)('the official JSONata suite', () => {
  const groups = Map.groupBy(suite.cases, ({ group }) => group);

  it.each([...groups])('gives the official answers of %s', async (_group, cases) => {
    const wrong: string[] = [];
    for (const one of cases.filter((each) => !isOurs(each))) {
      const problem = await compare(one, one.dataset ? suite.datasets[one.dataset] : one.data);
      if (problem) wrong.push(`${one.file}#${one.index} ${one.expr}\n  ${problem}`);
    }
    expect(wrong.join('\n')).toBe('');
  });

  it('still has every case that is excused by name', () => {
    const names = new Set(suite.cases.flatMap(({ group, file: name }) => [group, `${group}/${name}`]));
    expect(Object.keys(ours).filter((name) => !names.has(name))).toEqual([]);
  });
});

function isOurs({ group, file: name }: Case): boolean {
  return group in ours || `${group}/${name}` in ours;
}

async function compare(one: Case, data: unknown): Promise<string | undefined> {
  const wanted = one.code ?? one.error?.code;
  const read = readExpression(expressionText(one.expr), 'suite');
  if (!isExpression(read)) return wanted ? undefined : `does not parse: ${read.code}`;
  const before = JSON.stringify(data);
  try {
    const given = await read.evaluate(data as never, (one.bindings ?? {}) as never);
    if (wanted) return `gave ${JSON.stringify(given)} instead of ${wanted}`;
    if (JSON.stringify(data) !== before) return 'changed its input';
    expect(given).toEqual(plain(one.undefinedResult ? undefined : one.result));
    return undefined;
  } catch (thrown) {
    if (wanted && thrown instanceof Error && thrown.cause === wanted) return undefined;
    return String(thrown).slice(0, 300) + (wanted ? ` instead of ${wanted}` : '');
  }
}
