import * as fc from 'fast-check';
import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import type { Row, Value } from '../../engine/connector.ts';
import { toNative } from '../../engine/transform/native.ts';
import { Other } from '../../engine/transform/other.ts';
import { plain } from '../../engine/transform/values.ts';

/** A generated expression over fields a, b, c, o and variables params, found. */
const { expression } = fc.letrec<{ expression: string; operand: string }>((tie) => ({
  operand: fc.oneof(
    fc.constantFrom('a', 'b', 'c', 'o', 'o.x', 'o.y.z', 'list', 'list.x', 'absent', 'absent.x', '`b`', '$', '$$.a'),
    fc.constantFrom('$params.n', '$params.list', '$params.none', '$found.STAGE', '$found', '$nobody', '$found.x.y'),
    fc.constantFrom(
      '""',
      '"WON"',
      "'a'",
      '0',
      '1',
      '-1',
      '2.5',
      '1e3',
      'true',
      'false',
      'null',
      '[1, 2]',
      '["WON", a]',
    ),
  ),
  expression: fc.oneof(
    { weight: 3, arbitrary: tie('operand') },
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('=', '!=', '<', '<=', '>', '>=', '&', '+', '-', '*', '/', '%', 'in', 'and', 'or'),
        tie('expression'),
      )
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    fc.tuple(tie('operand'), tie('expression')).map(([a, b]) => `(${a} ?? ${b})`),
    fc.tuple(tie('operand'), tie('expression')).map(([a, b]) => `(${a} ?: ${b})`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `($v := ${a}; $w := [$v]; ${b} = $v ? $v : $w)`),
    fc
      .tuple(
        fc.constantFrom('exists', 'not', 'boolean', 'string', 'lowercase', 'uppercase', 'length', 'trim', 'number'),
        tie('expression'),
      )
      .map(([name, argument]) => `$${name}(${argument})`),
    fc
      .tuple(tie('expression'), fc.nat(4), fc.nat(4))
      .map(([text, start, length]) => `$substring(${text}, ${start}, ${length})`),
    fc
      .tuple(tie('expression'), fc.constantFrom('0.125', '1.005', '2.5', '-0.5', '1'), fc.nat(3))
      .map(([number, factor, digits]) => `$round(${number} * ${factor}, ${digits})`),
    tie('expression').map((operand) => `-(${operand})`),
    fc
      .tuple(fc.constantFrom('list', 'o', '$', '$found', 'list.o'), tie('operand'), tie('expression'))
      .map(([start, value, more]) => `${start}.{ "k": x, $string(${value}): $$.a, "w": ${more} }`),
    fc
      .tuple(fc.constantFrom('join', 'count'), tie('expression'))
      .map(([name, of]) => `$${name}(${of}${name === 'join' ? ', "-"' : ''})`),
    tie('expression').map((value) => `{ "k": ${value} }.k`),
  ),
}));

const scalar = fc.constantFrom<Value>(
  '',
  'WON',
  ' Ёлка\t 12 ',
  '7',
  '-3.50',
  '1e2',
  '🙂🙂ab',
  0,
  1,
  -2.75,
  0.1,
  1e21,
  true,
  false,
);
const row = fc.record(
  {
    a: scalar,
    b: scalar,
    c: fc.oneof(scalar, fc.constantFrom<Value>([], ['WON'], [1, 'x'])),
    o: fc.record({ x: scalar, y: fc.record({ z: scalar }, { requiredKeys: [] }) }, { requiredKeys: [] }),
    list: fc.array(
      fc.record(
        { x: fc.oneof(scalar, fc.constantFrom<Value>([], ['p', 'q'])), o: fc.record({ x: scalar }) },
        { requiredKeys: [] },
      ),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: [] },
);
const variables = fc.record({
  params: fc.constantFrom<Row>({ n: 3, list: ['WON', 'LOSE'] }, { n: 'x', list: [] }),
  found: fc.constantFrom<Row | undefined>(undefined, { STAGE: 'WON' }, { STAGE: '', x: { y: 1 } }),
});

describe('the closures for simple expressions', () => {
  it('give what JSONata gives, or leave it to JSONata', async () => {
    let closures = 0;
    await fc.assert(
      fc.asyncProperty(expression, row, variables, async (text, input, given) => {
        const engine = jsonata(text);
        const native = toNative(engine.ast());
        if (!native) return;
        const answer = attempt(() => native({ input, variables: given, root: input, locals: [] }));
        if (answer === undefined) return;
        closures += 1;
        expect(answer).toEqual({ value: plain(await engine.evaluate(input, given)) });
      }),
      { numRuns: 20_000, seed: 20261120 },
    );
    expect(closures).toBeGreaterThan(5000);
  });

  it.each([
    ['a name', 'uniqueId'],
    ['a path', 'patient.name'],
    ['a param', '$params.funnel'],
    ['a concatenation', '"F" & $params.filial & "_" & id'],
    ['a test of membership', '$not($found.STAGE_ID in $params.finalStages) or $found.STAGE_ID = stage'],
    ['a choice', 'balance < 0 ? -balance : 0'],
    [
      'a call of ours',
      '$sameName($found.LAST_NAME, surname) and ($empty($found.NAME) or $sameName($found.NAME, name))',
    ],
  ])('cover %s', (_what, text) => {
    expect(toNative(jsonata(text).ast())).toBeTypeOf('function');
  });

  it.each([
    'items[0]',
    'items.{ "a": x }[]',
    'items{ x: x }',
    '$map(items, function($i) { $i.x })',
    'items^(x)',
    '*',
    '$f(1)',
    'a.(b; c)[]',
  ])('leave %s to JSONata', (text) => {
    const native = toNative(jsonata(text).ast());
    const input = { items: [{ x: 1 }], a: [{ b: 1, c: 2 }] };
    expect(native && attempt(() => native({ input, variables: {}, root: input, locals: [] }))).toBeUndefined();
  });
});

/** undefined: left to JSONata. */
function attempt(run: () => Value | undefined): { value: Value | undefined } | undefined {
  try {
    return { value: run() };
  } catch (thrown) {
    if (thrown instanceof Other) return undefined;
    throw thrown;
  }
}
