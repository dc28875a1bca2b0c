import type { CustomFields, FieldChange, FieldPlan, PipeError, WantedField } from '../../engine/index.ts';
import { isObject, type VendorObject } from './answer.ts';
import type { Client, Reply } from './client.ts';
import { errors } from './errors.ts';
import { mayHave } from './field-types.ts';
import type { AccountField } from './fields.ts';
import { markCodes, type Schema, type Schemas } from './schema.ts';

/** The fields of an account, made for a mapping (reference 4, "Creating fields"). */
export function createCustomFields(client: Client, schemas: Schemas): CustomFields {
  const readAnew = async (entity: string, signal: AbortSignal): Promise<Schema> => {
    schemas.forget(entity);
    return schemas.of(entity, signal);
  };
  return {
    async plan({ entity, fields }, signal) {
      const schema = await readAnew(entity, signal);
      return planFields(schema, client.host, [...fields, ...marksOf(schema)]);
    },
    async change(changes, signal) {
      for (const [entity, ofEntity] of Map.groupBy(changes, (change) => change.entity)) {
        const schema = await readAnew(entity, signal);
        const left = planFields(
          schema,
          client.host,
          ofEntity.map(({ field }) => field),
        );
        const [refused] = left.refused;
        if (refused) throw refused;
        const created = left.changes.filter(({ kind }) => kind === 'create-field');
        for (let at = 0; at < created.length; at += fieldsPerRequest)
          await createFields(client, schema, created.slice(at, at + fieldsPerRequest), signal);
        for (const change of left.changes) {
          if (change.kind === 'add-options') await addOptions(client, schema, change.field, signal);
        }
        schemas.forget(entity);
      }
    },
  };
}

/** What the vendor advises for any write (reference 2). */
const fieldsPerRequest = 50;

const mark = { type: 'text', options: [], apiOnly: true };

/** Room for the engine's own mark of a create. */
const markFields: readonly WantedField[] = Object.values(markCodes).map((code) => ({
  name: code,
  ...mark,
  title: code,
}));

/** Where a row is found by its mark: elements of a list are not, tasks and notes have no custom fields. */
function marksOf({ kind }: Schema): readonly WantedField[] {
  return kind.ordered && kind.fieldsPath !== undefined ? markFields : [];
}

function planFields(schema: Schema, host: string, fields: readonly WantedField[]): FieldPlan {
  const changes: FieldChange[] = [];
  const refused: PipeError[] = [];
  for (const field of fields) {
    const planned = planField(schema, host, field);
    if (planned === undefined) continue;
    if ('code' in planned) refused.push(planned);
    else changes.push(planned);
  }
  return { changes, refused };
}

function planField(schema: Schema, host: string, field: WantedField): FieldChange | PipeError | undefined {
  const { name, type } = field;
  const entity = schema.kind.name;
  const there = schema.fields.get(name);
  if (there === undefined) {
    const several = schema.ambiguous(name);
    if (several) return several;
    // An id is given by the account.
    if (/^\d+$/.test(name)) return errors.unknown_field.error({ entity, field: name, host });
    if (schema.kind.fieldsPath === undefined || !mayHave(schema.kind.form, type))
      return errors.no_such_type.error({ entity, field: name, type });
    return { kind: 'create-field', entity, field };
  }
  if (there.place.kind !== 'custom') return undefined;
  if (there.vendorType !== type)
    return errors.other_type.error({ entity, field: name, host, there: there.vendorType, wanted: type });
  const options = optionsLacking(there, field);
  return options.length > 0 ? { kind: 'add-options', entity, field: { ...field, options } } : undefined;
}

function optionsLacking({ options = [] }: AccountField, field: WantedField): readonly string[] {
  return field.options.filter((option) => !options.some(({ text }) => text === option));
}

async function createFields(
  client: Client,
  { kind }: Schema,
  changes: readonly FieldChange[],
  signal: AbortSignal,
): Promise<void> {
  if (changes.length === 0) return;
  const body = changes.map(({ field }, index) => bodyOf(field, String(index)));
  const reply = await client.send('POST', String(kind.fieldsPath), body, { signal });
  if (reply.ok) return;
  const [first] = reply.rejected;
  throw refusal(reply, changes[Number(first?.requestId ?? 0)]?.field, kind.name, client.host);
}

/** A field with a title is known by its code to the mapping, any other by its name. */
function bodyOf({ name, type, options, apiOnly, title }: WantedField, requestId: string): VendorObject {
  return {
    request_id: requestId,
    type,
    name: title ?? name,
    ...(title !== undefined && { code: name }),
    ...(apiOnly && { is_api_only: true }),
    ...(options.length > 0 && { enums: options.map((value, index) => ({ value, sort: (index + 1) * 10 })) }),
  };
}

/** The list of options is replaced whole: it is read right before, with all the account says of each. */
async function addOptions(client: Client, schema: Schema, field: WantedField, signal: AbortSignal): Promise<void> {
  const { place } = schema.field(field.name);
  if (place.kind !== 'custom') return;
  const path = `${schema.kind.fieldsPath}/${place.id}`;
  const read = await client.get(path, [], signal);
  if (!read.ok) throw read.error;
  const held: unknown = isObject(read.value) ? read.value['enums'] : undefined;
  if (!Array.isArray(held)) throw errors.unexpected_result.error({ host: client.host, method: `GET ${path}` });
  const options = held.filter(isObject);
  const last = Math.max(0, ...options.map(({ sort }) => Number(sort)).filter(Number.isFinite));
  const added = field.options.map((value, index) => ({ value, sort: last + (index + 1) * 10 }));
  const reply = await client.send('PATCH', path, { enums: [...options, ...added] }, { signal });
  if (!reply.ok) throw refusal(reply, field, schema.kind.name, client.host);
}

/** A 400 says which field and why; anything else concerns them all. */
function refusal(
  { error, rejected }: Extract<Reply, { ok: false }>,
  field: WantedField | undefined,
  entity: string,
  host: string,
): PipeError {
  const [first] = rejected;
  if (first === undefined || field === undefined) return error;
  return errors.field_refused.error({ entity, field: field.name, host, code: first.code, path: first.path });
}
