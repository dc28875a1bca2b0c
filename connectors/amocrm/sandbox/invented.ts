import type { Desk } from './desk.ts';

const surnames = ['Берёзкин', 'Вахрушев', 'Гордеев', 'Зимин', 'Калинин', 'Лопухов', 'Мельников', 'Озеров', 'Родников'];
const names = ['Артём', 'Богдан', 'Вадим', 'Егор', 'Кирилл', 'Лев', 'Максим', 'Тимур', 'Фёдор'];
const funnels = [
  { pipeline_id: 3101, statuses: [41_002, 41_003, 142, 143] },
  { pipeline_id: 3102, statuses: [42_002, 42_004, 142] },
] as const;

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

/** Invents this many contacts, and a lead for every second one. */
export function inventRows(desk: Desk, size: number, seed: number): void {
  const random = randomNumbers(seed);
  const one = <T>(choices: readonly [T, ...T[]] | readonly T[]): T => {
    const chosen = choices[Math.floor(random() * choices.length)];
    if (chosen === undefined) throw new RangeError('there is nothing to choose from');
    return chosen;
  };
  for (let number = 1; number <= size; number += 1) {
    const [first_name, last_name] = [one(names), one(surnames)];
    const value = `+7900${String(Math.floor(random() * 1e7)).padStart(7, '0')}`;
    const phone = { field_code: 'PHONE', values: [{ value, enum_code: 'MOB' }] };
    const id = desk.create('contacts', { first_name, last_name, custom_fields_values: [phone] });
    if (number % 2 === 1) continue;
    const { pipeline_id, statuses } = one(funnels);
    const price = Math.floor(random() * 300) * 100;
    const lead = { name: `${last_name} ${first_name}`, price, pipeline_id, status_id: one(statuses) };
    desk.create('leads', { ...lead, _embedded: { contacts: [{ id, is_main: true }] } });
  }
}
