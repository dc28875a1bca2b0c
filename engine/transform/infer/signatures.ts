import type { Kind, Type } from './type.ts';
import {
  any,
  boolean,
  fieldOf,
  isNothing,
  isOnly,
  kindsOf,
  listOf,
  number,
  openObject,
  optional,
  sequenceOf,
  text,
  union,
  withNothing,
  worst,
} from './type.ts';

/** What a parameter takes; `list`: a list of them, or one alone. No kinds: anything. */
export interface Parameter {
  readonly kinds: readonly Kind[];
  readonly list?: true;
}

export interface Signature {
  readonly takes: readonly Parameter[];
  /** The first argument may be left out and is then the context. */
  readonly context?: true;
  gives(given: readonly Type[]): Type;
}

type Gives = Signature['gives'];

const letters: Readonly<Record<string, Kind>> = {
  s: 'text',
  n: 'number',
  b: 'boolean',
  a: 'list',
  o: 'object',
  f: 'function',
};

/** `s-(sf)n?`, as JSONata's own signatures have it (https://docs.jsonata.org/embedding-extending#function-signature-syntax). */
export function parameters(written: string): Pick<Signature, 'takes' | 'context'> {
  const parts = written.match(/\([a-z]+\)|a<[a-z]>|[a-z]/g) ?? [];
  const takes = parts.map((part): Parameter => {
    if (part.startsWith('a<')) return { kinds: kindsIn(part.slice(2)), list: true };
    // One value is a list of one where a list is wanted.
    return part === 'a' ? { kinds: [] } : { kinds: kindsIn(part) };
  });
  return { takes, ...(written.includes('-') && { context: true as const }) };
}

function kindsIn(part: string): readonly Kind[] {
  return part.split('').flatMap((letter) => letters[letter] ?? []);
}

/** Nothing where the first argument is. */
function from(type: Type): Gives {
  return ([first]) => withNothing(type, first?.nothing ?? 'unsaid');
}

/** Nothing where one of them is. */
function ofAll(type: Type): Gives {
  return (given) => withNothing(type, worst(given.map(({ nothing }) => nothing)));
}

const always =
  (type: Type): Gives =>
  () =>
    type;

/** Items of a list, or the one value that stands for it. */
export function itemOf(type: Type): Type {
  if (type.any) return any;
  const { list, ...single } = type;
  const parts = [...(list ? [list.item] : []), ...(kindsOf(single).length > 0 ? [single] : [])];
  return parts.length > 0 ? { ...union(parts), nothing: 'never' } : { nothing: 'never' };
}

const asList: Gives = ([given = any]) => {
  if (given.any) return any;
  return { ...listOf(itemOf(given)), nothing: given.nothing };
};

const eachOf: Gives = ([list = any, fn]) => {
  const made = resultOf(fn, [itemOf(list), number, list]);
  return isNothing(list) ? list : sequenceOf(made);
};

/** What a function gives for these arguments. */
function resultOf(fn: Type | undefined, given: readonly Type[]): Type {
  return fn?.function?.call(given) ?? any;
}

const filtered: Gives = ([list = any, fn]) => {
  resultOf(fn, [itemOf(list), number, list]);
  return list.any ? any : sequenceOf(itemOf(list));
};

const reduced: Gives = ([list = any, fn, start]) => {
  const made = resultOf(fn, [any, itemOf(list), number, list]);
  return optional(union([made, start ?? itemOf(list)]));
};

const sorted: Gives = (given) => {
  const [list = any, fn] = given;
  if (fn) resultOf(fn, [itemOf(list), itemOf(list)]);
  return asList(given);
};

const ofObject: Gives = ([object = any, fn]) => {
  const fields = object.object && !object.object.open ? [...object.object.fields.values()] : undefined;
  const value = fields && isOnly(object, 'object') && fields.length > 0 ? union(fields) : any;
  return sequenceOf(resultOf(fn, [{ ...value, nothing: 'never' }, text, object]));
};

const lookedUp: Gives = ([object = any, key]) => {
  const [literal, ...more] = key?.text?.literals ?? [];
  if (!object.object || !isOnly(object, 'object') || !literal || more.length > 0) return any;
  return fieldOf(object.object, String(literal.value));
};

const appended: Gives = ([a = any, b = any]) => {
  if (isNothing(a)) return b;
  if (isNothing(b)) return a;
  if (a.any || b.any) return any;
  const both = listOf(union([itemOf(a), itemOf(b)]));
  // With one of them nothing the other is left as it is.
  const alone = [...(b.nothing === 'never' ? [] : [a]), ...(a.nothing === 'never' ? [] : [b])];
  const nothings = [a.nothing, b.nothing];
  return withNothing(union([both, ...alone]), nothings.includes('never') ? 'never' : worst(nothings));
};

const filteredObject: Gives = ([object = any, fn]) => {
  if (fn) resultOf(fn, [any, text, object]);
  return optional(openObject);
};

const written: readonly (readonly [names: string, takes: string, gives: Gives])[] = [
  ['sum', 'a<n>', from(number)],
  ['max min average', 'a<n>', always(optional(number))],
  ['count', 'a', always(number)],
  ['string', 'x-b?', from(text)],
  ['substring', 's-nn?', from(text)],
  ['substringBefore substringAfter', 's-s', from(text)],
  ['lowercase uppercase trim', 's-', from(text)],
  ['base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl', 's-', from(text)],
  ['length', 's-', from(number)],
  ['pad', 's-ns?', from(text)],
  ['match', 's-fn?', always(sequenceOf(openObject))],
  ['contains', 's-(sf)', ofAll(boolean)],
  ['replace', 's-(sf)(sf)n?', from(text)],
  ['split', 's-(sf)n?', from(listOf(text))],
  ['join', 'a<s>s?', from(text)],
  ['formatNumber', 'n-so?', from(text)],
  ['formatBase', 'n-n?', from(text)],
  ['formatInteger', 'n-s', from(text)],
  ['parseInteger', 's-s', from(number)],
  ['number', '(nsb)-', from(number)],
  ['floor ceil abs sqrt', 'n-', from(number)],
  ['round', 'n-n?', from(number)],
  ['power', 'n-n', from(number)],
  ['boolean not', 'x-', from(boolean)],
  ['map', 'af', eachOf],
  ['filter', 'af', filtered],
  ['single', 'af?', ([list = any, fn]) => (fn && resultOf(fn, [itemOf(list), number, list]), optional(itemOf(list)))],
  ['reduce', 'afx?', reduced],
  ['sift', 'o-f?', filteredObject],
  ['each', 'o-f', ofObject],
  ['keys', 'x-', always(sequenceOf(text))],
  ['lookup', 'x-s', lookedUp],
  ['append', 'xx', appended],
  ['exists', 'x', always(boolean)],
  ['spread', 'x-', always(any)],
  ['merge', 'a<o>', from(openObject)],
  ['reverse', 'a', asList],
  ['sort', 'af?', sorted],
  ['shuffle', 'a', asList],
  ['zip', 'a', always(listOf(any))],
  ['distinct', 'x', ([given = any]) => given],
  ['type', 'x', from(text)],
  ['now', 's?s?', always(text)],
  ['millis random', '', always(number)],
  // A text that is not of the picture is no time.
  ['toMillis', 's-s?', (given) => (given.length > 1 ? optional(number) : from(number)(given))],
  ['fromMillis', 'n-s?s?', from(text)],
  ['clone', '(oa)-', ([given = any]) => given],
];

/** JSONata's own functions. */
export const signatures: ReadonlyMap<string, Signature> = new Map(
  written.flatMap(([names, takes, gives]) =>
    names.split(' ').map((name): [string, Signature] => [name, { ...parameters(takes), gives }]),
  ),
);
