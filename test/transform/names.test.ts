import { describe, expect, it } from 'vitest';
import { isParsed, parse } from '../../engine/transform/parse.ts';
import { namesOf } from '../../engine/transform/names.ts';

function names(text: string) {
  const parsed = parse(text);
  if (!isParsed(parsed)) throw new Error(`does not parse: ${text}`);
  return namesOf(parsed.root, text);
}

/** `patient.phone`, `$found.ID`, `?$found.ID` where only its presence is asked. */
function reads(text: string): readonly string[] {
  return names(text).reads.map(({ variable, path, presence }) => {
    return (presence ? '?' : '') + [...(variable === '' ? [] : [`$${variable}`]), ...path].join('.');
  });
}

describe('the names of an expression', () => {
  it.each([
    ['uniqueId', ['uniqueId']],
    ['patient.phone', ['patient.phone']],
    ['`ID пациента`.x', ['ID пациента.x']],
    ['"F" & $params.filial & "_" & id', ['$params.filial', 'id']],
    ['$', ['']],
    ['$$.a', ['a']],
    ['$.a', ['a']],
    ['$fullName($)', ['']],
    ['true ? a : b.c', ['a', 'b.c']],
    ['a ?? $found.B', ['a', '$found.B']],
    ['a ?: b', ['a', 'b']],
    ['-a + b % 2', ['a', 'b']],
    ['[a, $x]', ['a', '$x']],
    ['*', ['']],
    ['$found.*', ['$found']],
    ['visits.count ~> $string()', ['visits.count']],
    ['name ~> $uppercase', ['name']],
    ['$join(items.name, ", ")', ['items.name']],
  ])('%s reads %j', (text, expected) => {
    expect(reads(text)).toEqual(expected);
  });

  it.each([
    ['items[price > 0].name', ['items.name', 'items.price']],
    ['items.{ "PRICE": price - (discount ? discount / count : 0) }', ['items.price', 'items.discount', 'items.count']],
    ['items{ kind: $sum(price) }', ['items.kind', 'items.price']],
    ['items^(>price).name', ['items.price', 'items.name']],
    ['items.(a; b)', ['items.a', 'items.b']],
    ['items[0].name', ['items.name']],
    ['items.tags.%.name', ['items.name']],
    ['$found.{ "a": ID }', ['$found.ID']],
    ['$found[STAGE_ID = stage].ID', ['$found.ID', '$found.STAGE_ID', '$found.stage']],
    ['(a & b).x', ['a', 'b']],
    ['$map(items, function($i) { $i.price * rate })', ['items', 'items.price', 'rate']],
    ['$filter(items, function($i, $n) { $n > 0 and $i.x })[0].y', ['items', 'items.x']],
    ['$reduce(items, function($sum, $i) { $sum + $i.price }, 0)', ['items', 'items.price']],
    ['$split(tags, ",").x', ['tags']],
    ['items.($sum(price) + $$.base)', ['items.price', 'base']],
    ['$ ~> |items|{ "price": price * 2 }|', ['']],
  ])('%s has its names where they belong: %j', (text, expected) => {
    expect([...reads(text)].sort()).toEqual([...expected].sort());
  });

  it.each([
    ['($x := patient; $x.name)', ['patient', 'patient.name']],
    ['($f := $found; $f.STAGE_ID)', ['$found.STAGE_ID']],
    ['($g := function($n) { $n <= 1 ? 1 : $n * $g($n - 1) }; $g(size))', ['size']],
    ['items@$i.tags#$n[$n > 0].($i.name & label)', ['items.name', 'tags.label']],
    ['($x := unused; 1)', ['unused']],
    ['($x := 1; $x) + $x', ['$x']],
    ['function($x) { $x & y }(z)', ['y', 'z']],
  ])('%s follows variables bound inside: %j', (text, expected) => {
    expect([...reads(text)].sort()).toEqual([...expected].sort());
  });

  it.each([
    ['$exists($found.ID)', ['?$found.ID']],
    ['$empty($found) or $found.ID = id', ['?$found', '$found.ID', 'id']],
    ['$exists(a) ? a', ['?a', 'a']],
  ])('%s tells asking for presence from reading: %j', (text, expected) => {
    expect(reads(text)).toEqual(expected);
  });

  it('says where a name begins, in code units', () => {
    const text = '$sameName($found.`Имя 🙂`, patient.name)';
    expect(names(text).reads.map(({ offset, length }) => text.slice(offset, offset + length))).toEqual([
      '$found',
      'patient',
    ]);
  });

  it('counts the arguments of calls, the piped one too', () => {
    const calls = names('$phone(a) & (b ~> $cut(5)) & foo(1) & $f(?, 1)').calls;
    expect(calls.map(({ name, given, bare, partial }) => [name, given, bare, partial])).toEqual([
      ['phone', 1, false, false],
      ['cut', 2, false, false],
      ['foo', 1, true, false],
      ['f', 2, false, true],
    ]);
  });
});
