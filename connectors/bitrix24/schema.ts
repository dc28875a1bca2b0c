import type { EntityDescription, Field, FieldOption, FieldType } from '../../engine/index.ts';
import type { Client, Reply } from './client.ts';
import { entityKinds, productRows, type EntityKind } from './entities.ts';
import { errors } from './errors.ts';
import { productRowFields } from './product-rows.ts';
import type { Refusal } from './reactions.ts';

/** An entity as this portal has it. */
export interface Schema {
  readonly kind: EntityKind;
  readonly description: EntityDescription;
  readonly fields: ReadonlyMap<string, PortalField>;
  /** Throws a PipeError of kind input when the portal has no such field. */
  field(name: string): PortalField;
}

export interface PortalField extends Field {
  /** The vendor's own type: `char` and `boolean` are both flags, written differently. */
  readonly vendorType: string;
  /** Its values are wrapped, as those of lists and products are. */
  readonly property?: true;
  /** A source gives the text of an option beside its id. */
  readonly withText?: true;
}

/** The schemas of one portal, asked for once per connection. */
export interface Schemas {
  of(entity: string, signal: AbortSignal): Promise<Schema>;
  /** Fields have been made: they are read anew. */
  forget(): void;
}

export function createSchemas(client: Client): Schemas {
  let known: ReadonlyMap<string, Schema | Refusal> | undefined;
  return {
    async of(entity, signal) {
      if (!Object.hasOwn(entityKinds, entity))
        throw errors.unknown_entity.error({ entity, known: Object.keys(entityKinds).join(', ') });
      known ??= await readSchemas(client, signal);
      const schema = known.get(entity);
      if (schema === undefined) throw new Error(`no schema of ${entity} was read`);
      if ('error' in schema) throw schema.error;
      return schema;
    },
    forget: () => void (known = undefined),
  };
}

const kinds = Object.values(entityKinds);

/** All entities in one request: it costs no more than one would. An entity that cannot be read troubles no other. */
async function readSchemas(client: Client, signal: AbortSignal): Promise<ReadonlyMap<string, Schema | Refusal>> {
  const commands = kinds.map(({ name }) => ({ method: `crm.${name}.fields`, params: {} }));
  const batch = await client.batch([{ method: 'crm.status.list', params: {} }, ...commands], { signal });
  if (!batch.ok) throw batch.error;
  const [statuses, ...fields] = batch.replies;
  const options = readStatuses(statuses?.ok ? statuses.value : undefined);
  return new Map(kinds.map((kind, index) => [kind.name, readSchema(kind, fields[index], options, client.host)]));
}

/** Options by reference book: `SOURCE`, `DEAL_STAGE`, `DEAL_STAGE_3`… */
export type Books = ReadonlyMap<string, readonly FieldOption[]>;

export function readStatuses(statuses: unknown): Books {
  if (!Array.isArray(statuses)) return new Map();
  const rows = statuses.filter(isObject);
  const books = Map.groupBy(rows, (row) => String(row['ENTITY_ID']));
  return new Map(Array.from(books, ([book, entries]) => [book, entries.map((row) => statusOption(book, row))]));
}

/** `SEMANTICS`: S and F end a lead or deal, anything else is on the way. https://apidocs.bitrix24.com/api-reference/crm/status/crm-status-list.html */
function statusOption(book: string, row: VendorObject): FieldOption {
  const semantics = row['SEMANTICS'] === 'S' || row['SEMANTICS'] === 'F' ? row['SEMANTICS'] : 'P';
  const follows =
    book === 'STATUS' ? 'STATUS_SEMANTIC_ID' : book.startsWith('DEAL_STAGE') ? 'STAGE_SEMANTIC_ID' : undefined;
  const implies = follows === undefined ? {} : { implies: { [follows]: semantics } };
  return { id: String(row['STATUS_ID']), text: String(row['NAME']), ...implies };
}

function readSchema(kind: EntityKind, reply: Reply | undefined, books: Books, host: string): Schema | Refusal {
  if (reply && !reply.ok) return reply;
  if (!isObject(reply?.value)) throw errors.unexpected_result.error({ host, method: `crm.${kind.name}.fields` });
  const read = Object.entries(reply.value).map(([name, one]) => {
    const given = isObject(one) ? one : {};
    return { field: readField(kind.name, name, given, books), vendorType: String(given['type']) };
  });
  const fields = new Map(read.map(({ field, vendorType }) => [field.name, { ...field, vendorType }]));
  return {
    kind,
    description: describe(
      kind,
      read.map(({ field }) => field),
    ),
    fields,
    field(name) {
      const field = fields.get(name);
      if (field === undefined) throw errors.unknown_field.error({ entity: kind.name, field: name, host });
      return field;
    },
  };
}

function describe({ name, hasRows, called }: EntityKind, fields: readonly Field[]): EntityDescription {
  return {
    entity: name,
    fields,
    id: 'ID',
    lists: hasRows ? [{ name: productRows, fields: productRowFields }] : [],
    tag: { origin: 'ORIGINATOR_ID', key: 'ORIGIN_ID', at: 'DATE_CREATE' },
    called,
  };
}

export function readField(entity: string, name: string, given: VendorObject, books: Books): Field {
  const vendorType = String(given['type']);
  const options = optionsOf(given, books);
  const title = [given['formLabel'], given['listLabel'], given['title']].find((one) => typeof one === 'string');
  const personal = personalFields[name];
  const valueTypes = vendorType === 'crm_multifield' ? kindsOf[name] : undefined;
  return {
    name,
    type: name === 'ID' || name === 'id' ? 'id' : fieldType(name, vendorType),
    ...(title !== undefined && title !== name && { title }),
    ...(given['isRequired'] === true && { required: true }),
    // crm.item.add takes it, and that is how creates with a lead go (write.ts); crm.deal.fields does not know.
    ...(given['isReadOnly'] === true && !(entity === 'deal' && name === 'LEAD_ID') && { readOnly: true }),
    ...(given['isMultiple'] === true && vendorType !== 'crm_multifield' && { multiple: true }),
    ...(options.length > 0 && { options }),
    ...(valueTypes && { kinds: valueTypes }),
    ...(personal && { personal }),
  };
}

const fieldTypes: Readonly<Record<string, FieldType>> = {
  integer: 'integer',
  double: 'number',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  enumeration: 'enum',
  crm_status: 'enum',
  user: 'id',
  employee: 'id',
  crm_category: 'id',
  crm_contact: 'id',
  crm_company: 'id',
  crm_lead: 'id',
  crm_deal: 'id',
  crm_quote: 'id',
  iblock_element: 'id',
  iblock_section: 'id',
  file: 'json',
};

/** `VALUE_TYPE` (https://apidocs.bitrix24.com/api-reference/crm/data-types.html#crm_multifield). */
const kindsOf: Readonly<Record<string, readonly string[]>> = {
  PHONE: ['WORK', 'MOBILE', 'FAX', 'HOME', 'PAGER', 'MAILING', 'OTHER'],
  EMAIL: ['WORK', 'HOME', 'MAILING', 'OTHER'],
};

/** What is not listed, flags of type `char` ("Y" or "N") included, is text. */
function fieldType(name: string, vendorType: string): FieldType {
  if (vendorType !== 'crm_multifield') return fieldTypes[vendorType] ?? 'text';
  return name === 'PHONE' ? 'phones' : name === 'EMAIL' ? 'emails' : 'json';
}

/** Stages of deals and smart processes are spread over a book for each funnel; `items` has the first funnel's only. */
function optionsOf(given: VendorObject, books: Books): readonly FieldOption[] {
  const book = given['statusType'];
  const [, funnels] = /^(DEAL_STAGE|DYNAMIC_\d+_STAGE)/.exec(String(book)) ?? [];
  if (funnels !== undefined) return [...books].flatMap(([id, options]) => stagesOf(funnels, id, options));
  if (typeof book === 'string' && books.has(book)) return books.get(book) ?? [];
  const items = given['items'];
  if (!Array.isArray(items)) return [];
  return items.filter(isObject).map((item) => ({ id: String(item['ID']), text: String(item['VALUE']) }));
}

/** `DEAL_STAGE` is the general funnel's, 0; `DEAL_STAGE_3` that of funnel 3. Items spell the field in their own way. */
function stagesOf(funnels: string, book: string, options: readonly FieldOption[]): readonly FieldOption[] {
  const isGeneral = book === funnels;
  if (!isGeneral && !(book.startsWith(`${funnels}_`) && /^\d+$/.test(book.slice(funnels.length + 1)))) return [];
  const field = funnels === 'DEAL_STAGE' ? 'CATEGORY_ID' : 'categoryId';
  const within = { field, value: isGeneral ? '0' : book.slice(funnels.length + 1) };
  return options.map((option) => ({ ...option, within }));
}

const personalFields: Readonly<Record<string, 'name' | 'phone' | 'email' | 'text'>> = {
  NAME: 'name',
  LAST_NAME: 'name',
  SECOND_NAME: 'name',
  PHONE: 'phone',
  EMAIL: 'email',
  TITLE: 'text',
  COMMENTS: 'text',
  BIRTHDATE: 'text',
  ADDRESS: 'text',
  ADDRESS_2: 'text',
  SOURCE_DESCRIPTION: 'text',
  STATUS_DESCRIPTION: 'text',
  IM: 'text',
  WEB: 'text',
};

export type VendorObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is VendorObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
