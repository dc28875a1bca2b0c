import type { Called } from '../../engine/index.ts';
import { rowsIn } from './answer.ts';
import type { Client } from './client.ts';
import { errors } from './errors.ts';

/** What a row is, whatever its list or owner: its fields and ways follow from it. */
export type EntityForm = 'contact' | 'company' | 'lead' | 'task' | 'note' | 'element';
/** What is linked with each other. */
export type Collection = 'contacts' | 'companies' | 'leads';

/** A kind of row this connector reads and writes. */
export interface EntityKind {
  /** As a pipeline names it: `contact`, `note:lead`, `catalog:Услуги`. */
  readonly name: string;
  readonly form: EntityForm;
  /** Its address: `/contacts`, `/leads/notes`, `/catalogs/7/elements`. */
  readonly path: string;
  /** As answers name it. */
  readonly collection: string;
  /** Where its custom fields are; absent: it has none. */
  readonly fieldsPath?: string;
  /** It can be listed by id (reference 5). */
  readonly ordered: boolean;
  /** Its filters are among those an account may lack (reference 5, "Availability"). */
  readonly gated: boolean;
  /** It is changed row by row. */
  readonly patchedAlone?: true;
  /** What the log says of its rows. */
  readonly called?: Called;
}

const collections = { contact: 'contacts', company: 'companies', lead: 'leads' } as const;

function card(form: 'contact' | 'company' | 'lead', called: Called): EntityKind {
  const collection = collections[form];
  const path = `/${collection}`;
  return {
    name: form,
    form,
    path,
    collection,
    fieldsPath: `${path}/custom_fields`,
    ordered: true,
    gated: true,
    called,
  };
}

function note(of: 'contact' | 'company' | 'lead'): EntityKind {
  const path = `/${collections[of]}/notes`;
  return {
    name: `note:${of}`,
    form: 'note',
    path,
    collection: 'notes',
    ordered: true,
    gated: false,
    patchedAlone: true,
  };
}

const kinds: readonly EntityKind[] = [
  card('contact', {
    en: 'contact',
    ru: { nominative: 'контакт', accusative: 'контакт' },
    person: ['name', 'first_name', 'last_name', 'PHONE', 'EMAIL'],
  }),
  card('company', { en: 'company', ru: { nominative: 'компания', accusative: 'компанию', feminine: true } }),
  card('lead', { en: 'lead', ru: { nominative: 'сделка', accusative: 'сделку', feminine: true } }),
  {
    name: 'task',
    form: 'task',
    path: '/tasks',
    collection: 'tasks',
    ordered: true,
    gated: false,
    called: { en: 'task', ru: { nominative: 'задача', accusative: 'задачу', feminine: true } },
  },
  note('contact'),
  note('company'),
  note('lead'),
];

const listPrefix = 'catalog:';

/** `entity` of a source or target. */
export const entityPattern = '^(contact|company|lead|task|note:(contact|company|lead)|catalog:.+)$';
export const entityChoices =
  'contact, company, lead, task, note:contact, note:company, note:lead, catalog:<name or id of a list>';

/** Throws a PipeError of kind input where there is no such entity; the account is asked for a list alone. */
export async function entityKind(client: Client, entity: string, signal: AbortSignal): Promise<EntityKind> {
  const kind = fixedKind(entity);
  if (kind !== undefined) return kind;
  if (!entity.startsWith(listPrefix)) throw errors.unknown_entity.error({ entity, known: entityChoices });
  const id = await catalogId(client, entity.slice(listPrefix.length), signal);
  const path = `/catalogs/${id}`;
  return {
    name: entity,
    form: 'element',
    path: `${path}/elements`,
    collection: 'elements',
    fieldsPath: `${path}/custom_fields`,
    ordered: false,
    gated: false,
    called: { en: 'list element', ru: { nominative: 'элемент списка', accusative: 'элемент списка' } },
  };
}

export function fixedKind(entity: string): EntityKind | undefined {
  return kinds.find(({ name }) => name === entity);
}

/** Whether it can be listed by id; known without asking. */
export function isOrdered(entity: string): boolean {
  return fixedKind(entity)?.ordered === true;
}

/** An account has ten lists at most (reference 2): one page holds them all. */
async function catalogId(client: Client, wanted: string, signal: AbortSignal): Promise<string> {
  const reply = await client.get('/catalogs', [['limit', '250']], signal);
  if (!reply.ok) throw reply.error;
  const { host } = client;
  const rows = rowsIn(reply.value, 'catalogs');
  if (rows === undefined) throw errors.unexpected_result.error({ host, method: 'GET /catalogs' });
  const lists = rows.map((row) => ({ id: String(row['id']), name: String(row['name']) }));
  const exact = lists.find(({ id }) => id === wanted);
  if (exact) return exact.id;
  const [named, another] = lists.filter(({ name }) => name === wanted);
  if (named && another === undefined) return named.id;
  const known = lists.map(({ id, name }) => `${name} (${id})`).join(', ');
  throw errors.unknown_catalog.error({ catalog: wanted, host, known });
}
