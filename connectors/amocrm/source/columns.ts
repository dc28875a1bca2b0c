import type { Field, Row, Value } from '../../../engine/index.ts';
import type { VendorObject } from '../answer.ts';
import { fixedKind } from '../entities.ts';
import { fixedFields, type AccountField } from '../fields.ts';
import type { Schema } from '../schema.ts';
import { isList, readRow } from '../values.ts';

/** What rows of a source hold: a field as a sink finds it, and beside the id of an option its text. */
export interface Columns {
  readonly described: readonly Field[];
  /** Fields to be read. */
  readonly fields: readonly AccountField[];
  rowOf(given: VendorObject): Row;
}

export function columnsOf(schema: Schema, select: readonly string[] | undefined): Columns {
  const chosen = select ? ['id', ...select].map((name) => schema.field(name)) : schema.columns;
  const fields = [...new Map(chosen.map((field) => [field.name, field])).values()];
  const names = fields.map(({ name }) => name);
  const texts = fields.filter(isTold).flatMap(({ name, options = [] }) => {
    const byId = new Map(options.map(({ id, text }) => [id, text]));
    return names.includes(textName(name)) ? [] : [{ name, byId }];
  });
  return {
    described: describedFields(fields),
    fields,
    rowOf(given) {
      const { values = {} } = readRow(schema, given, names) ?? {};
      const beside = texts.flatMap(({ name, byId }) => {
        const text = textsOf(values[name], byId);
        return text === undefined ? [] : [[textName(name), text] as const];
      });
      return { ...values, ...Object.fromEntries(beside) };
    },
  };
}

/** The id of a stage says nothing without its funnel: `status` tells its name. */
function isTold({ type }: AccountField): boolean {
  return type === 'enum';
}

function textName(name: string): string {
  return `${name}_TEXT`;
}

function textsOf(value: Value | undefined, byId: ReadonlyMap<string, string>): Value | undefined {
  if (value === undefined) return undefined;
  if (!isList(value)) return byId.get(String(value));
  const texts = value.flatMap((one) => byId.get(String(one)) ?? []);
  return texts.length > 0 ? texts : undefined;
}

/** What a create asks for says nothing of rows that are there. */
function describedFields(fields: readonly AccountField[]): readonly Field[] {
  const taken = new Set(fields.map(({ name }) => name));
  return fields.flatMap((field): readonly Field[] => {
    const { name, type, title, multiple, options, personal } = field;
    const isMany = multiple === true && { multiple: true };
    const own: Field = {
      name,
      type,
      ...(title !== undefined && { title }),
      ...(name !== 'id' && { optional: true }),
      ...isMany,
      ...(options && { options }),
      ...(personal && { personal }),
    };
    const text: Field = {
      name: textName(name),
      type: 'text',
      title: `${title ?? name} (text)`,
      optional: true,
      ...isMany,
    };
    return isTold(field) && !taken.has(text.name) ? [own, text] : [own];
  });
}

/** What is known of a block without asking the account: tasks and notes have no fields of its own. */
export function knownColumns(entity: string, select: readonly string[] | undefined): readonly Field[] | undefined {
  const kind = fixedKind(entity);
  if (kind === undefined || kind.fieldsPath !== undefined) return undefined;
  const fields = fixedFields[kind.form];
  return describedFields(select ? fields.filter(({ name }) => name === 'id' || select.includes(name)) : fields);
}
