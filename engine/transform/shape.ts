import type { MapValue } from '../config/pipeline.ts';
import type { Field, FieldType, Value } from '../connector.ts';
import { bareName, textOf } from './ast.ts';
import type { Node } from './ast.ts';
import type { Expression } from './expression.ts';

/**
 * What a mapped value will look like, as far as the file says: a field that is taken as it is, a type, or nothing that
 * can be told. A table that is made for such values (`ddl`) gets its columns from it.
 */
export type Shape = { readonly field: string } | { readonly type: FieldType; readonly multiple?: true } | undefined;

export function shapeOf(value: MapValue, expression: Expression | undefined): Shape {
  switch (value.kind) {
    case 'const':
      return shapeOfValue(value.value);
    case 'table':
      return common([...value.table.values(), ...(value.otherwise ? [value.otherwise.value] : [])].map(shapeOfValue));
    case 'expression': {
      const name = expression && bareName(expression.root);
      return name === undefined ? expression && typeOf(expression.root) : { field: name };
    }
    default:
      return value satisfies never;
  }
}

export function shapeOfValue(value: Value): { readonly type: FieldType } {
  switch (typeof value) {
    case 'number':
      return { type: Number.isSafeInteger(value) ? 'integer' : 'number' };
    case 'boolean':
      return { type: 'boolean' };
    case 'object':
      return { type: 'json' };
    default:
      return { type: 'text' };
  }
}

/** A column that takes all of them: whole and other numbers are numbers, anything else that differs is text. */
export function common(shapes: readonly { readonly type: FieldType }[]): { readonly type: FieldType } | undefined {
  const types = new Set(shapes.map(({ type }) => type));
  const [only] = types;
  if (types.size <= 1) return only && { type: only };
  return { type: [...types].every((type) => type === 'integer' || type === 'number') ? 'number' : 'text' };
}

/** The field as a target would hold a value of this shape; what nothing is known of is text, which takes anything. */
export function fieldOfShape(shape: Shape, from: (name: string) => Field | undefined): Omit<Field, 'name'> {
  if (!shape) return { type: 'text' };
  if ('type' in shape) return shape;
  const field = from(shape.field);
  if (!field) return { type: 'text' };
  const { name: _name, required: _required, readOnly: _readOnly, optional: _optional, ...rest } = field;
  return rest;
}

const comparing: ReadonlySet<unknown> = new Set(['=', '!=', '<', '<=', '>', '>=', 'and', 'or', 'in']);
const reckoning: ReadonlySet<unknown> = new Set(['+', '-', '*', '/', '%']);

const results: Readonly<Record<string, FieldType>> = {
  number: 'number',
  round: 'number',
  sum: 'number',
  average: 'number',
  abs: 'number',
  power: 'number',
  sqrt: 'number',
  floor: 'integer',
  ceil: 'integer',
  count: 'integer',
  length: 'integer',
  bytes: 'integer',
  age: 'integer',
  boolean: 'boolean',
  not: 'boolean',
  exists: 'boolean',
  empty: 'boolean',
  contains: 'boolean',
  sameName: 'boolean',
  date: 'date',
  localTime: 'datetime',
};

function typeOf(node: Node): Shape {
  if (node.type === 'number') return { type: 'number' };
  if (node.type === 'value') return { type: 'boolean' };
  if (node.type === 'unary') return { type: node.value === '-' ? 'number' : 'json' };
  if (node.type === 'binary') {
    if (comparing.has(node.value)) return { type: 'boolean' };
    return reckoning.has(node.value) ? { type: 'number' } : { type: 'text' };
  }
  if (node.type === 'function') {
    const type = results[textOf(node.procedure)];
    return type && { type };
  }
  if (node.type === 'condition') return typeOfBranches(node);
  return undefined;
}

function typeOfBranches({ then, else: otherwise }: Node): Shape {
  const shapes = [then, otherwise].flatMap((branch) => (branch ? [typeOf(branch)] : []));
  const typed = shapes.flatMap((shape) => (shape && 'type' in shape ? [shape] : []));
  return typed.length === shapes.length ? common(typed) : undefined;
}
