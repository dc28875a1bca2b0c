import type { Insert } from './tables.ts';

/** What every invented clinic has before its first patient: branches, chairs, staff, price list. */
export const branches = [
  { id: 1, name: 'Клиника на Садовой' },
  { id: 2, name: 'Клиника на Речной' },
  // Not open yet: no chairs.
  { id: 3, name: 'Клиника на Полевой' },
] as const;

export const armchairs = [
  { id: 1, name: 'Кабинет 1', branch: 1 },
  { id: 2, name: 'Кабинет 2', branch: 1 },
  { id: 3, name: 'Кабинет 3', branch: 1 },
  { id: 4, name: 'Синий кабинет', branch: 2 },
  { id: 5, name: 'Зелёный кабинет', branch: 2 },
] as const;

/** IDs of `Persons`; the second doctor has two professions, so a careless join would double her visits (T9). */
export const doctors = [101, 102, 103, 104, 105, 106] as const;
export const doctorOfTwoProfessions = 102;
export const registrar = 110;

const professions = ['Терапевт', 'Хирург', 'Ортопед', 'Ортодонт', 'Пародонтолог', 'Администратор'];

const services = [
  ['Осмотр и консультация', 900],
  ['Прицельный снимок', 450],
  ['Панорамный снимок', 1400],
  ['Анестезия', 650],
  ['Пломба световая', 4200],
  ['Лечение кариеса', 5300.5],
  ['Лечение пульпита', 9800],
  ['Удаление зуба', 3700],
  ['Удаление зуба мудрости', 8900.99],
  ['Профессиональная гигиена', 5500],
  ['Отбеливание', 18900],
  ['Коронка', 21500.75],
  ['Имплант', 42000],
  ['Брекет-система', 68000],
  ['Коррекция брекетов', 2500.1],
  ['Слепок', 1250.05],
] as const;

/** IDs of `ServiceItemPrices`; each service has an old and a current price. */
export const prices = services.flatMap(([, price], index) => [
  { id: index * 2 + 1, service: index + 1, price: Math.round(price * 80) / 100 },
  { id: index * 2 + 2, service: index + 1, price },
]);

/** The price list: folders within categories, and the services of each by their place above. */
const folders = [
  { name: 'Диагностика', category: 1, services: [1, 2, 3, 4] },
  { name: 'Терапия', category: 2, services: [5, 6, 7, 10, 11] },
  { name: 'Хирургия', category: 2, services: [8, 9, 13] },
  { name: 'Ортопедия и ортодонтия', category: 2, services: [12, 14, 15] },
] as const;
const formerFolder = 2;

/** Rows that do not depend on the seed, in the column order of tables.ts. */
export const standingRows: readonly Insert[] = [
  { table: 'OwnCompanies', rows: branches.map(({ id, name }) => [id, name]) },
  { table: 'Armchairs', rows: armchairs.map(({ id, name, branch }) => [id, name, branch]) },
  { table: 'InfoSources', rows: ['Сайт', 'Рекомендация', 'Вывеска'].map((name, index) => [index + 1, name]) },
  { table: 'ArchivingReasons', rows: ['Переезд', 'Дубль карты'].map((name, index) => [index + 1, name]) },
  { table: 'ProfessionNames', rows: professions.map((name, index) => [index + 1, name, index === 5 ? 7 : 8, false]) },
  { table: 'Staffs', rows: [...doctors, registrar].map((id) => [id, false]) },
  {
    table: 'Items',
    rows: [...doctors.map((id, index) => [id, (index % 5) + 1]), [doctorOfTwoProfessions, 5], [registrar, 6]],
  },
  { table: 'ServiceItems', rows: services.map(([name], index) => [index + 1, name]) },
  { table: 'ServiceCategories', rows: ['Осмотр', 'Лечение'].map((name, index) => [index + 1, name]) },
  { table: 'ServiceFolders', rows: folders.map(({ name, category }, index) => [index + 1, name, category]) },
  {
    table: 'ServiceItemContents',
    rows: [
      ...folders.flatMap((folder, index) => folder.services.map((service) => [service, index + 1, null])),
      // Surgery has its services since 2020; before they stood elsewhere.
      ...folders[2].services.map((service) => [service, formerFolder, '2020-01-01T00:00:00.000']),
    ],
  },
  { table: 'ServiceItemPrices', rows: prices.map(({ id, service, price }) => [id, service, price]) },
  { table: 'TreatmentPlanStages', rows: ['Подготовка', 'Лечение'].map((name, index) => [index + 1, name, index + 1]) },
  {
    table: 'TreatmentPlanElements',
    rows: ['Гигиена', 'Терапия', 'Протезирование'].map((name, index) => [index + 1, name, index + 1, null]),
  },
];
