import { describe, expect, it } from 'vitest';
import type { EntityDescription, Field } from '../../engine/connector.ts';
import { compile } from '../../engine/transform/compile.ts';
import { isExpression, readExpression } from '../../engine/transform/expression.ts';
import { typeOfFields } from '../../engine/transform/infer/of-field.ts';
import { slowRegex } from '../../engine/transform/infer/regex.ts';
import { called } from '../../engine/transform/infer/type.ts';
import { typesOf } from '../../engine/transform/infer/types-of.ts';
import { expressionText, pipeline, told } from './support.ts';
import type { FlowSketch } from './support.ts';

const columns: readonly Field[] = [
  { name: 'id', type: 'integer', optional: false },
  { name: 'status', type: 'text', optional: false },
  { name: 'name', type: 'text', optional: true },
  { name: 'amount', type: 'number', optional: true },
  { name: 'start', type: 'datetime', naive: true, optional: true },
  { name: 'paid', type: 'boolean', optional: false },
  {
    name: 'items',
    type: 'json',
    multiple: true,
    optional: false,
    fields: [
      { name: 'name', type: 'text', optional: false },
      { name: 'price', type: 'number', optional: true },
    ],
  },
  {
    name: 'patient',
    type: 'json',
    optional: false,
    fields: [
      { name: 'surname', type: 'text', optional: true },
      { name: 'phone', type: 'text', optional: true },
    ],
  },
];

const within = (value: string) => ({ field: 'FUNNEL', value });

const entity: EntityDescription = {
  entity: 'deal',
  id: 'ID',
  fields: [
    { name: 'ID', type: 'id', readOnly: true },
    { name: 'TITLE', type: 'text' },
    { name: 'SUM', type: 'number' },
    { name: 'AT', type: 'datetime' },
    { name: 'DONE', type: 'boolean' },
    { name: 'MADE', type: 'datetime', readOnly: true },
    { name: 'FUNNEL', type: 'id' },
    {
      name: 'STAGE',
      type: 'enum',
      options: [
        { id: 'NEW', text: 'Новая', within: within('0') },
        { id: 'WON', text: 'Успех', within: within('0') },
        { id: 'C1:NEW', text: 'Новое обращение', within: within('1') },
      ],
    },
    { name: 'PHONE', type: 'phones' },
    { name: 'TAGS', type: 'text', multiple: true },
    { name: 'MUST', type: 'text', required: true },
  ],
  lists: [
    {
      name: 'items',
      fields: [
        { name: 'NAME', type: 'text' },
        { name: 'PRICE', type: 'number' },
      ],
    },
  ],
};

/** Findings of one flow over these columns and this entity. */
function findings(flow: FlowSketch, params = {}): readonly string[] {
  const all = compile(pipeline(flow, params), { columns: () => columns, entity: () => entity }).findings;
  return told(all).filter((line) => !line.includes('required_missing'));
}

const map = { id: '$string(id)', name: 'name', stage: 'status', sum: 'amount' };
const fields = (written: FlowSketch['targets'] extends infer _ ? Readonly<Record<string, string>> : never) =>
  findings({ map, targets: [{ name: 'deal', fields: written }] });

describe('within an expression', () => {
  it.each([
    ['patient.surnme', 'x:1:9 error types.no_such_field: "patient" has no field "surnme" | write "surname"'],
    ['$lookup(patient, "phome")', 'x:1:18 error types.no_such_field: "patient" has no field "phome" | write "phone"'],
    ['items.nmae', 'x:1:7 error types.no_such_field: "items" has no field "nmae" | write "name"'],
    [
      'amount + name',
      'x:1:10 error types.not_a_number: name is text, and + needs numbers | turn it into a number with $number(…), or join texts with &',
    ],
    [
      '-status',
      'x:1:2 error types.not_a_number: status is text, and - needs numbers | turn it into a number with $number(…), or join texts with &',
    ],
    [
      'id > status',
      'x:1:6 error types.not_comparable: id is number and status is text: > cannot compare them | turn both sides into one type with $number(…) or $string(…)',
    ],
    [
      'paid < 2',
      'x:1:1 error types.not_comparable: paid is boolean and 2 is number: < cannot compare them | turn both sides into one type with $number(…) or $string(…)',
    ],
    [
      '$uppercase(id)',
      'x:1:12 error types.wrong_argument: id is number, and $uppercase takes text there | convert it first, e.g. with $string(…), $number(…) or $join(…)',
    ],
    [
      '$join(items.price, ", ")',
      'x:1:7 error types.wrong_argument: items.price is number | list, and $join takes text (list) there | convert it first, e.g. with $string(…), $number(…) or $join(…)',
    ],
    [
      'name ~> $round(2)',
      'x:1:1 error types.wrong_argument: name is text, and $round takes number there | convert it first, e.g. with $string(…), $number(…) or $join(…)',
    ],
    [
      '$localTime(id, "Europe/Moscow")',
      'x:1:12 error types.wrong_argument: id is number, and $localTime takes text there | convert it first, e.g. with $string(…), $number(…) or $join(…)',
    ],
    [
      'paid = status',
      'x:1:8 warning types.never_equal: paid is boolean and status is text: they are never equal | turn both sides into one type with $number(…) or $string(…)',
    ],
    [
      '$replace(name, /(a+)+$/, "")',
      'x:1:16 error types.slow_regex: this regular expression may take for ever on a text that almost matches | repeat what begins differently each time: (\\w+,)* instead of (\\w+,?)*, \\w* instead of (\\w|\\d)*',
    ],
    [
      '$map(items, function($i) { $i.price & $uppercase($i.price) })',
      'x:1:50 error types.wrong_argument: $i.price is number, and $uppercase takes text there | convert it first, e.g. with $string(…), $number(…) or $join(…)',
    ],
    ['items[nmae = "x"].price', 'x:1:7 error types.no_such_field: "items" has no field "nmae" | write "name"'],
    [
      '($f := function($a) { $a + 1 }; $f(name))',
      'x:1:23 error types.not_a_number: $a is text, and + needs numbers | turn it into a number with $number(…), or join texts with &',
    ],
  ])('%s', (expression, finding) => {
    expect(findings({ map: { ...map, x: expression } })).toEqual([finding]);
  });

  it.each([
    '$type(name) = "number" and name > 10',
    'amount ? amount / 2 : 0',
    '$exists(name) ? $uppercase(name) : "none"',
    'items.price[0] + 1',
    '$sum(items.price) - amount',
    'items^(>price)[0].name',
    'items{ name: $sum(price) }',
    '$replace(name, /(\\w+,)+$/, "")',
    '$reduce(items.price, function($a, $b) { $a + $b })',
    'patient.phone.$phone($)',
  ])('%s is in order', (expression) => {
    expect(findings({ map: { ...map, x: expression } })).toEqual([]);
  });

  it('a condition that is never true or false is an error, and so is a rung', () => {
    expect(findings({ map, guard: 'name & "x"', targets: [{ name: 'deal', where: '$uppercase(name)' }] })).toEqual([
      'deal.where:1:1 error types.not_boolean: $uppercase(name) is text, and a condition must be true or false | compare it with something, or ask $exists(…)',
      'guard:1:1 error types.not_boolean: name & "x" is text, and a condition must be true or false | compare it with something, or ask $exists(…)',
    ]);
  });

  it('a value that a field never has is a warning with the one that was meant', () => {
    expect(
      findings({ map, targets: [{ name: 'deal', where: '$found.STAGE in ["WNO", "NEW"] or $found.STAGE = "Успех"' }] }),
    ).toEqual([
      'deal.where:1:18 warning types.never_this: $found.STAGE is never "WNO" | write "WON"',
      'deal.where:1:50 warning types.never_this: $found.STAGE is never "Успех" | write "WON"',
    ]);
    expect(
      findings(
        { map, targets: [{ name: 'deal', where: '$found.STAGE in $params.final' }] },
        { final: ['WON', 'LOSE'] },
      ),
    ).toEqual([
      'deal.where:1:17 warning types.never_this: $found.STAGE is never "LOSE" | write "NEW" | "WON" | "C1:NEW"',
    ]);
  });
});

describe('into a field of the target', () => {
  it.each([
    [
      'SUM',
      'start',
      'deal.SUM:1:1 error types.wrong_type: deal.SUM takes number, and this is text (local time) | convert it: $number(…)',
      'start',
    ],
    [
      'SUM',
      'name',
      'deal.SUM:1:1 warning types.maybe_no_number: deal.SUM takes a number, and this is a text | write $number(…) round it',
      'name',
    ],
    [
      'SUM',
      '"much"',
      'deal.SUM:1:1 error types.wrong_type: deal.SUM takes number, and this is text "much" | convert it: $number(…)',
      'name',
    ],
    [
      'AT',
      'amount',
      'deal.AT:1:1 error types.wrong_type: deal.AT takes datetime, and this is number | convert it: $localTime(…, "Europe/Moscow")',
      'amount',
    ],
    [
      'AT',
      'start',
      'deal.AT:1:1 warning types.naive_time: deal.AT takes an instant, and this is a local time without a zone | write $localTime(…, "Europe/Moscow") with the zone of its clock',
      'start',
    ],
    [
      'DONE',
      'start',
      'deal.DONE:1:1 error types.wrong_type: deal.DONE takes boolean, and this is text (local time) | convert it: … = "Y"',
      'start',
    ],
    [
      'TITLE',
      '["a", "b"]',
      'deal.TITLE:1:1 error types.list_into_single: deal.TITLE holds one value, and this is a list or may be one | take one with [0], or join them: $join(…, ", ")',
      'name',
    ],
    [
      'TITLE',
      '$source.items.name',
      'deal.TITLE:1:1 warning types.list_into_single: deal.TITLE holds one value, and this is a list or may be one | take one with [0], or join them: $join(…, ", ")',
      'name',
    ],
    [
      'MADE',
      'x',
      'test.yaml:1:1 error types.read_only: deal.MADE can only be read | remove it from fields',
      '$localTime(start, "Europe/Moscow")',
    ],
    [
      'STAGE',
      '"NWE"',
      'deal.STAGE:1:1 error types.unknown_option: "NWE" is no option of deal.STAGE | write "NEW", or `pipe discover --lock`',
      'name',
    ],
  ])('%s: %s', (field, value, finding, x) => {
    expect(
      findings({
        map: { ...map, x, start: 'start', amount: 'amount' },
        targets: [{ name: 'deal', fields: { [field]: value } }],
      }),
    ).toEqual([finding]);
  });

  it.each([
    ['SUM', 'sum'],
    ['SUM', '"12.5"'],
    ['AT', '$localTime($source.start, "Europe/Moscow")'],
    ['DONE', '"Y"'],
    ['DONE', '$source.paid'],
    ['TAGS', '["a", "b"]'],
    ['TAGS', '$source.items.name'],
    ['PHONE', '$phone(name)'],
    ['STAGE', 'stage'],
    ['STAGE', '"Успех"'],
    ['TITLE', '$source.items[0].name'],
    ['TITLE', 'sum'],
  ])('%s: %s is in order', (field, value) => {
    expect(fields({ [field]: value })).toEqual([]);
  });

  it('a stage of another funnel is an error, with a stage of this one', () => {
    expect(fields({ FUNNEL: '"0"', STAGE: '"C1:NEW"' })).toEqual([
      'deal.STAGE:1:1 error types.other_funnel: "C1:NEW" is no option of deal.STAGE where FUNNEL is "0": it belongs to "1" | write "NEW" | "WON", or `pipe discover --lock`',
    ]);
    expect(fields({ FUNNEL: '"1"', STAGE: '"C1:NEW"' })).toEqual([]);
    expect(fields({ STAGE: '"C1:NEW"' })).toEqual([]);
  });

  it('of a table each stage is looked at where it stands, and all at once where none will do', () => {
    const place = (line: number) => ({ file: 'table', line, column: 9 });
    const table = (values: Readonly<Record<string, string>>) => ({
      kind: 'table' as const,
      from: expressionText('status', 'x'),
      table: new Map(Object.entries(values)),
      placeOf: (key: string) => place(Object.keys(values).indexOf(key) + 1),
    });
    const of = (values: Readonly<Record<string, string>>) =>
      findings({ map: { ...map, x: table(values) }, targets: [{ name: 'deal', fields: { STAGE: 'x' } }] });
    expect(of({ a: 'NEW', b: 'WNO' })).toEqual([
      'table:2:9 error types.unknown_option: "WNO" is no option of deal.STAGE | write "WON", or `pipe discover --lock`',
    ]);
    expect(of({ a: 'IDENT', b: 'WEB' })).toEqual([
      'deal.STAGE:1:1 error types.unknown_option: "IDENT" is no option of deal.STAGE | write "NEW" | "WON" | "C1:NEW", or `pipe discover --lock`',
    ]);
  });

  it('what a new row must have is there and never nothing', () => {
    const all = (sketch: FlowSketch) =>
      told(compile(pipeline(sketch), { columns: () => columns, entity: () => entity }).findings);
    expect(all({ map, targets: [{ name: 'deal', fields: { TITLE: 'name' } }] })).toEqual([
      'test.yaml:1:1 error types.required_missing: a new deal needs MUST, and nothing is written to it | add MUST to fields, or write missing: skip',
    ]);
    expect(all({ map, targets: [{ name: 'deal', fields: { MUST: 'name' } }] })).toEqual([
      'deal.MUST:1:1 error types.required_nothing: a new deal needs MUST, and this may be nothing | put its record field under require, or give another value: $exists(x) ? x : …',
    ]);
    expect(all({ map, targets: [{ name: 'deal', fields: { MUST: '$exists(name) ? name : "none"' } }] })).toEqual([]);
    expect(all({ map, guard: '$empty(name)', targets: [{ name: 'deal', fields: { MUST: 'name' } }] })).toEqual([]);
  });

  it('a field that provision makes is a warning while it is not there, and looked at like others once it is', () => {
    const [flow] = pipeline({
      map,
      targets: [{ name: 'deal', fields: { TITEL: 'name', SUM: '$source.start' } }],
    }).flows;
    if (!flow) throw new Error('no flow');
    const provision = { type: 'text', apiOnly: false, options: [] };
    const targets = flow.targets.map((target) => ({
      ...target,
      missing: 'skip' as const,
      fields: (target.fields ?? []).map((mapping) => ({ ...mapping, provision })),
    }));
    const whole = { ...pipeline({ map }), flows: [{ ...flow, targets }] };
    expect(told(compile(whole, { columns: () => columns, entity: () => entity }).findings)).toEqual([
      'deal.SUM:1:1 error types.wrong_type: deal.SUM takes number, and this is text (local time) | convert it: $number(…)',
      'test.yaml:1:1 warning types.not_provisioned: deal has no field "TITEL" yet | write "TITLE" | `pipe provision`, then `pipe discover --lock`',
    ]);
  });

  it('child rows have the fields of their list, of its types', () => {
    const rows = (written: string) =>
      findings({ map: { ...map, items: 'items' }, targets: [{ name: 'deal', rows: written }] });
    expect(rows('[items.{ "NAME": name, "PRCE": price }]')).toEqual([
      'deal.rows:1:24 error types.no_such_field: "deal.items" has no field "PRCE" | write "PRICE"',
    ]);
    expect(rows('items.{ "NAME": name, "PRICE": name }')).toEqual([
      'deal.rows:1:32 warning types.maybe_no_number: deal.items.PRICE takes a number, and this is a text | write $number(…) round it',
    ]);
    expect(rows('items.name')).toEqual([
      'deal.rows:1:1 error types.not_rows: deal.items takes rows, and this is text | build an object for each row: items.{ … }',
    ]);
    expect(rows('[items.{ "NAME": name, "PRICE": $round(price, 2) }]')).toEqual([]);
  });

  it('a question is of the type of its field, and may ask for any of several values', () => {
    const by = (written: string) =>
      findings({ map: { ...map, items: 'items' }, targets: [{ name: 'deal', by: { STAGE: written } }] });
    expect(by('"NWE"')).toEqual([
      'deal.by:1:1 error types.unknown_option: "NWE" is no option of deal.STAGE | write "NEW", or `pipe discover --lock`',
    ]);
    expect(by('["NEW", "WON"]')).toEqual([]);
  });
});

describe('where nobody describes anything', () => {
  it('nothing is found', () => {
    const flow = {
      map: { ...map, x: 'patient.surnme + name' },
      targets: [{ name: 'deal', fields: { SUM: 'name', STAGE: '"NWE"' } }],
    };
    expect(told(compile(pipeline(flow)).findings)).toEqual([]);
  });
});

describe('a type', () => {
  const typeOf = (text: string) => {
    const read = readExpression(expressionText(text), 'test');
    if (!isExpression(read)) throw new Error(text);
    const { type } = typesOf(read, { input: typeOfFields(columns), variables: new Map() });
    return `${type.any ? 'any' : called(type)}, ${type.nothing}`;
  };

  it.each([
    ['items.price', 'number | list, maybe'],
    ['items[0].name', 'text, maybe'],
    ['items.price[]', 'list, maybe'],
    ['$exists(name) ? name : 0', 'text | number, never'],
    ['name = "x" ? name', 'text, maybe'],
    ['$map(items, function($i) { $i.price })', 'number | list, maybe'],
    ['$count(items)', 'number, never'],
    ['patient.phone.$phone($)', 'text, maybe'],
    ['$fullName(patient)', 'text, maybe'],
    ['*', 'any, unsaid'],
    ['unknown', 'nothing, maybe'],
    ['[1..3]', 'list, never'],
    ['items ~> $filter(function($i) { $i.price > 1 })', 'list | object, maybe'],
    ['{ "a": 1 }.a', 'number, never'],
  ])('of %s is %s', (text, type) => {
    expect(typeOf(text)).toBe(type);
  });
});

describe('a regular expression', () => {
  it.each([
    '(a+)+$',
    '(\\w+\\s?)*$',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '^(\\w|\\d)*$',
    '(\\w|\\d)+x',
    '^(?:.|\\s)*;',
    '(?:"[^"]*"|[^;]|")*$',
    '(а|[а-я])+!',
    '(a|b|ab)*$',
    '^(\\d\\d?)*$',
    '(\\d{2}|\\d{3})+x',
  ])('/%s/ is slow', (source) => {
    expect(slowRegex(new RegExp(source))).toBe(true);
  });

  it.each([
    '^\\d+$',
    '(\\w+,)+$',
    ',[^,]*$',
    '^(\\d{3}-)*\\d+$',
    '(abc)+',
    '^\\+?[0-9 ()-]{7,}$',
    '(\\w|\\d)*',
    '^(a|b)*$',
    '^(ab|a)*$',
    '^(.|\\n)*$',
    '(?:"[^"]*"|[^"])*$',
    '^(\\d{4}|\\d{2}-\\d{2})*$',
    '^([^,]|,\\s)*$',
    '(?:(?!\\d)\\w|\\d)*$',
    '(\\+7|8)?[\\s-]?(\\d[\\s-]?)*$',
  ])('/%s/ is not', (source) => {
    expect(slowRegex(new RegExp(source))).toBe(false);
  });
});
