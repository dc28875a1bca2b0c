import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import {
  startAccount,
  type Account,
  type AccountOptions,
  type FieldDraft,
} from '../../connectors/amocrm/sandbox/index.ts';
import { loadConnector } from '../../engine/registry.ts';
import { place } from '../cli/pipe.ts';
import { temporaryFolder } from '../support/folder.ts';
import { compiled, stand, testClock } from '../support/harness.ts';

const noon = Date.parse('2026-11-20T12:00:00+03:00');

async function account(options: AccountOptions): Promise<Account> {
  const started = await startAccount({ now: () => noon, limits: 'off', ...options });
  onTestFinished(async () => {
    await started.close();
    expect(started.journal.refusals).toEqual([]);
  });
  return started;
}

const connections = ({ domain, origin, token }: Account): string => `
  desk: { connector: file }
  amo: { connector: amocrm, domain: ${domain}, address: "${origin}", token: "${token}", limits: { perSecond: 100000, perAccount: 100000 } }`;

const options = ['Кариес', 'Пульпит'];

/** What is written into a field of each type (reference 4). */
const cards = {
  text: 'текст',
  textarea: 'строка\nи ещё одна',
  url: 'https://clinic.example/?a=1&b=2',
  streetaddress: 'Москва, Тверская, 1',
  numeric: '1234.50',
  monetary: 99.9,
  checkbox: true,
  select: 'Пульпит',
  radiobutton: 'Кариес',
  multiselect: options,
  date: '2026-03-29',
  birthday: '1965-03-01',
  date_time: '2026-11-20T07:00:00Z',
  smart_address: [
    { value: 'Тверская, 1', enum_code: 'address_line_1' },
    { value: 'Москва', enum_code: 'city' },
  ],
  legal_entity: [{ name: 'ООО «Ромашка»', entity_type: 2, vat_id: '7700000000' }],
  file: [{ file_uuid: 'f-1', version_uuid: 'v-1', file_name: 'снимок.png', file_size: 42 }],
};
const kinds = {
  contact: {
    ...cards,
    multitext: [
      { value: '+7 (900) 111-22-33', type: 'MOB' },
      { value: '+79004445566', type: 'WORK' },
    ],
  },
  lead: { ...cards, tracking_data: 'сайт', chained_list: [{ catalog_id: 1, catalog_element_id: 2 }] },
  'catalog:Услуги': {
    text: 'текст',
    price: 3500.5,
    category: 'Пульпит',
    items: [
      { sku: 'A-1', description: 'Удаление', unit_price: 3500.5, quantity: 2, discount: { type: 'amount', value: 10 } },
    ],
    linked_entity: [{ name: 'Нина', entity_id: 1, entity_type: 'contacts' }],
    payer: [{ name: 'ООО «Ромашка»', vat_id: '7700000000' }],
    supplier: [{ name: 'ИП Орлова', vat_id: '770000000000' }],
  },
} as const;

type Entity = keyof typeof kinds;

const homes = { contact: 'contacts', lead: 'leads', 'catalog:Услуги': 'elements' } as const;

function drafts(entity: Entity): readonly FieldDraft[] {
  return Object.keys(kinds[entity]).map((type) => ({
    home: homes[entity],
    ...(entity === 'catalog:Услуги' && { catalogId: 1 }),
    name: `a ${type}`,
    type,
    options: ['select', 'radiobutton', 'multiselect', 'category'].includes(type) ? options : [],
  }));
}

const everyType = (started: Account, entity: Entity, file: string): string => `version: 1
name: types
connections:${connections(started)}
flows:
  rows:
    source: { connection: desk, file: "${file}" }
    key: id
    targets:
      row:
        connection: amo
        entity: "${entity}"
        match: [{ name: name, by: { name: id } }]
        fields:
          name: id
${Object.keys(kinds[entity])
  .map((type) => `          a ${type}: ${type}`)
  .join('\n')}
`;

it.each(
  (['contact', 'lead', 'catalog:Услуги'] as const).flatMap((entity) =>
    ['Europe/Moscow', 'America/New_York', 'Asia/Vladivostok'].map((zone) => [entity, zone] as const),
  ),
)('a value of every type a %s may hold is written once, in an account of %s', async (entity, zone) => {
  const started = await account({ zone, fields: drafts(entity), bare: true });
  if (entity === 'catalog:Услуги') await post(started, '/catalogs', { name: 'Услуги' });
  const file = join(temporaryFolder(), 'rows.jsonl');
  writeFileSync(file, `${JSON.stringify({ id: 'Р-1', ...kinds[entity] })}\n`);
  const connectors = (await Promise.all(['file', 'amocrm'].map(loadConnector))).filter((one) => one !== undefined);
  const pipeline = await compiled(everyType(started, entity, file), connectors);
  const flows = [];
  for (let run = 1; run <= 2; run++) {
    // A state of its own each time: nothing is known, everything is compared.
    const through = await stand(connectors, 'types', { clock: testClock(noon) });
    flows.push((await through.run(pipeline)).flows[0]);
    expect(through.events.filter(({ type }) => type === 'record-queued')).toEqual([]);
    await through.close();
    if (run === 1) started.journal.reset();
  }
  expect(flows).toMatchObject([
    { created: 1, updated: 0 },
    { read: 1, created: 0, updated: 0 },
  ]);
  expect(Object.keys(started.journal.counts).filter((one) => !one.startsWith('GET'))).toEqual([]);
  const [row] = started.truth.rows(homes[entity]);
  expect(row?.['custom_fields_values']).toHaveLength(Object.keys(kinds[entity]).length);
});

async function post(started: Account, way: string, item: object): Promise<void> {
  const response = await fetch(`${started.origin}/api/v4${way}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${started.token}`, 'content-type': 'application/json' },
    body: JSON.stringify([item]),
  });
  if (!response.ok) throw new Error(`POST ${way}: HTTP ${response.status}`);
}

const gone = (started: Account): string => `version: 1
name: gone
connections:${connections(started)}
brakes: { deletes: 50 }
flows:
  rows:
    source: { connection: desk, file: rows.csv, key: [id] }
    key: id
    map: { id: id }
    targets:
      contact:
        connection: amo
        entity: contact
        key: [Номер карты]
        match: [{ name: card, by: [Номер карты] }]
        absent: { mark: Дата изменения }
        within: $contains($found.\`Номер карты\`, "К-")
        fields: { Номер карты: id, name: id }
`;

it('DL-7 contacts whose row is gone are marked, those of others stay; one that is back is marked no longer', async () => {
  const started = await account({
    seed(desk) {
      const field_id = desk.field('contacts', 'Номер карты').id;
      desk.create('contacts', { name: 'чужой', custom_fields_values: [{ field_id, values: [{ value: 'Ч-1' }] }] });
      desk.create('contacts', { name: 'без карты' });
    },
  });
  const csv = (last: number) => `id\n${Array.from({ length: last }, (_, index) => `К-${index + 1}\n`).join('')}`;
  const marked = () =>
    started.truth
      .rows('contacts')
      .filter(({ id }) => 'Дата изменения' in started.truth.values('contacts', Number(id)))
      .map(({ name }) => name);
  const { pipe, path } = place({ 'gone.yaml': gone(started), 'rows.csv': csv(30) });
  expect((await pipe(['run', 'gone.yaml'])).exit).toBe(0);
  expect(marked()).toEqual([]);
  writeFileSync(path('rows.csv'), csv(27));
  const second = await pipe(['run', 'gone.yaml', '--json']);
  expect([second.exit, JSON.parse(second.stdout).flows[0].deleted, marked()]).toEqual([0, 3, ['К-28', 'К-29', 'К-30']]);
  writeFileSync(path('rows.csv'), csv(29));
  expect((await pipe(['run', 'gone.yaml'])).exit).toBe(0);
  expect(marked()).toEqual(['К-30']);
});

const visits = (started: Account, match: string, file: string): string => `version: 1
name: visits
connections:${connections(started)}
flows:
  visits:
    source: { connection: desk, file: "${file}" }
    key: id
    map: { id: id, lead: lead, text: text, noteId: noteId }
    targets:
      note:
        connection: amo
        entity: note:lead
        ${match}
        fields: { entity_id: lead, text: text }
`;

/** A note whose answer is lost, and what three runs make of it, the settle time apart. */
async function lostNote(match: string) {
  const started = await account({ seed: (desk) => void desk.create('leads', { name: 'Приём' }) });
  const file = join(temporaryFolder(), 'visits.csv');
  writeFileSync(file, 'id,lead,text,noteId\n1,1,Пришёл,\n');
  const connectors = (await Promise.all(['file', 'amocrm'].map(loadConnector))).filter((one) => one !== undefined);
  const pipeline = await compiled(visits(started, match, file), connectors);
  const through = await stand(connectors, 'visits', { clock: testClock(noon) });
  onTestFinished(() => through.close());
  started.fail({ operation: 'POST /leads/notes', when: 'after', fault: 'reset' });
  const exits: number[] = [];
  for (let run = 0; run < 3; run++) {
    exits.push((await through.run(pipeline)).exitCode);
    through.clock.time += 100_000;
  }
  return { exits, notes: started.truth.rows('notes').length, queue: await through.state.queue({ open: true }) };
}

it('DL-12 a note whose answer was lost is found by its owner and text, and is not written again', async () => {
  const match = 'match: [{ name: text, by: { entity_id: lead, text: text } }]';
  expect(await lostNote(match)).toMatchObject({ exits: [4, 0, 0], notes: 1, queue: [] });
});

it('DL-13 a note that no question can find is quarantined when its answer was lost, and is not written again', async () => {
  const match = 'match: [{ name: id, by: { id: noteId } }]';
  expect(await lostNote(match)).toMatchObject({ exits: [4, 4, 0], notes: 1, queue: [{ state: 'quarantined' }] });
});

it('a note with neither a question nor room for the mark of the engine is not begun with', async () => {
  expect(await lostNote('')).toEqual({ exits: [2, 2, 2], notes: 0, queue: [] });
});

const copy = (started: Account): string => `version: 1
name: copy
connections:${connections(started)}
  warehouse: { connector: sqlite, file: warehouse.db }
flows:
  contacts:
    source: { connection: amo, entity: contact, cursor: { field: updated_at, first: all, overlap: 1m }, batch: 100 }
    key: id
    targets:
      contacts: { connection: warehouse, table: contacts, ddl: create, key: [id], fields: all }
  leads:
    source: { connection: amo, entity: lead, filter: { pipeline: Первичные пациенты, status: Записан }, select: [name, price, status, contacts] }
    key: id
    map: { id: id, name: name, price: price, contact: "contacts[0]" }
    targets:
      leads: { connection: warehouse, table: leads, ddl: create, key: [id], fields: all }
`;

it('an account is copied into a table, and the next run reads what has changed', async () => {
  let now = noon;
  const started = await account({
    now: () => now,
    seed(desk) {
      const field = (name: string, value: string) => ({
        field_id: desk.field('contacts', name).id,
        values: [{ value }],
      });
      for (let index = 1; index <= 300; index++) {
        now += 1_000;
        const custom_fields_values = [field('Пол', index % 2 === 0 ? 'Женский' : 'Мужской'), field('Город', 'Тверь')];
        desk.create('contacts', { name: `№ ${index}`, custom_fields_values });
      }
      desk.create('leads', { name: 'Приём', price: 1_500, _embedded: { contacts: [{ id: 7 }] } });
      desk.create('leads', { name: 'Другая', pipeline_id: 3102 });
    },
  });
  now += 60_000;
  const { pipe, path } = place({ 'copy.yaml': copy(started) });
  const first = await pipe(['run', 'copy.yaml', '--json']);
  expect([first.exit, JSON.parse(first.stdout).flows]).toMatchObject([0, [{ created: 300 }, { created: 1 }]]);
  const table = (): readonly unknown[] => {
    const warehouse = new Database(path('warehouse.db'));
    const rows = warehouse
      .prepare('SELECT id, name, "пол_text" AS sex, "город" AS city FROM contacts WHERE id IN (7, 8) ORDER BY name')
      .all();
    warehouse.close();
    return rows;
  };
  expect(table()).toEqual([
    { id: '7', name: '№ 7', sex: 'Мужской', city: 'Тверь' },
    { id: '8', name: '№ 8', sex: 'Женский', city: 'Тверь' },
  ]);
  now += 60_000;
  started.edit('contacts', 8, { name: '№ 8, новое имя' });
  const second = await pipe(['run', 'copy.yaml', '--flow', 'contacts', '--json']);
  const [{ read, updated }] = JSON.parse(second.stdout).flows;
  // Those of the last minute before the cursor, and the one that was changed.
  expect([second.exit, read, updated]).toEqual([0, 62, 1]);
  expect(table()).toMatchObject([{}, { name: '№ 8, новое имя' }]);
});
