import type { Desk } from './desk.ts';

const surnames = ['Берёзкин', 'Вахрушев', 'Гордеев', 'Зимин', 'Калинин', 'Лопухов', 'Мельников', 'Озеров', 'Родников'];
const names = ['Артём', 'Богдан', 'Вадим', 'Егор', 'Кирилл', 'Лев', 'Максим', 'Тимур', 'Фёдор'];
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
