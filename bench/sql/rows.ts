import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { Field, Value } from '../../engine/connector.ts';

/** Twenty columns as a clinic's warehouse has them: text in Cyrillic, numbers, money, days, instants, yes and no, JSON. */
export const columns: readonly Field[] = [
  { name: 'id', type: 'integer' },
  { name: 'code', type: 'text' },
  { name: 'surname', type: 'text' },
  { name: 'name', type: 'text' },
  { name: 'patronymic', type: 'text' },
  { name: 'phone', type: 'text' },
  { name: 'email', type: 'text' },
  { name: 'city', type: 'text' },
  { name: 'comment', type: 'text' },
  { name: 'visits', type: 'integer' },
  { name: 'version', type: 'integer' },
  { name: 'amount', type: 'number' },
  { name: 'discount', type: 'number' },
  { name: 'balance', type: 'number' },
  { name: 'active', type: 'boolean' },
  { name: 'vip', type: 'boolean' },
  { name: 'born', type: 'date' },
  { name: 'created_at', type: 'datetime' },
  { name: 'changed_at', type: 'datetime' },
  { name: 'tags', type: 'json' },
];

export type Cells = readonly (Value | null)[];

const surnames = ['Ёлкина', 'Иванов', 'Щербакова', 'Кузнецов', 'Цой', 'Гогоберидзе'];
const names = ['Анна', 'Пётр', 'Мария', 'Фёдор', 'Юлия'];
const cities = ['Москва', 'Санкт-Петербург', 'Нижний Новгород', 'Йошкар-Ола'];
const tags = ['имплант', 'гигиена', 'ортодонтия', 'рассрочка'];
const day = 86_400_000;
const epoch = Date.UTC(2026, 0, 1);

/** The row with this id as it is in this version: six columns differ from one version to the next. */
export function rowOf(id: number, version: number): Cells {
  const at = epoch + (id % 200) * day + (id % 86_400) * 1000;
  return [
    id,
    `К-${String(id).padStart(8, '0')}`,
    surnames[id % surnames.length] ?? '',
    names[id % names.length] ?? '',
    id % 7 === 0 ? null : 'Александровна',
    `+7999${String(id % 10_000_000).padStart(7, '0')}`,
    id % 3 === 0 ? null : `patient${id}@example.ru`,
    cities[id % cities.length] ?? '',
    `Просит звонить после 18:00, версия ${version}; аллергия на "лидокаин"`,
    id % 50,
    version,
    (id % 100_000) + version + 0.25,
    id % 10 === 0 ? null : (id % 30) / 2,
    ((id * 7) % 20_001) / 100 - 100,
    (id + version) % 2 === 0,
    id % 11 === 0,
    new Date(epoch - (id % 30_000) * day).toISOString().slice(0, 10),
    new Date(at).toISOString(),
    new Date(at + version * day).toISOString(),
    [tags[id % tags.length] ?? '', { source: 'звонок', n: id % 9 }],
  ];
}

/** Rows `from`, `from + 1`, … so many of them. */
export function rowsOf(from: number, count: number, version: number): readonly Cells[] {
  return Array.from({ length: count }, (_, index) => rowOf(from + index, version));
}

/** The same rows as a file of JSON lines, for `pipe run`. */
export async function writeLines(path: string, count: number, version: number): Promise<void> {
  const file = createWriteStream(path);
  for (let id = 1; id <= count; id++) {
    const cells = rowOf(id, version);
    const row = Object.fromEntries(
      columns.flatMap(({ name }, index) => (cells[index] === null ? [] : [[name, cells[index]]])),
    );
    if (!file.write(`${JSON.stringify(row)}\n`)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
}
