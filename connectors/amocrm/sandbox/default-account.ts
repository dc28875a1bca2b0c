import type { FieldDraft } from './fields.ts';
import type { PipelineDraft } from './pipelines.ts';

export interface User {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly isAdmin: boolean;
  /** One who was deleted can be responsible for nothing any more (reference §3.2, §10.6). */
  readonly isDeleted: boolean;
}

/** The first one's tokens the API is called with, the second is the manager whose hand `edit` moves. */
export const defaultUsers: readonly User[] = [
  { id: 101, name: 'Роман Ключевой', email: 'admin@clinic.example', isAdmin: true, isDeleted: false },
  { id: 102, name: 'Дарья Светлова', email: 'd.svetlova@clinic.example', isAdmin: false, isDeleted: false },
  { id: 103, name: 'Глеб Осокин', email: 'g.osokin@clinic.example', isAdmin: false, isDeleted: false },
];

export const managerId = 102;

/** Two funnels (ident.md C.4): first visits and later ones. */
export const defaultPipelines: readonly PipelineDraft[] = [
  {
    id: 3101,
    name: 'Первичные пациенты',
    firstStatusId: 41002,
    stages: ['Записан', 'Пришёл', 'На приёме', 'Завершён'],
  },
  {
    id: 3102,
    name: 'Повторные пациенты',
    firstStatusId: 42002,
    stages: ['Записан', 'Пришёл', 'На приёме', 'Завершён'],
  },
];

export const defaultLossReasons = [
  { id: 901, name: 'Дорого', sort: 1 },
  { id: 902, name: 'Не пришёл', sort: 2 },
] as const;

const born = { predefined: true } as const;

/** What every account is born with (reference §4, §11.13). */
export const predefinedFields: readonly FieldDraft[] = [
  { ...born, home: 'contacts', name: 'Должность', type: 'text', code: 'POSITION' },
  { ...born, home: 'contacts', name: 'Телефон', type: 'multitext', code: 'PHONE' },
  { ...born, home: 'contacts', name: 'Email', type: 'multitext', code: 'EMAIL' },
  { ...born, home: 'companies', name: 'Телефон', type: 'multitext', code: 'PHONE' },
  { ...born, home: 'companies', name: 'Email', type: 'multitext', code: 'EMAIL' },
  { ...born, home: 'companies', name: 'Web', type: 'url', code: 'WEB' },
  { ...born, home: 'companies', name: 'Адрес', type: 'textarea', code: 'ADDRESS' },
];

type Listed = readonly [name: string, type: string, options?: readonly string[]];

/** The 26 fields of ident.md A.8, in its order, as the shipped pipeline would make them. */
const patientFields: readonly Listed[] = [
  ['ID пациента IDENT', 'text'],
  ['Возраст', 'numeric'],
  ['Пол', 'select', ['Мужской', 'Женский', 'Не указан']],
  ['Дата рождения', 'birthday'],
  ['Номер карты', 'text'],
  ['Комментарий IDENT', 'textarea'],
  ['Номер пациента', 'text'],
  ['Статус пациента', 'select', ['Активный', 'Архивный', 'Удален']],
  ['Причина архивирования', 'text'],
  ['Филиал', 'text'],
  ['Город', 'text'],
  ['ИНН', 'text'],
  ['СНИЛС', 'text'],
  ['Паспорт', 'text'],
  ['Дата первого визита', 'date'],
  ['Количество визитов', 'numeric'],
  ['Сумма всех визитов', 'numeric'],
  ['Скидка', 'numeric'],
  ['Аванс', 'numeric'],
  ['Долг', 'numeric'],
  ['SMS отказ', 'checkbox'],
  ['Дата изменения', 'date_time'],
  ['Отчество', 'text'],
  ['Дополнительный телефон', 'multitext'],
  ['Адрес', 'streetaddress'],
  ['Источник', 'text'],
];

const visitFields: readonly Listed[] = [
  ['ID приёма IDENT', 'text'],
  ['ID пациента IDENT', 'text'],
  ['Дата приёма', 'date_time'],
  ['Врач', 'text'],
  ['Услуги', 'textarea'],
];

/** What the shipped pipeline from IDENT writes. */
export const clinicFields: readonly FieldDraft[] = [
  ...patientFields.map((listed) => drafted('contacts', listed)),
  ...visitFields.map((listed) => drafted('leads', listed)),
];

function drafted(home: 'contacts' | 'leads', [name, type, options]: Listed): FieldDraft {
  return { home, name, type, ...(options && { options }), ...(name.startsWith('ID ') && { apiOnly: true }) };
}
