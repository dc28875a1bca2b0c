import { describe, expect, it } from 'vitest';
import type { Row, Value } from '../../engine/connector.ts';
import { textOf } from '../../engine/diagnostics.ts';
import { PipeError } from '../../engine/errors.ts';
import type { Variables } from '../../engine/transform/compiled.ts';
import { isExpression, readExpression } from '../../engine/transform/expression.ts';
import type { Expression } from '../../engine/transform/expression.ts';
import { mask } from '../../engine/transform/mask.ts';
import { expressionText } from './support.ts';

function read(text: string): Expression {
  const expression = readExpression(expressionText(text), 'visits.map.x');
  if (!isExpression(expression)) throw new Error(`${expression.code} ${JSON.stringify(expression.parameters)}`);
  return expression;
}

async function evaluate(text: string, input: Row = {}, variables: Variables = {}): Promise<Value | undefined> {
  return read(text).evaluate(input, variables);
}

async function failure(text: string, input: Row = {}, variables: Variables = {}): Promise<string> {
  try {
    return `gave ${JSON.stringify(await evaluate(text, input, variables))}`;
  } catch (thrown) {
    if (!(thrown instanceof PipeError)) throw thrown;
    return `${thrown.kind} ${thrown.code} ${thrown.where?.column} ${thrown.message}`;
  }
}

describe('evaluating', () => {
  it('is synchronous for names, comparisons and calls of ours', () => {
    const text = '$sameName($found.NAME, name) and $not($found.STAGE in $params.final)';
    const variables = { found: { NAME: 'Анна', STAGE: 'NEW' }, params: { final: ['WON'] } };
    expect(read(text).evaluate({ name: 'анна' }, variables)).toBe(true);
  });

  it('gives plain lists and objects, no JSONata sequences', async () => {
    const given = await evaluate('items[price > 0].{ "n": name, "tags": tags }', {
      items: [
        { name: 'a', price: 1, tags: ['x'] },
        { name: 'b', price: 2 },
      ],
    });
    expect(given).toStrictEqual([{ n: 'a', tags: ['x'] }, { n: 'b' }]);
    expect(Object.keys(given ?? {})).toEqual(['0', '1']);
  });

  it.each([
    ['null', undefined],
    ['[1, null, a]', [1]],
    ['{ "a": null, "b": 1 }', { b: 1 }],
    ['a', undefined],
  ])('knows one nothing: %s is %j', async (text, value) => {
    expect(await evaluate(text)).toEqual(value);
  });

  it('takes the start of the run for now', async () => {
    const variables = { run: { id: 'r1', startedAt: '2026-11-20T10:00:00.000Z' } };
    expect(await evaluate('$now()', {}, variables)).toBe('2026-11-20T10:00:00.000Z');
    expect(await evaluate('$now("[Y]-[M01]")', {}, variables)).toBe('2026-11');
    expect(await evaluate('$millis()', {}, variables)).toBe(Date.parse('2026-11-20T10:00:00Z'));
  });

  it('evaluates one expression for many records at once without mixing them', async () => {
    const expression = read('$map(items, function($i) { $i & $$.id })');
    const rows = Array.from({ length: 50 }, (_, id) => ({ id: String(id), items: ['a', 'b'] }));
    const given = await Promise.all(rows.map(async (row) => expression.evaluate(row, {})));
    expect(given).toEqual(rows.map(({ id }) => [`a${id}`, `b${id}`]));
  });
});

describe('a failing expression', () => {
  it.each([
    ['a * 2', { a: 'Иванов' }, 'data transform.not_a_number 3 visits.map.x: "*" needs numbers and got text'],
    [
      'a < b',
      { a: 1, b: 'Иванов' },
      'data transform.not_comparable 3 visits.map.x: "<" cannot compare number with text',
    ],
    ['$number(a)', { a: 'Иванов' }, 'data transform.not_a_number 1 visits.map.x: $number needs numbers and got text'],
    [
      'x & $uppercase(a)',
      { a: 1 },
      'data transform.wrong_argument 5 visits.map.x: argument 1 of $uppercase cannot be number',
    ],
    ['$error("stop")', {}, 'data transform.refused 1 visits.map.x: stop'],
    ['1 / 0', {}, 'data transform.result_not_data 1 visits.map.x: the result is Infinity, not a value'],
    ['function($x) { $x }', {}, 'data transform.result_not_data 1 visits.map.x: the result is function, not a value'],
    ['[$uppercase]', {}, 'data transform.result_not_data 1 visits.map.x: the result is function, not a value'],
    [
      'x & { k: 1 }',
      { k: 5 },
      'data transform.calculation 5 visits.map.x: JSONata cannot work with this record (JSONata T1003)',
    ],
  ] as const)('%s says where and why, never the value', async (text, input, message) => {
    expect(await failure(text, input)).toBe(message);
  });

  it('has a text in Russian too', async () => {
    const thrown: unknown = await evaluate('a * 2', { a: 'x' }).catch((error: unknown) => error);
    const { code, parameters } = thrown as PipeError;
    expect(textOf(code, parameters, 'ru').message).toBe('visits.map.x: для "*" нужны числа, а получено: текст');
  });
});

describe('an expression cannot do harm', () => {
  it.each([
    'items[]',
    'empty[]',
    'empty{ "a": 1 }',
    'nested.{ "a": 1 }',
    '$ ~> |items|{ "price": 0 }, "name"|',
    '($f := $found; $f(1))',
    'items#$i[$i > 0]',
    'items^(>price)',
    '$sort(numbers)',
    '$append(numbers, 1)',
    '$reverse(numbers)',
  ])('%s leaves the record and variables as they were', async (text) => {
    const make = () => ({
      items: [
        { name: 'a', price: 1 },
        { name: 'b', price: 2 },
      ],
      empty: [],
      nested: [[], []],
      numbers: [3, 1],
    });
    const [input, found] = [make(), make()];
    await failure(text, input, { found });
    expect({ input, found }).toStrictEqual({ input: make(), found: make() });
    expect(Object.keys(input.empty)).toEqual([]);
  });

  it('reads no inherited properties', async () => {
    expect(await evaluate('constructor')).toBeUndefined();
    expect(await evaluate('$found.toString', {}, { found: {} })).toBeUndefined();
    expect(await evaluate('$lookup($, "constructor")')).toBeUndefined();
  });

  it.each(['__proto__', 'a.__proto__.b', '{ "__proto__": 1 }', '$lookup($, "__proto__")'])('%s is refused', (text) => {
    expect(() => read(text)).toThrow('transform.refused_name');
  });

  it('gives no object a prototype through a key made at run time', async () => {
    const text = '{ "__pro" & "to__": { "polluted": true } }';
    expect(await failure(text)).toContain('transform.result_not_data');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each(['$eval("1")', '$map(["1"], $eval)', '"1" ~> $eval', '$random()', '$shuffle([1, 2])'])(
    '%s is refused',
    (text) => {
      expect(() => read(text)).toThrow('transform.refused_function');
    },
  );

  it('may bind a name of its own that is refused as a function', async () => {
    expect(await evaluate('($random := 4; $random)')).toBe(4);
  });

  it('matches an evil regular expression in linear time', async () => {
    expect(await evaluate('$contains(text, /^(a+)+$/)', { text: `${'a'.repeat(50_000)}!` })).toBe(false);
  });

  it.each([
    ['($f := function($n) { 1 + $f($n) }; $f(1))', 'stack'],
    ['$count([1..9000000])', '1 000 000'],
  ])('%s runs into a limit', async (text, limit) => {
    expect(await failure(text)).toContain(`visits.map.x: the expression ran into a limit: ${limit}`);
  });
});

describe('masking', () => {
  it.each([
    ['+79991234567', 'phone', '+7999***4567'],
    ['8 (999) 123-45-67', 'phone', '+7999***4567'],
    ['12-34', 'phone', '**-**'],
    ['Иванов Иван', 'name', 'И**** И****'],
    ['ivanov@example.org', 'email', 'i****@e****'],
    ['4510 123456', 'text', '****'],
    ['', 'text', ''],
  ] as const)('%s as %s is %s', (value, kind, masked) => {
    expect(mask(value, kind)).toBe(masked);
  });
});
