import { describe, expect, it } from 'vitest';
import { isExpression, readExpression } from '../../engine/transform/expression.ts';
import { typesOf } from '../../engine/transform/infer/types-of.ts';
import { any } from '../../engine/transform/infer/type.ts';
import type { Type } from '../../engine/transform/infer/type.ts';
import { plain } from '../../engine/transform/values.ts';
import { admits, typeOfData } from './admits.ts';
import { dataOf, isOurs, suite, wantedError } from './official-suite.ts';
import type { Case } from './official-suite.ts';
import { expressionText, told } from './support.ts';

/** The cases that evaluate without error, with the types of their own data. */
const sound = suite.cases.filter((one) => wantedError(one) === undefined && !isOurs(one));

function inferred(one: Case, input: Type) {
  const read = readExpression(expressionText(one.expr), 'suite');
  if (!isExpression(read)) return undefined;
  const variables = new Map(Object.entries(one.bindings ?? {}).map(([name, value]) => [name, typeOfData(value)]));
  return { read, ...typesOf(read, { input, variables }) };
}

it.skipIf(suite.cases.length > 0)('the official JSONata suite is not here to be run', ({ skip }) => skip());

describe.runIf(suite.cases.length > 0)('types over the official JSONata suite', () => {
  it('find nothing wrong with a case that evaluates without error', () => {
    const wrong = sound.flatMap((one) => {
      const errors =
        inferred(one, typeOfData(dataOf(one)))?.findings.filter(({ severity }) => severity === 'error') ?? [];
      return errors.map((finding) => `${one.group}/${one.file}#${one.index} ${one.expr}\n  ${told([finding])[0]}`);
    });
    expect(wrong.join('\n')).toBe('');
    expect(sound.length).toBeGreaterThan(1200);
  });

  it('find nothing where nothing is known of the data', () => {
    const wrong = sound.flatMap((one) =>
      (inferred(one, any)?.findings ?? [])
        .filter(({ severity }) => severity === 'error')
        .map((finding) => `${one.expr}\n  ${told([finding])[0]}`),
    );
    expect(wrong.join('\n')).toBe('');
  });

  it('allow for every value that a case gives', async () => {
    let typed = 0;
    const wrong: string[] = [];
    for (const one of sound) {
      const { type, read } = inferred(one, typeOfData(dataOf(one))) ?? {};
      if (!type || !read) continue;
      if (!type.any) typed += 1;
      const value = plain(await read.evaluate(dataOf(one) as never, (one.bindings ?? {}) as never));
      if (!admits(type, value))
        wrong.push(
          `${one.group}/${one.file}#${one.index} ${one.expr}\n  ${JSON.stringify(value)?.slice(0, 200)} is not ${JSON.stringify(show(type)).slice(0, 300)}`,
        );
    }
    process.stderr.write(`types: ${typed} of ${sound.length} cases of the suite have a type that is known\n`);
    expect(wrong.join('\n')).toBe('');
  });

  it('warn of a comparison only where it comes out as they say', async () => {
    const wrong: string[] = [];
    for (const one of sound) {
      const { findings = [], read } = inferred(one, typeOfData(dataOf(one))) ?? {};
      const warning = findings.find(({ code }) => code === 'types.never_equal' || code === 'types.never_this');
      const { value, type } = read?.root ?? {};
      if (!warning || !read || type !== 'binary' || (value !== '=' && value !== 'in' && value !== '!=')) continue;
      const given = await read.evaluate(dataOf(one) as never, (one.bindings ?? {}) as never);
      if (given !== (value === '!=')) wrong.push(`${one.expr}\n  ${told([warning])[0]}`);
    }
    expect(wrong.join('\n')).toBe('');
  });
});

function show(type: Type): unknown {
  return JSON.parse(
    JSON.stringify(type, (_key, value: unknown) =>
      value instanceof Map ? Object.fromEntries([...value].map(([name, item]) => [name, item])) : value,
    ),
  );
}
