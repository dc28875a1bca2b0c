import type { EntityDescription, Field, FieldOption, PipeError } from '../../engine/index.ts';
import { rowsIn, hasNext, type VendorObject } from './answer.ts';
import type { Client } from './client.ts';
import { entityKind, type EntityKind } from './entities.ts';
import { errors } from './errors.ts';
import { readFacts, type Facts } from './facts.ts';
import { fixedFields, readField, type AccountField } from './fields.ts';
import { readFunnels, type Funnel } from './funnels.ts';

/** An entity as this account has it. */
export interface Schema {
  readonly kind: EntityKind;
  readonly facts: Facts;
  /** Its rows can be filtered. */
  readonly filters: boolean;
  readonly description: EntityDescription;
  /** By every name a field has: its name, its code, its id. */
  readonly fields: ReadonlyMap<string, AccountField>;
  /** Every field once, by one name: a predefined custom field by its code, another by its name, or else by its id. */
  readonly columns: readonly AccountField[];
  /** Of leads. */
  readonly funnels: readonly Funnel[];
  /** Throws a PipeError of kind input when the account has no such field, or several. */
  field(name: string): AccountField;
  /** Why a name is none, where several fields have it. */
  ambiguous(name: string): PipeError | undefined;
}

/** The schemas of one account, asked for once per connection. */
export interface Schemas {
  of(entity: string, signal: AbortSignal): Promise<Schema>;
  facts(signal: AbortSignal): Promise<Facts>;
  /** An administrator may have deleted a field or an option: they are read anew. */
  forget(entity: string): void;
}

export function createSchemas(client: Client): Schemas {
  const known = new Map<string, Promise<Schema>>();
  let facts: Facts | undefined;
  const factsOf = async (signal: AbortSignal): Promise<Facts> => (facts ??= await readFacts(client, signal));
  const read = async (entity: string, signal: AbortSignal): Promise<Schema> => {
    const kind = await entityKind(client, entity, signal);
    return readSchema(client, kind, await factsOf(signal), signal);
  };
  return {
    facts: factsOf,
    async of(entity, signal) {
      const schema = known.get(entity) ?? read(entity, signal);
      known.set(entity, schema);
      try {
        return await schema;
      } catch (thrown) {
        known.delete(entity);
        throw thrown;
      }
    },
    forget: (entity) => void known.delete(entity),
  };
}

/** Rows of room for the engine's mark: two text fields with these codes, where somebody made them. */
export const markCodes = { origin: 'PIPE_ORIGIN', key: 'PIPE_KEY' } as const;

async function readSchema(client: Client, kind: EntityKind, facts: Facts, signal: AbortSignal): Promise<Schema> {
  const customs = await readCustomFields(client, kind, signal);
  const funnels = kind.name === 'lead' ? await readFunnels(client, signal) : [];
  const fixed = fixedFields[kind.form].map((field) => withOptions(field, funnels, facts));
  const fields = new Map(fixed.map((field) => [field.name, field]));
  const named = Map.groupBy(customs, ({ field }) => field.name);
  for (const { field, aliases } of customs) {
    const names = (named.get(field.name)?.length ?? 0) > 1 ? aliases : [field.name, ...aliases];
    for (const name of names) if (!fields.has(name)) fields.set(name, { ...field, ...titled(name, field) });
  }
  const entity = kind.name;
  const ambiguous = (name: string): PipeError | undefined => {
    const alike = named.get(name) ?? [];
    if (alike.length < 2) return undefined;
    const ids = alike.map(({ id }) => id).join(', ');
    return errors.ambiguous_field.error({ entity, field: name, host: client.host, ids });
  };
  const isText = (name: string): boolean => fields.get(name)?.vendorType === 'text';
  const { origin, key } = markCodes;
  // Elements of a list are looked for through the search index alone, which a mark cannot rely on (DL-12).
  const isMarked = kind.ordered && isText(origin) && isText(key);
  return {
    kind,
    facts,
    filters: facts.hasFilters || !kind.gated,
    fields,
    columns: [...fixed, ...customs.flatMap((custom) => columnOf(custom, fields) ?? [])],
    funnels,
    description: {
      entity,
      fields: [...fields.values()].map(described),
      id: 'id',
      lists: [],
      ...(isMarked && { tag: { origin, key, at: 'created_at' } }),
      ...(kind.called && { called: kind.called }),
    },
    field(name) {
      const field = fields.get(name);
      if (field !== undefined) return field;
      throw ambiguous(name) ?? errors.unknown_field.error({ entity, field: name, host: client.host });
    },
    ambiguous,
  };
}

/** A stage goes by its name in `status`, by its id in `status_id`; 142 and 143 are stages of every funnel. */
function withOptions(field: AccountField, funnels: readonly Funnel[], { taskTypes }: Facts): AccountField {
  const { name, place } = field;
  if (place.kind === 'funnel' || name === 'pipeline_id') {
    return { ...field, options: funnels.map(({ id, name: text }) => ({ id, text })) };
  }
  if (place.kind === 'stage' || name === 'status_id') return { ...field, options: stagesOf(funnels, name) };
  if (name !== 'task_type_id') return field;
  const { options: _none, ...bare } = field;
  return taskTypes.length > 0 ? { ...field, options: taskTypes } : { ...bare, type: 'id' };
}

function stagesOf(funnels: readonly Funnel[], field: string): readonly FieldOption[] {
  const isById = field === 'status_id';
  const within = isById ? 'pipeline_id' : 'pipeline';
  return funnels.flatMap((funnel) =>
    funnel.stages.map(({ id, text }) => ({
      id: isById ? id : text,
      text,
      within: { field: within, value: funnel.id },
    })),
  );
}

function columnOf({ field, id, aliases }: Custom, fields: ReadonlyMap<string, AccountField>): AccountField | undefined {
  const names = field.isPredefined === true ? [...aliases, field.name] : [field.name, ...aliases];
  const isIt = (one: AccountField | undefined): boolean => one?.place.kind === 'custom' && String(one.place.id) === id;
  return names.map((name) => fields.get(name)).find(isIt);
}

function titled(name: string, field: AccountField): Pick<AccountField, 'name' | 'title'> {
  return name === field.name ? { name } : { name, title: field.name };
}

function described(given: AccountField): Field {
  const { place: _p, vendorType: _v, with: _w, filter: _f, isFixed: _i, isPredefined: _d, ...field } = given;
  return field;
}

interface Custom {
  readonly field: AccountField;
  readonly id: string;
  /** Its code and its id. */
  readonly aliases: readonly string[];
}

/** Up to 50 on a page (reference 4). */
async function readCustomFields(client: Client, kind: EntityKind, signal: AbortSignal): Promise<readonly Custom[]> {
  const { fieldsPath: path } = kind;
  if (path === undefined) return [];
  const found = new Map<string, Custom>();
  for (let page = 1; ; page++) {
    const query = [
      ['page', String(page)],
      ['limit', '50'],
    ] as const;
    const reply = await client.get(path, query, signal);
    if (!reply.ok) throw reply.error;
    const rows = rowsIn(reply.value, 'custom_fields');
    if (rows === undefined) throw errors.unexpected_result.error({ host: client.host, method: `GET ${path}` });
    const before = found.size;
    for (const row of rows) for (const custom of customOf(row)) found.set(custom.id, custom);
    if (!hasNext(reply.value)) return [...found.values()];
    if (found.size === before) throw repeated(client, kind);
  }
}

function customOf(row: VendorObject): readonly Custom[] {
  const field = readField(row);
  if (field === undefined) return [];
  const { code } = row;
  const id = String(row['id']);
  return [{ field, id, aliases: [...(typeof code === 'string' && code !== '' ? [code] : []), id] }];
}

function repeated({ host }: Client, { name }: EntityKind): Error {
  return errors.page_repeated.error({ host, entity: `${name}.custom_fields` }, { retry: true });
}
