import type { ListDraft, ListProperty } from './lists.ts';

const options = (first: number, ...texts: readonly string[]): ListProperty['options'] =>
  texts.map((text, index) => ({ id: first + 2 * index, text }));

/** The lists of the dictionaries pipeline: objects with their cities, kinds of violations, violations. */
export const defaultLists: readonly ListDraft[] = [
  {
    id: 77,
    kind: 'bitrix_processes',
    code: 'objects',
    name: 'Объекты',
    properties: [
      {
        id: 637,
        name: 'Город',
        code: 'CITY',
        type: 'L',
        options: options(1201, 'Казань', 'Самара', 'Пермь', 'Уфа', 'Тверь', 'Кострома'),
      },
      { id: 641, name: 'Адрес', code: 'ADDRESS', type: 'S' },
      { id: 645, name: 'Состояние', code: 'STATE', type: 'L', options: options(1231, 'Действует', 'Закрыт') },
    ],
  },
  {
    id: 123,
    kind: 'bitrix_processes',
    code: 'violations',
    name: 'Нарушения',
    properties: [
      { id: 1091, name: 'Категория', code: 'CATEGORY', type: 'E', linkedListId: 127 },
      { id: 1115, name: 'Состояние', code: 'STATE', type: 'L', options: options(1251, 'Действует', 'Отменено') },
    ],
  },
  { id: 127, kind: 'bitrix_processes', code: 'violation_categories', name: 'Категории нарушений', properties: [] },
  {
    id: 47,
    kind: 'lists',
    code: 'equipment',
    name: 'Оборудование',
    properties: [
      { id: 951, name: 'Ответственные', code: 'KEEPERS', type: 'S:employee', multiple: true },
      { id: 953, name: 'Инвентарный номер', code: 'NUMBER', type: 'N' },
      { id: 955, name: 'Стоимость', code: 'COST', type: 'S:Money' },
      { id: 957, name: 'Введено в строй', code: 'SINCE', type: 'S:Date' },
      { id: 1003, name: 'Следующая поверка', code: 'NEXT_CHECK', type: 'S:DateTime' },
    ],
  },
];

/** An element of a default list, its links by name where the ids are not known yet. */
interface Sample {
  readonly list: number;
  readonly name: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** The kinds of violations, in the order of their places. */
export const defaultCategoryNames: readonly string[] = [
  'Документация',
  'Санитарные нормы',
  'Пожарная безопасность',
  'Охрана труда',
];

const objects: readonly (readonly [string, number, string, number])[] = [
  ['Клиника на Баумана', 1201, 'ул. Баумана, 9', 1231],
  ['Клиника на Кремлёвской', 1201, 'ул. Кремлёвская, 21', 1231],
  ['Кабинет на Волжской', 1203, 'наб. Волжская, 3', 1231],
  ['Склад в Самаре', 1203, 'ул. Заводская, 40', 1233],
  ['Клиника на Комсомольском', 1205, 'пр. Комсомольский, 15', 1231],
  ['Лаборатория', 1207, 'ул. Ленина, 70', 1231],
  ['Кабинет на Советской', 1209, 'ул. Советская, 12', 1231],
];

/** [name, the place of its category, state]. */
const violations: readonly (readonly [string, number, number])[] = [
  ['Нет журнала учёта', 0, 1251],
  ['Просрочен договор', 0, 1251],
  ['Нет отметки об уборке', 1, 1251],
  ['Нарушен температурный режим', 1, 1251],
  ['Заставлен эвакуационный выход', 2, 1251],
  ['Просрочен огнетушитель', 2, 1253],
  ['Нет средств защиты', 3, 1251],
];

/** `idOf`: the id of a category by its place. */
export function defaultElements(idOf: (place: number) => number): readonly Sample[] {
  return [
    ...violations.map(([name, category, state]) => ({
      list: 123,
      name,
      fields: { PROPERTY_1091: idOf(category), PROPERTY_1115: state },
    })),
    ...objects.map(([name, city, address, state]) => ({
      list: 77,
      name,
      fields: { PROPERTY_637: city, PROPERTY_641: address, PROPERTY_645: state },
    })),
    {
      list: 47,
      name: 'Автоклав',
      fields: {
        PROPERTY_951: [2, 3],
        PROPERTY_953: 17,
        PROPERTY_955: '240000|RUB',
        PROPERTY_957: '2025-03-31',
        PROPERTY_1003: '2026-12-31T23:59:59+03:00',
      },
    },
    { list: 47, name: 'Рентген', fields: { PROPERTY_951: [3], PROPERTY_953: 18 } },
    { list: 47, name: 'Кресло' },
  ];
}
