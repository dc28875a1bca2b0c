import type {
  CustomFields,
  FieldChange,
  FieldPlan,
  FieldTypeAbility,
  PipeError,
  WantedField,
} from '../../engine/index.ts';
import type { Client, Reply } from './client.ts';
import type { Params } from './command.ts';
import { errors } from './errors.ts';
import { isObject, type Schema, type Schemas, type VendorObject } from './schema.ts';

/**
 * Types of user fields that can be made by their name alone
 * (https://apidocs.bitrix24.com/api-reference/crm/deals/user-defined-fields/crm-deal-userfield-add.html); the others want
 * settings, or hold files.
 */
export const fieldTypes = {
  string: {},
  integer: {},
  double: {},
  boolean: {},
  date: {},
  datetime: {},
  enumeration: { options: true },
  money: {},
  url: {},
  address: {},
  employee: {},
} as const satisfies Readonly<Record<string, FieldTypeAbility>>;

/** The user fields of a portal, made for a mapping. One request each: the portal does not say what a second one of a name gives. */
export function createCustomFields(client: Client, schemas: Schemas): CustomFields {
  const planAnew = async (entity: string, fields: readonly WantedField[], signal: AbortSignal): Promise<FieldPlan> => {
    schemas.forget();
    return planFields(await schemas.of(entity, signal), client.host, fields);
  };
  return {
    plan: ({ entity, fields }, signal) => planAnew(entity, fields, signal),
    async change(changes, signal) {
      for (const [entity, ofEntity] of Map.groupBy(changes, (change) => change.entity)) {
        const fields = ofEntity.map(({ field }) => field);
        const left = await planAnew(entity, fields, signal);
        const [refused] = left.refused;
        if (refused) throw refused;
        for (const change of left.changes) {
          if (change.kind === 'create-field') await createField(client, change, signal);
          else await addOptions(client, change, signal);
        }
      }
      schemas.forget();
    },
  };
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

/** Prefix included (reference 5.10). */
const longestName = 50;

function planField({ kind, fields }: Schema, host: string, field: WantedField): FieldChange | PipeError | undefined {
  const { name, type } = field;
  const entity = kind.name;
  const there = fields.get(name);
  if (there === undefined) {
    const isName = /^UF_CRM_[A-Z0-9_]+$/.test(name) && name.length <= longestName;
    if (!isName) return errors.bad_field_name.error({ field: name, longest: longestName });
    return { kind: 'create-field', entity, field };
  }
  if (!name.startsWith('UF_')) return undefined;
  if (there.vendorType !== type)
    return errors.other_type.error({ entity, field: name, host, there: there.vendorType, wanted: type });
  const options = field.options.filter((option) => !there.options?.some(({ text }) => text === option));
  return options.length > 0 ? { kind: 'add-options', entity, field: { ...field, options } } : undefined;
}

async function createField(client: Client, { entity, field }: FieldChange, signal: AbortSignal): Promise<void> {
  const { name, type, title, apiOnly, options } = field;
  const fields: Params = {
    FIELD_NAME: name,
    USER_TYPE_ID: type,
    LABEL: title ?? name,
    ...(apiOnly && { EDIT_IN_LIST: 'N' }),
    ...(options.length > 0 && { LIST: options.map((value, index) => ({ VALUE: value, SORT: (index + 1) * 10 })) }),
  };
  await send(client, `crm.${entity}.userfield.add`, { fields }, name, signal);
}

/** Every option that is there goes along with its id: what becomes of one left out, the pages of the method do not say. */
async function addOptions(client: Client, { entity, field }: FieldChange, signal: AbortSignal): Promise<void> {
  const method = `crm.${entity}.userfield.list`;
  const reply = await client.call({ method, params: { filter: { FIELD_NAME: field.name } } }, { signal });
  if (!reply.ok) throw reply.error;
  const rows = Array.isArray(reply.value) ? reply.value.filter(isObject) : [];
  const row = rows.find((one) => one['FIELD_NAME'] === field.name);
  const held: unknown = row?.['LIST'];
  if (row === undefined || !Array.isArray(held)) throw errors.unexpected_result.error({ host: client.host, method });
  const options = held.filter(isObject);
  const last = Math.max(0, ...options.map(({ SORT: sort }) => Number(sort)).filter(Number.isFinite));
  const added = field.options.map((value, index) => ({ VALUE: value, SORT: last + (index + 1) * 10 }));
  const fields = { LIST: [...options.map(heldOption), ...added] };
  await send(client, `crm.${entity}.userfield.update`, { id: String(row['ID']), fields }, field.name, signal);
}

const optionKeys = ['ID', 'VALUE', 'SORT', 'DEF', 'XML_ID'] as const;

function heldOption(option: VendorObject): Params {
  return Object.fromEntries(
    optionKeys.flatMap((key) =>
      option[key] === null || option[key] === undefined ? [] : [[key, String(option[key])]],
    ),
  );
}

async function send(client: Client, method: string, params: Params, field: string, signal: AbortSignal): Promise<void> {
  const reply: Reply = await client.call({ method, params }, { signal, write: true });
  if (reply.ok) return;
  const { kind, parameters } = reply.error;
  if (kind !== 'data') throw reply.error;
  const reason = String(parameters['text'] ?? '') || String(parameters['code']);
  throw errors.field_refused.error({ host: client.host, method, field, reason });
}
