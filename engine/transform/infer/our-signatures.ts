import { functions } from '../functions.ts';
import type { Kind as ArgumentKind } from '../functions.ts';
import type { Signature } from './signatures.ts';
import { any, boolean, fieldOf, nothing, number, text, withNothing, worst } from './type.ts';
import type { Format, Kind, Nothing, Type } from './type.ts';

const kindsOf: Readonly<Record<ArgumentKind, readonly Kind[]>> = {
  text: ['text'],
  number: ['number'],
  boolean: ['boolean'],
  object: ['object'],
  scalar: ['text', 'number'],
  any: [],
};

const formatted = (format: Format): Type => ({ nothing: 'never', text: { format } });

/** Nothing comes from nothing, and from blank text, of which no source says that there is none. */
function blankable(type: Type): Signature['gives'] {
  return ([first = any]) => withNothing(type, worst(['unsaid', first.nothing]));
}

const from =
  (type: Type): Signature['gives'] =>
  ([first = any]) =>
    withNothing(type, first.nothing);

const gives: Readonly<Record<string, Signature['gives']>> = {
  phone: blankable(formatted('phone')),
  fullName: ([person = any]) => withNothing(formatted('words'), nameNothing(person)),
  sameName: () => boolean,
  localTime: blankable(formatted('datetime')),
  date: blankable(formatted('date')),
  age: blankable(number),
  digits: blankable(text),
  empty: () => boolean,
  bytes: from(number),
  cut: from(text),
  hash: from(text),
  mask: blankable(text),
  assert: () => nothing,
};

/** There is a name where one of its parts is. */
function nameNothing({ object, any: isAny, nothing: given }: Type): Nothing {
  if (isAny || !object) return given === 'maybe' ? 'maybe' : 'unsaid';
  const parts = ['surname', 'name', 'patronymic'].map((part) => fieldOf(object, part).nothing);
  const best = parts.includes('never') ? 'never' : parts.every((part) => part === 'maybe') ? 'maybe' : 'unsaid';
  return worst([given, best]);
}

/** Our functions (language.md §5). */
export const ourSignatures: ReadonlyMap<string, Signature> = new Map(
  Object.entries(functions).map(([name, { takes }]): [string, Signature] => [
    name,
    { takes: takes.map((kind) => ({ kinds: kindsOf[kind] })), gives: gives[name] ?? (() => any) },
  ]),
);
