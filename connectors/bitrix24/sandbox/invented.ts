import type { Desk } from './desk.ts';
import type { EveryDesk } from './portal.ts';

type Choices = readonly [string, ...string[]];

const surnames: Choices = [
  'Берёзкин',
  'Вахрушев',
  'Гордеев',
  'Зимин',
  'Калинин',
  'Лопухов',
  'Мельников',
  'Озеров',
  'Родников',
];
const names: Choices = ['Артём', 'Богдан', 'Вадим', 'Егор', 'Кирилл', 'Лев', 'Максим', 'Тимур', 'Фёдор'];
const patronymics = ['Андреевич', 'Борисович', 'Викторович', 'Ильич', 'Олегович', 'Павлович', 'Юрьевич'];
const stages = ['NEW', 'NEW', 'PREPARATION', 'EXECUTING', 'WON', 'LOSE'];
const sources = ['CALL', 'WEB', 'RECOMMENDATION'];

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Invents this many contacts, a deal for each, and an open lead for every fifth one. */
export function inventRecords(desk: Desk, size: number, seed: number): void {
  const random = randomNumbers(seed);
  const one = (choices: readonly string[]): string => choices[Math.floor(random() * choices.length)] ?? '';
  for (let number = 1; number <= size; number += 1) {
    const person = { NAME: one(names), LAST_NAME: one(surnames), SECOND_NAME: one(patronymics) };
    const phone = `+7900${String(Math.floor(random() * 1e7)).padStart(7, '0')}`;
    const PHONE = [{ VALUE: phone, VALUE_TYPE: 'MOBILE' }];
    const CONTACT_ID = desk.create('contact', { ...person, PHONE, TYPE_ID: 'CLIENT' });
    const TITLE = `${person.LAST_NAME} ${person.NAME}`;
    const OPPORTUNITY = Math.floor(random() * 300) * 100;
    desk.create('deal', { TITLE, CONTACT_ID, OPPORTUNITY, STAGE_ID: one(stages), SOURCE_ID: one(sources) });
    if (number % 5 === 0) desk.create('lead', { TITLE: `Заявка: ${TITLE}`, ...person, PHONE, SOURCE_ID: one(sources) });
  }
}

const services: Choices = [
  'Чистка',
  'Осмотр',
  'Снимок',
  'Имплант',
  'Коронка',
  'Брекет-система',
  'Пломба',
  'Отбеливание',
];
const cities: readonly [number, ...number[]] = [1201, 1203, 1205, 1207, 1209, 1211];

/**
 * Invents what is around the records: people, services, contracts, rooms, objects in the lists. From random numbers of
 * its own, so that the records of a seed stay what they were.
 */
export function inventSurroundings(desk: EveryDesk, size: number, seed: number): void {
  const random = randomNumbers(seed + 1);
  const one = <T>(choices: readonly [T, ...T[]]): T => choices[Math.floor(random() * choices.length)] ?? choices[0];
  const each = (count: number, invent: (number: number) => unknown): void => {
    for (let number = 1; number <= count; number += 1) invent(number);
  };
  each(Math.ceil(size / 10), () =>
    desk.hire({ name: one(names), lastName: one(surnames), departments: [one([3, 5, 7])], active: random() < 0.8 }),
  );
  each(Math.ceil(size / 2), (number) =>
    desk.create('product', { NAME: `${one(services)} ${number}`, PRICE: 100 + Math.floor(random() * 300) * 100 }),
  );
  each(Math.ceil(size / 4), (number) =>
    desk.create('contract', {
      TITLE: `Договор ${number}`,
      CONTACT_ID: 1 + Math.floor(random() * size),
      OPPORTUNITY: Math.floor(random() * 90) * 1000,
      UF_CRM_5_NUMBER: `${number}/${one(['А', 'Б', 'В'])}`,
      STAGE_ID: one(['DT1036_11:NEW', 'DT1036_11:PREPARATION', 'DT1036_11:SUCCESS']),
    }),
  );
  each(Math.ceil(size / 10), (number) => desk.create('room', { TITLE: `Кабинет ${number}` }));
  each(size, (number) =>
    desk.createElement(77, {
      NAME: `Объект ${number}`,
      PROPERTY_637: one(cities),
      PROPERTY_645: random() < 0.9 ? 1231 : 1233,
    }),
  );
}
