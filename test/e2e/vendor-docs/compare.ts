import type { Documentation, MethodPage, Named } from './documentation.ts';
import type { Exchange } from './wire.ts';

/** What differs, as `crm.deal.add sends fields.X`: one line for each name, however often it came. */
export type Finding = string;

type Keyed = Readonly<Record<string, unknown>>;

/** Holds one exchange against the page of its method. */
export function compare(docs: Documentation, exchange: Exchange): readonly Finding[] {
  const page = docs.page(exchange.method);
  if (page === undefined) return [`${exchange.method} has no page`];
  const isError = 'error' in exchange.answer;
  const found = [...request(docs, page, exchange), ...(isError ? refusal(exchange) : answer(docs, page, exchange))];
  return found.map((finding) => `${exchange.method} ${finding}`);
}

function request(docs: Documentation, page: MethodPage, { params }: Exchange): readonly Finding[] {
  const known = Map.groupBy(page.params, ({ name }) => name.toLowerCase());
  const sent = new Set(Object.keys(params).map((name) => name.toLowerCase()));
  const missing = page.params.filter(({ name, required }) => required === true && !sent.has(name.toLowerCase()));
  return [
    ...missing.map(({ name }) => `leaves out ${name}`),
    ...Object.entries(params).flatMap(([name, value]) => {
      const [first, ...more] = known.get(name.toLowerCase()) ?? [];
      if (first === undefined) return [`sends ${name}`];
      // The portal folds the case of names, and a page may have two that differ in nothing else (department.get).
      const param = [first, ...more].find((one) => fits(one, value));
      if (param === undefined) return [`sends ${name} as something else than ${first.base}`];
      return inside(docs, page, param, value).map((inner) => `sends ${param.name}.${inner}`);
    }),
  ];
}

/** PHP takes a number for a text and a list for a map, but no scalar for either of these. */
function fits({ base }: Named, value: unknown): boolean {
  const isContainer = typeof value === 'object' && value !== null;
  if (base === 'any') return true;
  if (base === 'array' || base === 'object') return isContainer;
  if (base === 'integer') return /^-?\d+$/.test(String(value));
  if (base === 'number') return Number.isFinite(Number(value));
  return !isContainer;
}

/** Names within a parameter that its page does not know. */
function inside(docs: Documentation, page: MethodPage, param: Named, value: unknown): readonly string[] {
  const def = page.defs[param.ref?.replace('#/defs/', '') ?? ''];
  if (def !== undefined) {
    // FIELDS of lists.element.add is called an array and is a map (lists-element-add.md).
    const isList = param.base === 'array' && Object.keys(Object(value)).every((key) => /^\d+$/.test(key));
    const objects = isList ? Object.values(Object(value)) : [value];
    return unknownNames(
      new Set(def.fields.map(({ name }) => name)),
      objects.flatMap((object) => Object.keys(Object(object))),
    );
  }
  if (!param.dynamic?.allowed || !['select', 'filter', 'order'].includes(param.name)) return [];
  const names = param.name === 'select' ? Object.values(Object(value)).map(String) : Object.keys(Object(value));
  return unknownNames(
    fieldsOf(docs, page),
    names.map((name) => name.replace(/^[!<>=%@]+/, '')).filter((name) => !/^(\*|UF_\*)$/.test(name)),
  );
}

/** Fields of the entity a list is of, from all the pages that name them. */
function fieldsOf(docs: Documentation, page: MethodPage): ReadonlySet<string> {
  const sisters = ['fields', 'get'].map((verb) => docs.page(page.method.replace(/[^.]+$/, verb)));
  const [row] = Object.values(Object(page.resultExample?.['result']));
  const names = sisters.flatMap((sister) => Object.keys(Object(sister?.resultExample?.['result'])));
  return new Set([...(page.entityFields ?? []), ...Object.keys(Object(row)), ...names]);
}

function unknownNames(known: ReadonlySet<string>, names: readonly string[]): readonly string[] {
  const anyUserField = [...known].some((name) => /^uf.*\.\.\.$|^PROPERTY_PropertyId$/i.test(name));
  return names.filter((name) => !known.has(name) && !(anyUserField && isPortalsOwn(name)));
}

/** User fields, properties of lists, their options and values, links to smart processes: every portal has others. */
function isPortalsOwn(name: string): boolean {
  return /^(UF_|ufCrm|PROPERTY_\d|PARENT_ID_\d|parentId\d|\d+$)/.test(name);
}

/** Two keys, and no `time` (https://apidocs.bitrix24.com/error-codes.html). */
function refusal({ answer: given }: Exchange): readonly Finding[] {
  const keys = Object.keys(given);
  const wanted = ['error', 'error_description'];
  return [...without(keys, wanted), ...without(wanted, keys)].map((key) => `differs in the error's ${key}`);
}

function answer(docs: Documentation, page: MethodPage, exchange: Exchange): readonly Finding[] {
  return [
    ...envelope(docs, page, exchange.answer),
    ...shape(shapeOf(exchange.answer['result']), documented(docs, page, exchange)),
  ];
}

/** `next` comes with the pages before the last one, and no example is of one of those. */
function envelope({ timeKeys }: Documentation, { resultExample, returns = [] }: MethodPage, given: Keyed): Finding[] {
  const keys = resultExample ? Object.keys(resultExample) : returns.map(({ name }) => name);
  const wanted = ['result', 'time', ...(keys.includes('total') ? ['total'] : [])];
  const mayHaveNext = wanted.includes('total') ? [...wanted, 'next'] : wanted;
  const [found, time] = [Object.keys(given), Object.keys(Object(given['time']))];
  return [
    ...without(found, mayHaveNext).map((key) => `answers ${key}`),
    ...without(wanted, found).map((key) => `does not answer ${key}`),
    ...without(time, timeKeys).map((key) => `answers time.${key}`),
    ...without(timeKeys, time).map((key) => `does not answer time.${key}`),
  ];
}

function without(names: Iterable<string>, others: Iterable<string>): readonly string[] {
  const excluded = new Set(others);
  return [...names].filter((name) => !excluded.has(name));
}

/** Paths of keys, lists as `[]`, with the types of the values: `[].ID` → `string`. */
type Shape = ReadonlyMap<string, ReadonlySet<string>>;

interface Expected {
  /** What has to be there, and what may be. */
  readonly all: Shape;
  readonly may: Shape;
}

/** Undefined where the page shows nothing that could be compared. */
function documented(docs: Documentation, page: MethodPage, { params }: Exchange): Expected | undefined {
  const example = page.resultExample?.['result'];
  if (example === undefined) return undefined;
  const of = exampleIsOf[page.method];
  if (of !== undefined && String(params['entityTypeId']) !== of) return undefined;
  const selected = params['select'] ?? params['SELECT'];
  if (selected === undefined) return { all: shapeOf(example), may: shapeOf(example) };
  // A row has what was selected; what it then looks like is on the page of the whole record.
  const whole = docs.page(page.method.replace(/list$/, 'get'))?.resultExample?.['result'];
  const may = new Map([...shapeOf([whole]), ...shapeOf(example)]);
  const names = new Set(Object.values(Object(selected)).map(String));
  const isSelected = (path: string): boolean => names.has(/^(?:items)?\[\]\.([^.[]+)/.exec(path)?.[1] ?? '');
  return { all: new Map([...shapeOf(example)].filter(([path]) => isSelected(path))), may };
}

/** The examples of crm.item.* are of one entity type each, that of crm.item.fields of a smart process. */
const exampleIsOf: Readonly<Record<string, string>> = {
  'crm.item.get': '1',
  'crm.item.list': '1',
  'crm.item.add': '2',
  'crm.item.update': '2',
  'crm.item.fields': '1248',
};

/** What rows of the vendor's own have that ours have not, or have as something else. */
export function unlike(ours: readonly unknown[], theirs: readonly unknown[]): readonly Finding[] {
  const [given, shown] = [shapeOf(ours), shapeOf(theirs)];
  return shape(given, { all: shown, may: new Map([...given, ...shown]) });
}

function shape(given: Shape, expected: Expected | undefined): readonly Finding[] {
  if (expected === undefined || given.size === 0) return [];
  const types = [...given].filter(([path, found]) => !agree(found, expected.may.get(path)));
  return [
    ...outermost(without(given.keys(), expected.may.keys())).map((path) => `answers ${path}`),
    ...outermost(without(expected.all.keys(), given.keys())).map((path) => `does not answer ${path}`),
    ...types.map(([path, found]) => `answers ${path} as ${[...found].join('|')}`),
  ];
}

/** What lies within a key that is named already need not be named too. */
function outermost(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => !paths.some((other) => path.startsWith(`${other}.`) || path.startsWith(`${other}[`)));
}

/** null says nothing about a type, and PHP's empty map is a list. */
function agree(given: ReadonlySet<string>, documentedTypes: ReadonlySet<string> | undefined): boolean {
  if (documentedTypes === undefined || documentedTypes.has('null') || documentedTypes.has('list')) return true;
  return [...given].every((type) => type === 'null' || type === 'list' || documentedTypes.has(type));
}

/** Objects whose keys are names of languages, or depend on the type of a field. */
const opaque: ReadonlySet<string> = new Set([
  'EDIT_FORM_LABEL',
  'LIST_COLUMN_LABEL',
  'LIST_FILTER_LABEL',
  'ERROR_MESSAGE',
  'HELP_MESSAGE',
  'SETTINGS',
]);

/** The pages have it (crm-deal-fields.md, crm-item-add.md), what was read from them by machine has it nowhere. */
const notExtracted = 'title';

function shapeOf(value: unknown): Shape {
  const shapes = new Map<string, Set<string>>();
  collect(value, '', shapes);
  return shapes;
}

function collect(value: unknown, path: string, into: Map<string, Set<string>>): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, `${path}[]`, into);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (isPortalsOwn(key) || key === notExtracted) continue;
    const at = path === '' ? key : `${path}.${key}`;
    into.set(at, (into.get(at) ?? new Set<string>()).add(typeOf(inner)));
    if (!opaque.has(key)) collect(inner, at, into);
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}
