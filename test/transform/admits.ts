import type { Value } from '../../engine/connector.ts';
import { any, boolean, fieldOf, listOf, nothing, number, text, union } from '../../engine/transform/infer/type.ts';
import type { Type } from '../../engine/transform/infer/type.ts';

/** Whether a value is of a type. */
export function admits(type: Type, value: Value | undefined): boolean {
  if (type.any) return true;
  switch (typeof value) {
    case 'undefined':
      return type.nothing !== 'never';
    case 'string':
      return type.text !== undefined && (type.text.literals?.some((literal) => literal.value === value) ?? true);
    case 'number':
      return type.number !== undefined && (type.number.literals?.some((literal) => literal.value === value) ?? true);
    case 'boolean':
      return type.boolean === true;
    default:
      return Array.isArray(value) ? admitsList(type, value as readonly Value[]) : admitsObject(type, value);
  }
}

function admitsList({ list }: Type, values: readonly Value[]): boolean {
  return list !== undefined && values.every((item) => admits(list.item, item));
}

function admitsObject({ object }: Type, value: object): boolean {
  if (!object) return false;
  const row = value as Readonly<Record<string, Value>>;
  const names = new Set([...Object.keys(row), ...object.fields.keys()]);
  return [...names].every((name) => admits(fieldOf(object, name), row[name]));
}

/** The type of data as it lies there; null, which the language does not have, may be anything. */
export function typeOfData(data: unknown): Type {
  switch (typeof data) {
    case 'undefined':
      return nothing;
    case 'string':
      return text;
    case 'number':
      return number;
    case 'boolean':
      return boolean;
    case 'object': {
      if (data === null) return any;
      if (Array.isArray(data)) return listOf(data.length > 0 ? union(data.map(typeOfData)) : nothing);
      const fields = Object.entries(data).map(([name, item]): [string, Type] => [name, typeOfData(item)]);
      return { nothing: 'never', object: { fields: new Map(fields), open: false } };
    }
    default:
      return any;
  }
}
