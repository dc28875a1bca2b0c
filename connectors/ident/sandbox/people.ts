import type { Random } from './random.ts';

/** An invented person. A surname may be missing, as registrars leave it out. */
export interface Person {
  readonly surname: string | null;
  readonly name: string;
  readonly patronymic: string | null;
  readonly female: boolean;
}

/** People and phones that no log, error or report may ever show (promise G9): tests search for them. */
export const canaries = {
  surnames: ['Канарейкина', 'Щеглова-Невидимская'],
  names: ['Изумруда', 'Аметиста'],
  phones: ['+79990001313', '+79990001717'],
} as const;

const surnames =
  'Абрикосов Берёзкин Вешняков Гвоздиков Дубравин Ежевикин Жаворонков Зимородков Ивушкин Калинкин Ландышев Малинин Незабудкин Орешкин Подснежников Рябинин Синицын Тополев Удальцов Фиалкин Хвойников Цветиков Черёмухин Шиповников Щавелев Эдельвейсов Юнгин Яблонькин'.split(
    ' ',
  );
const men =
  'Авдей Богдан Виктор Глеб Денис Егор Захар Игнат Кирилл Лев Матвей Никита Олег Пётр Роман Семён Тимофей Фёдор'.split(
    ' ',
  );
const women =
  'Алёна Вера Галина Дарья Ева Жанна Зоя Инна Кира Лидия Майя Нина Ольга Полина Рита София Тамара Юлия'.split(' ');
const fathers =
  'Антонов Борисов Вадимов Глебов Денисов Егоров Игорев Кириллов Максимов Олегов Павлов Романов Степанов Фёдоров'.split(
    ' ',
  );

/** The surname a family shares, in its male form. */
export function inventSurname(random: Random): string {
  return random.pick(surnames);
}

export function inventPerson(random: Random, surname: string = inventSurname(random)): Person {
  const female = random.chance(0.55);
  return {
    surname: female ? `${surname}а` : surname,
    name: random.pick(female ? women : men),
    patronymic: random.chance(0.92) ? `${random.pick(fathers)}${female ? 'на' : 'ич'}` : null,
    female,
  };
}

export function canary(index: 0 | 1): Person {
  return { surname: canaries.surnames[index], name: canaries.names[index], patronymic: null, female: true };
}

/** A phone that is nobody's: +7 999 and a number of its own, so that no two patients share one by chance. */
export function inventPhone(number: number): string {
  return `+7999${String(2_000_000 + number).padStart(7, '0')}`;
}

/** The same phone as registrars type it. */
export function asTyped(phone: string, random: Random): string {
  const digits = phone.slice(2);
  const groups = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6, 8), digits.slice(8)] as const;
  return random.pick([
    phone,
    `8${digits}`,
    `8 (${groups[0]}) ${groups[1]}-${groups[2]}-${groups[3]}`,
    `+7 ${groups.join(' ')}`,
  ]);
}
