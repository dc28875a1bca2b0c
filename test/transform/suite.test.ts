import { describe, expect, it } from 'vitest';
import { isExpression, readExpression } from '../../engine/transform/expression.ts';
import { plain } from '../../engine/transform/values.ts';
import { dataOf, file, isOurs, ours, suite, wantedError } from './official-suite.ts';
import type { Case } from './official-suite.ts';
import { expressionText } from './support.ts';

it.skipIf(suite.cases.length > 0)('the official JSONata suite is not here to be run', ({ skip }) =>
  skip(`not at ${file}`),
);

describe.runIf(suite.cases.length > 0)('the official JSONata suite', () => {
  const groups = Map.groupBy(suite.cases, ({ group }) => group);

  it.each([...groups])('gives the official answers of %s', async (_group, cases) => {
    const wrong: string[] = [];
    for (const one of cases.filter((each) => !isOurs(each))) {
      const problem = await compare(one, dataOf(one));
      if (problem) wrong.push(`${one.file}#${one.index} ${one.expr}\n  ${problem}`);
    }
    expect(wrong.join('\n')).toBe('');
  });

  it('still has every case that is excused by name', () => {
    const names = new Set(suite.cases.flatMap(({ group, file: name }) => [group, `${group}/${name}`]));
    expect(Object.keys(ours).filter((name) => !names.has(name))).toEqual([]);
  });
});

async function compare(one: Case, data: unknown): Promise<string | undefined> {
  const wanted = wantedError(one);
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
