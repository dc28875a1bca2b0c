import type { Field, Row, SourceDescription, WantedTable } from '../../connector.ts';
import type { TargetEntity } from '../../plan/match.ts';
import { restOf } from '../../plan/mapped-fields.ts';
import type { CompiledField, CompiledFlow, CompiledTarget } from '../../transform/compiled.ts';
import { common, fieldOfShape, shapeOfValue } from '../../transform/shape.ts';
import type { Shape } from '../../transform/shape.ts';

/** The described tables that `ref` fields take values from, by name. */
export type ReferredTables = ReadonlyMap<string, TargetEntity>;

/** The columns a target writes, as far as the mapping and the source tell them; undefined without `ddl` to make them. */
export function wantedTable(
  flow: CompiledFlow,
  target: CompiledTarget,
  source: SourceDescription,
  references: ReferredTables,
): WantedTable | undefined {
  const { ddl, entity, key } = target.target;
  if (!target.fields || (ddl !== 'create' && ddl !== 'evolve')) return undefined;
  return { entity, key, ddl, columns: wantedColumns(flow, target, source, references) };
}

function wantedColumns(
  flow: CompiledFlow,
  target: CompiledTarget,
  source: SourceDescription,
  references: ReferredTables,
): readonly Field[] {
  const { absent } = target.target;
  const record = recordField(flow, source);
  const columns = [...(target.fields ?? []), ...restOf(target, namesKnown(flow, source))].map((field) =>
    columnOf(field, record, references),
  );
  const isMarked = typeof absent === 'object' && !columns.some(({ name }) => name === absent.mark);
  return isMarked ? [...columns, { name: absent.mark, type: 'datetime' }] : columns;
}

/** What the flow's records are known to have before the first one comes. */
export function namesKnown(flow: CompiledFlow, source: SourceDescription): readonly string[] {
  return flow.shapes ? [...flow.shapes.keys()] : source.fields.map(({ name }) => name);
}

/** What the record's field of this name looks like, where anything is known of it. */
function recordField(flow: CompiledFlow, source: SourceDescription): (name: string) => Field | undefined {
  const columns = new Map(source.fields.map((field) => [field.name, field]));
  const { shapes } = flow;
  if (!shapes) return (name) => columns.get(name);
  return (name) => ({ ...fieldOfShape(shapes.get(name), (column) => columns.get(column)), name });
}

function columnOf(
  field: CompiledField,
  record: (name: string) => Field | undefined,
  references: ReferredTables,
): Field {
  const { field: name, provision, reference } = field.mapping;
  const title = provision?.title;
  const shape = provision ? named(provision.type) : shapeOf(field);
  const taken = reference && references.get(reference.table)?.fields.get(reference.take);
  const { ...looks } = taken ? { type: taken.type } : fieldOfShape(shape, record);
  return { ...looks, name, ...(title !== undefined && { title }) };
}

function shapeOf({ items }: CompiledField): Shape {
  const [only, more] = items;
  return more ? { type: 'json' } : only?.shape;
}

const types = ['text', 'integer', 'number', 'boolean', 'date', 'datetime', 'id', 'json'] as const;

/** `field: { type: number }` says what the mapping does not show; another word is a text's. */
function named(type: string): Shape {
  return { type: types.find((known) => known === type) ?? 'text' };
}

/** Columns for record fields that no description foretold, typed by the values these records have. */
export function columnsOfValues(fields: readonly CompiledField[], records: readonly Row[]): readonly Field[] {
  return fields.map(({ mapping, items: [item] }) => {
    const shape = item?.shape;
    const name = shape && 'field' in shape ? shape.field : mapping.field;
    const values = records.flatMap((record) => record[name] ?? []);
    return { name: mapping.field, type: common(values.map(shapeOfValue))?.type ?? 'text' };
  });
}
