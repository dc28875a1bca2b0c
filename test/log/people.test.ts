import { describe, expect, it, onTestFinished } from 'vitest';
import type { EntityDescription, Row } from '../../engine/connector.ts';
import { defineErrors } from '../../engine/errors.ts';
import type { Level } from '../../engine/log/level.ts';
import { runLog } from '../../engine/log/run-log.ts';
import type { Format } from '../../engine/log/run-log.ts';
import type { RunOptions } from '../../engine/run/context.ts';
import { compiled, stand } from '../support/harness.ts';
import { entityOf, putRow, tableSystem } from '../support/table-connector.ts';

const errors = defineErrors('vendor', {
  says: { kind: 'data', en: '{says}', ru: '{says}', fix: { en: 'mend it', ru: 'исправьте' } },
});

const contact: EntityDescription = {
  entity: 'contact',
  id: 'ID',
  lists: [],
  fields: [
    { name: 'ORIGIN', type: 'text' },
    { name: 'NAME', type: 'text', personal: 'name' },
    { name: 'SURNAME', type: 'text', personal: 'name' },
    { name: 'PHONE', type: 'phones', personal: 'phone' },
    { name: 'EMAIL', type: 'emails', personal: 'email' },
  ],
  called: {
    en: 'contact',
    ru: { nominative: 'контакт', accusative: 'контакт' },
    person: ['SURNAME', 'NAME', 'PHONE', 'EMAIL'],
  },
};

const yaml = `
version: 1
name: test
connections:
  tables: { connector: tables }
flows:
  people:
    source: { connection: tables, cursor: { field: stamp, first: all } }
    key: id
    map: { id: $string(id), name: name, surname: surname, phone: phone, email: email, stage: { from: stage, table: { new: N }, otherwise: { const: N, warn: true } } }
    require: [surname]
    targets:
      contact:
        connection: tables
        entity: contact
        key: [ORIGIN]
        match: [{ name: origin, by: [ORIGIN] }]
        fields: { ORIGIN: id, NAME: name, SURNAME: surname, PHONE: phone, EMAIL: email }
`;

const ivanov = {
  id: 79161234567,
  stamp: 1,
  name: 'Иван Иванович',
  surname: 'Иванов',
  phone: '+79991234567',
  email: 'ivanov@example.org',
  stage: 'new',
};

interface Told {
  readonly rows?: readonly Row[];
  readonly options?: Partial<RunOptions>;
  readonly level?: Level;
  readonly format?: Format;
  /** What the target says as it refuses what is written. */
  readonly says?: string;
  /** The contact is there already. */
  readonly there?: boolean;
}

/** What the log of one run says of people, at its lowest level unless another is set. */
async function told(given: Told = {}): Promise<readonly string[]> {
  const { rows = [ivanov], options = { tellRows: 'masked' }, level = 'DEBUG', format = 'text', there, says } = given;
  const system = tableSystem('tables', [contact]);
  entityOf(system, 'contact').nextKey = 123_456_789_012;
  if (there) {
    const [phone, email] = [[{ value: ivanov.phone }], [{ value: ivanov.email }]];
    const { name, surname } = ivanov;
    putRow(system, 'contact', { ORIGIN: String(ivanov.id), NAME: name, SURNAME: surname, PHONE: phone, EMAIL: email });
  }
  if (says !== undefined) system.onWrite = () => ({ ok: false, applied: 'no', error: errors.says.error({ says }) });
  system.rows = [...rows];
  const desk = await stand([system.connector]);
  onTestFinished(() => desk.close());
  await desk.run(await compiled(yaml, [system.connector]), options);
  const lines: string[] = [];
  const listen = runLog({ level, format, language: 'ru' }, (line) => void lines.push(line.trimEnd()));
  for (const event of desk.events) listen(event);
  return lines;
}

const sentence = (lines: readonly string[], word: string) =>
  lines.flatMap((line) => (line.includes(word) ? [line.split(' - ').slice(2).join(' - ')] : []));

describe('49. Names are a letter and stars, phones their ends', () => {
  it('where a contact is created', async () => {
    expect(sentence(await told(), 'Создан контакт')).toEqual([
      'Создан контакт 123456789012 для И**** И**** И****, телефон +7999***4567, e-mail i****@e**** (79161234567)',
    ]);
  });

  it('where it is found', async () => {
    expect(sentence(await told({ there: true }), 'Найден контакт')).toEqual([
      'Найден контакт 123456789012: И**** И**** И****, телефон +7999***4567, e-mail i****@e**** (79161234567)',
    ]);
  });

  it('and in full only where the run is asked to tell them', async () => {
    expect(sentence(await told({ options: { tellRows: 'full' } }), 'Создан контакт')).toEqual([
      'Создан контакт 123456789012 для Иванов Иван Иванович, телефон +79991234567, e-mail ivanov@example.org (79161234567)',
    ]);
  });

  it('nothing of anybody is told where nobody listens', async () => {
    expect((await told({ options: {} })).filter((line) => line.includes('контакт'))).toEqual([]);
  });
});

it('50. E-mails are masked too, and no line of any level or format holds one', async () => {
  const [text, json] = [await told(), await told({ format: 'json' })];
  expect(sentence(text, 'e-mail i****@e****')).toHaveLength(1);
  expect(json.flatMap((line) => JSON.parse(line).person ?? [])).toEqual([
    { name: 'И**** И**** И****', phone: '+7999***4567', email: 'i****@e****' },
  ]);
  expect([...text, ...json].filter((line) => /ivanov|example\.org/.test(line))).toEqual([]);
});

it('T14 ids of ten to twelve digits stay whole beside a masked phone', async () => {
  const [line] = sentence(await told(), 'Создан контакт');
  expect(line).toMatch(/^Создан контакт 123456789012 .*\+7999\*{3}4567.* \(79161234567\)$/);
  const queued = await told({ rows: [{ ...ivanov, id: 9161234567, surname: '' }] });
  expect(sentence(queued, 'QUEUE')).toEqual(['QUEUE: 9161234567: не заполнено обязательное: surname']);
});

it('what a vendor quotes of the people in a write is masked in its words, an id beside it is not', async () => {
  const words = 'контакт 79161234567: телефон +79991234567 занят, Иванов (Иван Иванович), ivanov@example.org';
  const lines = await told({ says: words });
  expect(sentence(lines, 'QUEUE')).toEqual([
    'QUEUE: 79161234567: контакт 79161234567: телефон +7999***4567 занят, И**** (И**** И****), i****@e****',
  ]);
});

it('an unknown value of a table may be a name: its warning is masked', async () => {
  expect(sentence(await told({ rows: [{ ...ivanov, stage: 'Иванов' }] }), 'WARNING')).toEqual([
    '79161234567: поле stage: значения «И****» нет в таблице; исправление: добавьте значение в таблицу',
  ]);
});
