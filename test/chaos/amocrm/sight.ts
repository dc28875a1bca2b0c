import type { Account, Json, JsonMap } from '../../../connectors/amocrm/sandbox/index.ts';
import type { Done, Held, Look } from './world.ts';

const keyFields = { contact: 'ID пациента IDENT', lead: 'ID приёма IDENT' } as const;
const tables = { contact: 'contacts', lead: 'leads' } as const;
type Entity = keyof typeof tables;
const entities: readonly Entity[] = ['contact', 'lead'];
const closed = new Set([142, 143]);

/** What a manager added by hand is told apart by these. */
export const additions = { tag: 'VIP', phone: '+79990009999' } as const;

/** What an account holds, by what the clinic calls it. */
export function heldBy(account: Account): readonly Held[] {
  const patients = new Map(
    account.truth
      .rows('contacts')
      .map(({ id }) => [Number(id), textOf(account.truth.values('contacts', Number(id))[keyFields.contact])]),
  );
  return entities.flatMap((entity) =>
    account.truth.rows(tables[entity]).map((row) => {
      const values = account.truth.values(tables[entity], Number(row['id']));
      return {
        entity,
        id: Number(row['id']),
        key: textOf(values[keyFields[entity]]),
        mark: textOf(values['PIPE_KEY']),
        closed: closed.has(Number(row['status_id'])),
        fields: fieldsOf(account, entity, row, values, patients),
      };
    }),
  );
}

function fieldsOf(
  account: Account,
  entity: Entity,
  row: JsonMap,
  values: Readonly<Record<string, Json>>,
  patients: ReadonlyMap<number, string>,
): Readonly<Record<string, string>> {
  const { PIPE_ORIGIN: _origin, PIPE_KEY: _key, Телефон: phones = [], ...customs } = values;
  const { contacts = [], tags = [] } = Object(row['_embedded']) as {
    readonly contacts?: readonly { readonly id: number }[];
    readonly tags?: readonly { readonly name: string }[];
  };
  const own = {
    name: row['name'] ?? '',
    phones: [phones].flat().filter((phone) => phone !== additions.phone),
    tags: tags.map(({ name }) => name).filter((name) => name !== additions.tag),
    ...(entity === 'lead' && {
      price: row['price'] ?? 0,
      stage: stageOf(account, Number(row['status_id'])),
      patient: contacts.map(({ id }) => patients.get(id) ?? '?'),
    }),
  };
  return Object.fromEntries(Object.entries({ ...customs, ...own }).map(([name, one]) => [name, JSON.stringify(one)]));
}

/** Both funnels have the same stages; in which one a lead began depends on when it was made. */
function stageOf(_account: Account, status: number): number {
  return closed.has(status) ? status : status % 1000;
}

/** Versions of rows that a request of ours made, by what it was. */
export function doneBy({ truth, journal }: Account): readonly Done[] {
  const operations = new Map(journal.requests.map(({ number, operation }) => [number, operation]));
  return entities.flatMap((entity) => {
    const seen = new Set<number>();
    return truth.history(tables[entity]).flatMap(({ id, tick, by, request, row }): readonly Done[] => {
      const isNew = !seen.has(id);
      seen.add(id);
      const operation = operations.get(request ?? 0) ?? '';
      // A link stamps the rows it ties together, and is one with the update it belongs to.
      if (by !== 'api' || !(isNew ? operation.startsWith('POST ') : operation.startsWith('PATCH '))) return [];
      return [{ name: isNew ? `create ${entity} ${keyIn(row, keyFields[entity])}` : `update ${entity} ${id}`, tick }];
    });
  });
}

function keyIn(row: JsonMap | null, field: string): string {
  const { custom_fields_values: customs } = Object(row) as {
    readonly custom_fields_values?: readonly JsonMap[] | null;
  };
  const held = customs?.find((custom) => custom['field_name'] === field);
  const [first] = (held?.['values'] ?? []) as readonly JsonMap[];
  return textOf(first?.['value']);
}

/** By what keys rows were asked for, in filters. */
export function looksAt({ journal }: Account): readonly Look[] {
  return journal.requests.flatMap(({ operation, query, to }) => {
    if (!/^GET \/(contacts|leads)$/.test(operation)) return [];
    const asked = JSON.stringify(query['filter'] ?? {}).matchAll(/"(\d+)"(?=[,\]}])/g);
    return [...asked].map(([, id = '']) => ({ key: `${operation.slice(5, -1)} ${id}`, tick: to }));
  });
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
