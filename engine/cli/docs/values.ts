import type { FieldMapping, MapValue } from '../../config/pipeline.ts';
import { code } from './markdown.ts';

/** A value as the file has it. */
export function valueText(value: MapValue): string {
  switch (value.kind) {
    case 'expression':
      return code(value.expression.text);
    case 'const':
      return code(JSON.stringify(value.value));
    case 'table': {
      const { from, table, otherwise } = value;
      const entries = [...table].map(([key, each]) => `${code(key)} → ${code(String(each))}`);
      const rest = otherwise ? [`… → ${code(String(otherwise.value))}`] : [];
      return `${code(from.text)}: ${[...entries, ...rest].join(', ')}`;
    }
    default:
      return value satisfies never;
  }
}

/** What a field of a target is written with. */
export function mappingText({ items, reference }: FieldMapping): string {
  if (reference) {
    const by = reference.by.map(({ field, expression }) => `${code(field)} = ${code(expression.text)}`).join(', ');
    return `${code(reference.take)} ← ${code(reference.table)} (${by})`;
  }
  return items.map(({ value, type }) => `${valueText(value)}${type === undefined ? '' : ` (${type})`}`).join(', ');
}
