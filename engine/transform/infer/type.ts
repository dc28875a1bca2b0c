import type { FieldOption, Value } from '../../connector.ts';
import type { Place } from '../../diagnostics.ts';

/**
 * What a value of an expression may be: a member for each kind of value it may take, and whether it may be nothing. A
 * type without members is nothing itself; `any` is all that is known where nobody says (and then nothing is found).
 */
export interface Type {
  /** `never`: there is always a value. `maybe`: the source or the expression says there may be none. `unsaid`: nobody says. */
  readonly nothing: Nothing;
  readonly any?: true;
  readonly text?: TextType;
  readonly number?: NumberType;
  readonly boolean?: true;
  readonly list?: ListType;
  readonly object?: ObjectType;
  readonly function?: FunctionType;
}

export type Nothing = 'never' | 'unsaid' | 'maybe';

export type Kind = 'text' | 'number' | 'boolean' | 'list' | 'object' | 'function';

export const kinds: readonly Kind[] = ['text', 'number', 'boolean', 'list', 'object', 'function'];

export interface TextType {
  /** One of these, and no other. */
  readonly literals?: readonly Literal[];
  readonly format?: Format;
  /** A value of a field that has these options: the id of one. */
  readonly options?: readonly FieldOption[];
}

/** What a text is known to look like; a list of words that no number is. */
export type Format = 'date' | 'datetime' | 'naive' | 'phone' | 'words' | 'id';

export interface NumberType {
  readonly literals?: readonly Literal[];
}

/** A value that is written out, and where; what a param holds may be another in the next run. */
export interface Literal {
  readonly value: string | number;
  readonly place?: () => Place | undefined;
  readonly ofParam?: true;
}

export interface ListType {
  readonly item: Type;
  /** It is a list only where there are several: what a path over a list gives. */
  readonly melts?: true;
}

export interface ObjectType {
  readonly fields: ReadonlyMap<string, Type>;
  /** It may have other fields too. */
  readonly open: boolean;
  /** What people call it, where its fields are described: one that is not there is a mistake. */
  readonly called?: string;
}

export interface FunctionType {
  /** Its value for these arguments. */
  call(given: readonly Type[]): Type;
  readonly takes?: number;
}

export const any: Type = { nothing: 'unsaid', any: true };
export const nothing: Type = { nothing: 'maybe' };
export const text: Type = { nothing: 'never', text: {} };
export const number: Type = { nothing: 'never', number: {} };
export const boolean: Type = { nothing: 'never', boolean: true };
export const openObject: Type = { nothing: 'never', object: { fields: new Map(), open: true } };

export function listOf(item: Type, melts = false): Type {
  return { nothing: 'never', list: { item: present(item), ...(melts && { melts }) } };
}

/** What a path over a list gives: nothing, one item as it is, or a list of several. */
export function sequenceOf(item: Type): Type {
  if (item.any) return any;
  if (isNothing(item)) return nothing;
  return { ...union([item, listOf(item, true)]), nothing: 'maybe' };
}

export function isNothing(type: Type): boolean {
  return !type.any && kinds.every((kind) => type[kind] === undefined);
}

export function kindsOf(type: Type): readonly Kind[] {
  return kinds.filter((kind) => type[kind] !== undefined);
}

/** Of these kinds alone, as far as it is known. */
export function isOnly(type: Type, ...allowed: readonly Kind[]): boolean {
  return !type.any && kinds.every((kind) => type[kind] === undefined || allowed.includes(kind));
}

/** It is there, and of none of these kinds. */
export function isNever(type: Type, ...wanted: readonly Kind[]): boolean {
  return !type.any && !isNothing(type) && wanted.every((kind) => type[kind] === undefined);
}

export function present(type: Type): Type {
  return { ...type, nothing: 'never' };
}

export function optional(type: Type): Type {
  return { ...type, nothing: 'maybe' };
}

export function withNothing(type: Type, how: Nothing): Type {
  return { ...type, nothing: how };
}

/** `maybe` where one of them may be nothing. */
export function worst(all: readonly Nothing[]): Nothing {
  return all.includes('maybe') ? 'maybe' : all.includes('unsaid') ? 'unsaid' : 'never';
}

/** One of these. */
export function union(types: readonly Type[]): Type {
  const [only, ...more] = types;
  if (only && more.length === 0) return only;
  const nothingness = worst(types.map((type) => type.nothing));
  if (types.some((type) => type.any)) return { nothing: nothingness, any: true };
  return types.reduce<Type>((all, type) => ({ ...joined(all, type), nothing: nothingness }), { nothing: nothingness });
}

function joined(a: Type, b: Type): Omit<Type, 'nothing'> {
  const functions = a.function ?? b.function;
  const lists = a.list && b.list ? joinedLists(a.list, b.list) : (a.list ?? b.list);
  const objects = a.object && b.object ? joinedObjects(a.object, b.object) : (a.object ?? b.object);
  const texts = a.text && b.text ? joinedTexts(a.text, b.text) : (a.text ?? b.text);
  const numbers = a.number && b.number ? joinedNumbers(a.number, b.number) : (a.number ?? b.number);
  return {
    ...(texts && { text: texts }),
    ...(numbers && { number: numbers }),
    ...((a.boolean ?? b.boolean) && { boolean: true as const }),
    ...(lists && { list: lists }),
    ...(objects && { object: objects }),
    ...(functions && { function: a.function && b.function ? { call: () => any } : functions }),
  };
}

function joinedTexts(a: TextType, b: TextType): TextType {
  const literals = a.literals && b.literals && [...a.literals, ...b.literals];
  const options = a.options !== undefined && a.options === b.options ? a.options : undefined;
  return {
    ...(literals && { literals }),
    ...(a.format !== undefined && a.format === b.format && { format: a.format }),
    ...(options && { options }),
  };
}

function joinedNumbers(a: NumberType, b: NumberType): NumberType {
  return a.literals && b.literals ? { literals: [...a.literals, ...b.literals] } : {};
}

function joinedLists(a: ListType, b: ListType): ListType {
  return { item: union([a.item, b.item]), ...(a.melts && b.melts && { melts: true as const }) };
}

function joinedObjects(a: ObjectType, b: ObjectType): ObjectType {
  const names = new Set([...a.fields.keys(), ...b.fields.keys()]);
  const fields = [...names].map((name): [string, Type] => [name, union([fieldOf(a, name), fieldOf(b, name)])]);
  return {
    fields: new Map(fields),
    open: a.open || b.open,
    ...(a.called === b.called && a.called && { called: a.called }),
  };
}

/** A field of an object; one it does not have is nothing, unless it may have others. */
export function fieldOf({ fields, open }: ObjectType, name: string): Type {
  return fields.get(name) ?? (open ? any : nothing);
}

/** The type of a value that is written out. */
export function typeOfValue(value: Value, place?: (value: Value) => Place | undefined, ofParam?: true): Type {
  const literal = (one: string | number): Literal => ({
    value: one,
    ...(place && { place: () => place(one) }),
    ...(ofParam && { ofParam }),
  });
  switch (typeof value) {
    case 'string':
      return { nothing: 'never', text: { literals: [literal(value)] } };
    case 'number':
      return { nothing: 'never', number: { literals: [literal(value)] } };
    case 'boolean':
      return boolean;
    default:
      if (Array.isArray(value)) {
        const items = (value as readonly Value[]).map((item) => typeOfValue(item, place, ofParam));
        return listOf(items.length > 0 ? union(items) : nothing);
      }
      return {
        nothing: 'never',
        object: {
          open: false,
          fields: new Map(Object.entries(value).map(([name, item]) => [name, typeOfValue(item, place, ofParam)])),
        },
      };
  }
}

/** For people: `text`, `text or number`. */
export function called(type: Type): string {
  return kindsOf(type).join(' | ') || 'nothing';
}
