import type { ExpressionText, Pipeline } from '../../engine/config/pipeline.ts';
import type { Field } from '../../engine/connector.ts';
import type { Place } from '../../engine/diagnostics.ts';
import { nodes, textOf } from '../../engine/transform/ast.ts';
import type { Node } from '../../engine/transform/ast.ts';
import { isExpression, readExpression } from '../../engine/transform/expression.ts';
import type { Expression } from '../../engine/transform/expression.ts';
import { spanOf } from '../../engine/transform/infer/span.ts';
import type { Knowledge } from '../../engine/transform/surroundings.ts';

/** One edit of a pipeline file that makes it wrong. */
export interface Mistake {
  readonly kind: string;
  /** What is replaced, in code units of the file. */
  readonly offset: number;
  readonly length: number;
  readonly instead: string;
}

/** Every mistake of these kinds that the file has room for. */
export function mistakesIn(text: string, pipeline: Pipeline, knowledge: Knowledge): readonly Mistake[] {
  const at = offsets(text);
  return [...inExpressions(pipeline, at), ...inTargets(text, pipeline, knowledge, at), ...inFlows(text, pipeline, at)];
}

/** Names that a flow itself says. */
function inFlows(text: string, pipeline: Pipeline, at: OffsetOf): readonly Mistake[] {
  return pipeline.flows.flatMap(({ key, keyPlace, require, source: { window, windowPlace } }) => [
    ...replaced(text, at(keyPlace), key, typo(key), 'a misspelt key'),
    ...require.flatMap(({ field, place }) =>
      replaced(text, at(place), field, typo(field), 'a misspelt field in require'),
    ),
    ...(window && windowPlace
      ? replaced(text, at(windowPlace), window.field, typo(window.field), 'a misspelt column of the cursor')
      : []),
  ]);
}

type OffsetOf = (place: Place) => number;

function offsets(text: string): OffsetOf {
  const lines = text.split('\n');
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return ({ line, column }) =>
    (starts[line - 1] ?? 0) + [...(lines[line - 1] ?? '')].slice(0, column - 1).join('').length;
}

// ---- in expressions -------------------------------------------------------------------------------------------------

/** Every expression of a pipeline once, however deep it stands. */
export function expressionsOf(pipeline: Pipeline): readonly Expression[] {
  const found = new Map<string, Expression>();
  const seen = new Set<unknown>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (isText(value)) {
      const read = readExpression(value, 'mistakes');
      const { line, column } = value.place();
      if (isExpression(read)) found.set(`${line}:${column}`, read);
      return;
    }
    for (const part of value instanceof Map ? value.values() : Object.values(value)) walk(part);
  };
  walk(pipeline.flows);
  return [...found.values()];
}

function isText(value: object): value is ExpressionText {
  return 'text' in value && 'place' in value && typeof value.place === 'function';
}

function inExpressions(pipeline: Pipeline, at: OffsetOf): readonly Mistake[] {
  return expressionsOf(pipeline).flatMap((expression) =>
    [...nodes(expression.root)].flatMap((node) => inNode(node, expression, at)),
  );
}

/** A mistake at a node; in a text that YAML escapes, or that goes over lines, none is made. */
function inNode(node: Node, { source }: Expression, at: OffsetOf): readonly Mistake[] {
  const made = (of: Node, kind: string, instead: string): Mistake => {
    const { offset, length } = spanOf(of, source.text);
    const [start, end] = [source.place(offset), source.place(offset + length)];
    return { kind, offset: at(start), length: Math.max(0, at(end) - at(start)), instead };
  };
  switch (node.type) {
    case 'name':
      return [made(node, 'a misspelt field', typo(textOf(node)))];
    case 'variable':
      return ['', '$'].includes(textOf(node)) ? [] : [made(node, 'a misspelt variable', `$${typo(textOf(node))}`)];
    case 'function':
      return inCall(node, made, source.text);
    case 'binary':
      return inOperation(node, made);
    case 'regex':
      return [made(node, 'a regular expression that backtracks', '/(,+)+$/')];
    default:
      return [];
  }
}

type Make = (node: Node, kind: string, instead: string) => Mistake;

const takesText = new Set([
  'phone',
  'trim',
  'sameName',
  'localTime',
  'length',
  'substring',
  'contains',
  'substringBefore',
  'bytes',
]);

function inCall(node: Node, made: Make, text: string): readonly Mistake[] {
  const { procedure, arguments: given = [] } = node;
  const name = textOf(procedure);
  const [first] = given;
  if (procedure?.type !== 'variable' || !first) return [];
  const misspelt = made(procedure, 'an unknown function', `$${typo(name)}`);
  // The whole call is what is wrong then.
  const { offset, length } = spanOf(first, text);
  const whole = { ...node, arguments: [first] };
  const rest = text.slice(offset + length, spanOf(whole, text).offset + spanOf(whole, text).length);
  const more = made(whole, 'a wrong number of arguments', `$${name}(1, 2, 3, 4, 5${rest}`);
  // $phone takes numbers too.
  const wrong = takesText.has(name) ? [made(first, 'an argument of a wrong type', '[true]')] : [];
  const number = name === 'round' ? [made(first, 'an argument of a wrong type', '"7"')] : [];
  return [misspelt, more, ...wrong, ...number];
}

function inOperation(node: Node, made: Make): readonly Mistake[] {
  const { rhs } = node;
  const operator = textOf(node);
  if (!rhs) return [];
  if (['+', '-', '*', '/'].includes(operator)) return [made(rhs, 'reckoning with a text', '"7"')];
  if (['<', '>', '<=', '>='].includes(operator)) return [made(rhs, 'an order of different types', '"7"')];
  if (operator === '=' && rhs.type === 'string') return [made(rhs, 'a comparison of different types', '7')];
  return [];
}

// ---- in the keys and values of targets ------------------------------------------------------------------------------

function inTargets(text: string, pipeline: Pipeline, knowledge: Knowledge, at: OffsetOf): readonly Mistake[] {
  return pipeline.flows
    .flatMap((flow) =>
      flow.targets.flatMap((target) => {
        const entity = knowledge.entity?.(target);
        const fields = new Map(entity?.fields.map((field) => [field.name, field]));
        const makes = target.ddl === 'create' || target.ddl === 'evolve';
        const keys =
          makes || !entity
            ? []
            : [
                ...(target.fields ?? []).map((mapping) => ({
                  name: mapping.field,
                  place: mapping.place,
                  kind: 'a misspelt field of the target',
                })),
                ...target.match.flatMap(({ by }) =>
                  by.map(({ field, place }) => ({ name: field, place, kind: 'a misspelt field in by' })),
                ),
                ...target.match.flatMap(({ order }) =>
                  order.flatMap(({ field, place, descending }) =>
                    place
                      ? [{ name: `${descending ? '-' : ''}${field}`, place, kind: 'a misspelt field in order' }]
                      : [],
                  ),
                ),
                ...target.rows.map(({ list, place }) => ({ name: list, place, kind: 'a misspelt list' })),
                ...(target.fields ?? []).flatMap(({ reference }) =>
                  (reference?.by ?? []).flatMap(({ field, place }) =>
                    place ? [{ name: field, place, kind: 'a misspelt field of a reference' }] : [],
                  ),
                ),
              ];
        const misspelt = keys.flatMap(({ name, place, kind }) => replaced(text, at(place), name, typo(name), kind));
        const values = (target.fields ?? []).flatMap((mapping) => {
          const field = fields.get(mapping.field);
          const [only] = mapping.items;
          if (!field || !only || mapping.items.length > 1) return [];
          const { value } = only;
          if (value.kind === 'const')
            return value.place ? constMistakes(text, at(value.place), String(value.value), field) : [];
          if (value.kind !== 'expression' || value.expression.text.includes('\n')) return [];
          const { expression } = value;
          return valueMistakes(text, at(expression.place()), expression.text, field);
        });
        const readOnly = entity?.fields.find((field) => field.readOnly && !field.name.startsWith('UF_'))?.name;
        const forbidden =
          readOnly === undefined
            ? []
            : (target.fields ?? [])
                .filter(
                  ({ field }) =>
                    !target.match.some(({ by }) => by.some((one) => one.field === field)) &&
                    !target.key.includes(field) &&
                    !target.guards.some((guard) => 'only' in guard || 'keep' in guard),
                )
                .flatMap((mapping) =>
                  replaced(text, at(mapping.place), mapping.field, readOnly, 'a field that is only read'),
                );
        return [...misspelt, ...values, ...forbidden];
      }),
    )
    .concat(
      pipeline.flows.flatMap((flow) => tableMistakes(text, flow.map, at)),
      paramMistakes(text, pipeline, at),
    );
}

function constMistakes(text: string, offset: number, value: string, { options = [] }: Field): readonly Mistake[] {
  if (options.length === 0) return [];
  return replaced(text, offset, value, typo(value), 'an option that does not exist');
}

function valueMistakes(text: string, offset: number, written: string, { type, multiple }: Field): readonly Mistake[] {
  const made = (instead: string, kind: string) => replaced(text, offset, written, instead, kind);
  const single = !multiple && type !== 'json' && type !== 'phones' && type !== 'emails';
  const inQuotes = `'[${written.replaceAll("'", "''")}]'`;
  const list = single && !/[\s'"]/.test(written) ? made(inQuotes, 'a list into a single field') : [];
  if (type === 'number' || type === 'integer')
    return [
      ...list,
      ...made('$fullName($source.doctor)', 'a text into a number'),
      ...made('$source.planStart', 'a time into a number'),
    ];
  if (type === 'datetime' || type === 'date') return [...list, ...made('$source.amount', 'a number into a time')];
  if (type === 'id') return [...list, ...made('$exists($source.id)', 'true or false into an id')];
  return list;
}

/** Stages that a table of the map gives, and that a field of the target takes. */
function tableMistakes(text: string, map: Pipeline['flows'][number]['map'], at: OffsetOf): readonly Mistake[] {
  return [...(map?.values() ?? [])].flatMap(({ value }) => {
    if (value.kind !== 'table') return [];
    const written = [...value.table].map(([key, one]) => ({ one, place: value.placeOf?.(key) }));
    const other = value.otherwise ? [{ one: value.otherwise.value, place: value.otherwise.place }] : [];
    return [...written, ...other].flatMap(({ one, place }) =>
      place
        ? [
            ...replaced(text, at(place), String(one), typo(String(one)), 'a stage that does not exist'),
            ...replaced(text, at(place), String(one), 'C1:NEW', 'a stage of another funnel'),
          ]
        : [],
    );
  });
}

/** Stages in params. */
function paramMistakes(text: string, { params, values }: Pipeline, at: OffsetOf): readonly Mistake[] {
  return [...params.values()].flatMap((param) => {
    const list = values[param.name];
    if (param.type !== 'list' || !Array.isArray(list)) return [];
    return list.flatMap((one: unknown) => {
      const place = typeof one === 'string' ? param.placeOf?.(one) : undefined;
      return place
        ? replaced(text, at(place), String(one), typo(String(one)), 'a stage that does not exist, in a param')
        : [];
    });
  });
}

/** Only what stands there in these very words. */
function replaced(text: string, offset: number, name: string, instead: string, kind: string): readonly Mistake[] {
  if (!text.startsWith(name, offset)) return [];
  return [{ kind, offset, length: name.length, instead }];
}

/** Two neighbours swapped, as fingers do; a letter doubled where they are the same. */
export function typo(name: string): string {
  for (let i = Math.floor(name.length / 2); i < name.length - 1; i++) {
    const [a = '', b = ''] = [name[i], name[i + 1]];
    if (a !== b && /[\p{L}\p{N}]/u.test(a) && /[\p{L}\p{N}]/u.test(b))
      return `${name.slice(0, i)}${b}${a}${name.slice(i + 2)}`;
  }
  return `${name}${name.at(-1) ?? 'x'}`;
}
