import type { Flow, MapValue } from '../config/pipeline.ts';
import type { Field } from '../connector.ts';
import type { MaskKind } from '../transform/mask.ts';
import { kindByName } from './masked-row.ts';

/**
 * Which fields of a flow's record, and of its targets, hold what is personal in the source: a field is as personal as
 * the columns its expression names. Where that cannot be told a field is left out, and its own name decides (G9).
 */
export interface PersonalFields {
  readonly record: readonly Field[];
  target(name: string): readonly Field[];
}

export function personalFields(flow: Flow, columns: readonly Field[] | undefined): PersonalFields {
  const ofColumn = (path: string): Found => kindAt(columns, path.split('.'));
  const record = flow.map
    ? [...flow.map.values()].flatMap(({ name, value }) => fieldOf(name, textsOf(value), ofColumn))
    : (columns ?? []);
  const ofRecord = (path: string): Found => kindAt(record, path.split('.').slice(0, 1));
  const targets = new Map(
    flow.targets.map(({ name, fields = [], everyField }) => {
      const mapped = fields.flatMap(({ field, items, reference }) => {
        const texts = items.flatMap(({ value }) => textsOf(value));
        // What is taken from a row of another table is nothing of the record.
        return reference ? [] : fieldOf(field, texts, ofRecord);
      });
      const taken = everyField ? record.map((field) => ({ ...field, name: everyField.columnOf(field.name) })) : [];
      return [name, [...mapped, ...taken]];
    }),
  );
  return { record, target: (name) => targets.get(name) ?? [] };
}

/** A kind, `none`: nothing personal, undefined: nobody knows. */
type Found = MaskKind | 'none' | undefined;

function fieldOf(name: string, texts: readonly string[], kindOf: (path: string) => Found): readonly Field[] {
  const found = texts.flatMap(pathsIn).map(kindOf);
  const personal = found.find((kind): kind is MaskKind => kind !== undefined && kind !== 'none');
  if (personal) return [{ name, type: 'text', personal }];
  return found.includes(undefined) ? [] : [{ name, type: 'text' }];
}

/** Names an expression takes from the row or record it stands over; `$params.x`, functions and quoted texts are none. */
function pathsIn(expression: string): readonly string[] {
  const names = expression.replaceAll(/"[^"]*"|'[^']*'/g, '""').replaceAll('$source.', '');
  const quoted = [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
  const plain = names
    .replaceAll(/`[^`]+`/g, '0')
    .match(/(?<![\p{L}\p{N}_$.])[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*/gu);
  return [...quoted, ...(plain ?? [])];
}

const words: ReadonlySet<string> = new Set(['and', 'or', 'in', 'true', 'false', 'null', 'function']);

function kindAt(fields: readonly Field[] | undefined, [name = '', ...rest]: readonly string[]): Found {
  if (words.has(name)) return 'none';
  const field = fields?.find((candidate) => candidate.name === name);
  // What nobody describes is as personal as its name sounds.
  if (!field) return kindByName([name, ...rest].at(-1) ?? '');
  if (field.personal) return field.personal;
  if (rest.length > 0 && field.fields) return kindAt(field.fields, rest);
  return field.fields?.find(({ personal }) => personal)?.personal ?? 'none';
}

function textsOf(value: MapValue): readonly string[] {
  if (value.kind === 'const') return [];
  return [value.kind === 'table' ? value.from.text : value.expression.text];
}
