import type { Write, WriteValues } from '../../engine/index.ts';
import type { Command } from './command.ts';
import { productRows } from './entities.ts';
import { errors } from './errors.ts';
import { setCommand } from './product-rows.ts';
import { isObject, type Schema } from './schema.ts';
import { writeFields } from './write-values.ts';

/** A write as the portal takes it. */
export interface WriteCommand {
  readonly command: Command;
  /** The key of the row out of the result; undefined when the result is none this method gives. */
  keyOf(result: unknown): string | undefined;
}

/** Throws a PipeError of kind data when the write cannot be sent as it is. */
export function writeCommand(schema: Schema, write: Write): WriteCommand {
  switch (write.operation) {
    case 'create':
      return needsItem(schema, write) ? createItem(schema, write) : create(schema, write);
    case 'update':
      return needsItem(schema, write) ? updateItem(schema, write) : update(schema, write);
    case 'delete': {
      const command = { method: `crm.${schema.kind.name}.delete`, params: { id: write.key } };
      return { command, keyOf: () => write.key };
    }
    case 'rows':
      return replaceRows(schema, write);
  }
}

type Create = Extract<Write, { operation: 'create' }>;
type Update = Extract<Write, { operation: 'update' }>;

/**
 * The legacy methods pass over a deal's lead and a change of its funnel without a word; crm.item.* takes both. All
 * else goes through the legacy ones: their names are those of the mapping, and they clear a field that is sent empty.
 */
function needsItem({ kind }: Schema, write: Create | Update): boolean {
  if (kind.name !== 'deal') return false;
  const decisive = write.values[write.operation === 'create' ? 'LEAD_ID' : 'CATEGORY_ID'];
  return decisive !== undefined && decisive !== null && decisive !== '';
}

/** A new row has nothing to clear. */
function given(values: WriteValues): WriteValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

function create(schema: Schema, { values }: Create): WriteCommand {
  const params = { fields: writeFields(schema, given(values), 'legacy') };
  return { command: { method: `crm.${schema.kind.name}.add`, params }, keyOf: idOf };
}

function createItem(schema: Schema, { values }: Create): WriteCommand {
  const fields = writeFields(schema, given(values), 'item');
  const params = { entityTypeId: schema.kind.typeId, useOriginalUfNames: 'Y', fields };
  return { command: { method: 'crm.item.add', params }, keyOf: itemIdOf };
}

function update(schema: Schema, { key, values }: Update): WriteCommand {
  const params = { id: key, fields: writeFields(schema, values, 'legacy') };
  return { command: { method: `crm.${schema.kind.name}.update`, params }, keyOf: () => key };
}

function updateItem(schema: Schema, { key, values }: Update): WriteCommand {
  const fields = writeFields(schema, values, 'item');
  const params = { entityTypeId: schema.kind.typeId, id: key, useOriginalUfNames: 'Y', fields };
  return { command: { method: 'crm.item.update', params }, keyOf: () => key };
}

function replaceRows({ kind }: Schema, { key, list, rows }: Extract<Write, { operation: 'rows' }>): WriteCommand {
  if (list !== productRows || !kind.hasRows)
    throw errors.bad_value.error({ field: `${kind.name}.${list}`, wanted: productRows });
  return {
    command: setCommand(kind, key, rows),
    // The portal answers with the rows it now holds: another number of them is not what was asked for.
    keyOf: (result) => (savedRows(result) === rows.length ? key : undefined),
  };
}

function savedRows(result: unknown): number | undefined {
  const rows = isObject(result) ? result['productRows'] : undefined;
  return Array.isArray(rows) ? rows.length : undefined;
}

function idOf(result: unknown): string | undefined {
  const id = typeof result === 'string' || typeof result === 'number' ? String(result) : '';
  return /^[1-9]\d*$/.test(id) ? id : undefined;
}

function itemIdOf(result: unknown): string | undefined {
  const item = isObject(result) ? result['item'] : undefined;
  return isObject(item) ? idOf(item['id']) : undefined;
}
