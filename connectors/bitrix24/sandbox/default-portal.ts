import type { EntityName } from './entities/index.ts';
import type { Category, Status } from './statuses.ts';
import type { UserFieldDraft } from './user-fields.ts';

/** [STATUS_ID, name, semantics?] in the order people see them. */
type Entry = readonly [string, string, ('S' | 'F')?];

/** The books of a portal as it is born (reference §5.6), and stage UC_NO40X0, which the clinic's pipeline writes. */
const books: Readonly<Record<string, readonly Entry[]>> = {
  STATUS: [
    ['NEW', 'Не обработан'],
    ['IN_PROCESS', 'В работе'],
    ['PROCESSED', 'Обработан'],
    ['CONVERTED', 'Качественный лид', 'S'],
    ['JUNK', 'Некачественный лид', 'F'],
  ],
  DEAL_STAGE: [
    ['NEW', 'Новая запись'],
    ['PREPARATION', 'На приёме'],
    ['PREPAYMENT_INVOICE', 'Счёт на предоплату'],
    ['EXECUTING', 'В работе'],
    ['FINAL_INVOICE', 'Финальный счёт'],
    ['UC_NO40X0', 'Приём завершён'],
    ['WON', 'Сделка успешна', 'S'],
    ['LOSE', 'Сделка провалена', 'F'],
    ['APOLOGY', 'Анализ причины провала', 'F'],
  ],
  DEAL_STAGE_1: [
    ['C1:NEW', 'Новое обращение'],
    ['C1:PREPARATION', 'Консультация'],
    ['C1:WON', 'Лечение начато', 'S'],
    ['C1:LOSE', 'Отказ', 'F'],
  ],
  DYNAMIC_1036_STAGE_11: [
    ['DT1036_11:NEW', 'Черновик'],
    ['DT1036_11:PREPARATION', 'На подписании'],
    ['DT1036_11:SUCCESS', 'Подписан', 'S'],
    ['DT1036_11:FAIL', 'Расторгнут', 'F'],
  ],
  DYNAMIC_1036_STAGE_13: [
    ['DT1036_13:NEW', 'Новый'],
    ['DT1036_13:SUCCESS', 'Оплачен', 'S'],
    ['DT1036_13:FAIL', 'Отказ', 'F'],
  ],
  SOURCE: [
    ['CALL', 'Звонок'],
    ['EMAIL', 'Электронная почта'],
    ['WEB', 'Сайт'],
    ['ADVERTISING', 'Реклама'],
    ['RECOMMENDATION', 'По рекомендации'],
    ['OTHER', 'Другое'],
  ],
  CONTACT_TYPE: [
    ['CLIENT', 'Клиенты'],
    ['SUPPLIER', 'Поставщики'],
    ['PARTNER', 'Партнёры'],
    ['OTHER', 'Другое'],
  ],
  COMPANY_TYPE: [
    ['CUSTOMER', 'Клиент'],
    ['SUPPLIER', 'Поставщик'],
    ['PARTNER', 'Партнёр'],
    ['OTHER', 'Другое'],
  ],
  DEAL_TYPE: [
    ['SALE', 'Продажа'],
    ['SERVICE', 'Услуга'],
  ],
  INDUSTRY: [
    ['IT', 'Информационные технологии'],
    ['OTHER', 'Другое'],
  ],
  EMPLOYEES: [
    ['EMPLOYEES_1', 'менее 50'],
    ['EMPLOYEES_2', '50-250'],
  ],
  HONORIFIC: [
    ['HNR_RU_1', 'г-н'],
    ['HNR_RU_2', 'г-жа'],
  ],
};

const colors: Readonly<Record<'P' | 'S' | 'F', string>> = { P: '#39A8EF', S: '#7BD500', F: '#FF5752' };

export const defaultStatuses: readonly Status[] = Object.entries(books)
  .flatMap(([entityId, entries]) => entries.map((entry, index) => ({ entityId, entry, index })))
  .map(({ entityId, entry: [statusId, name, semantics], index }, position) => ({
    id: 101 + position,
    entityId,
    statusId,
    name,
    sort: (index + 1) * 10,
    system: index === 0 || semantics !== undefined,
    semantics: semantics ?? null,
    categoryId: Number(/_STAGE_(\d+)$/.exec(entityId)?.[1] ?? 0) || null,
    color: colors[semantics ?? 'P'],
  }));

export const defaultCategories: readonly Category[] = [
  { entityTypeId: 2, id: 0, name: 'Общая', sort: 100, isDefault: true },
  { entityTypeId: 2, id: 1, name: 'Ортодонтия', sort: 200, isDefault: false },
  { entityTypeId: 1036, id: 11, name: 'Лечение', sort: 500, isDefault: true },
  { entityTypeId: 1036, id: 13, name: 'Страховые', sort: 600, isDefault: false },
];

/** Whose hand `edit` moves. */
export const managerId = 2;

type UserFields = Readonly<Partial<Record<EntityName, readonly UserFieldDraft[]>>>;

/** User fields of the shipped pipeline from IDENT. */
export const clinicUserFields: UserFields = {
  deal: [
    { name: 'UF_CRM_1769072841035', type: 'string', label: 'Номер записи в IDENT' },
    { name: 'UF_CRM_1769072843903', type: 'string', label: 'Источник записи' },
    { name: 'UF_CRM_1769083581481', type: 'string', label: 'Номер карты' },
    { name: 'UF_CRM_1769008900', type: 'datetime', label: 'Начало приёма' },
    { name: 'UF_CRM_1769008947', type: 'datetime', label: 'Конец приёма' },
    { name: 'UF_CRM_1769008996', type: 'string', label: 'Врач' },
    { name: 'UF_CRM_1769009098', type: 'string', label: 'Услуги' },
    { name: 'UF_CRM_1769009157', type: 'string', label: 'Статус приёма' },
    { name: 'UF_CRM_1769087458477', type: 'string', label: 'Представитель пациента' },
    { name: 'UF_CRM_1769494714842', type: 'string', label: 'Комментарий к записи' },
    { name: 'UF_CRM_1769167266723', type: 'string', label: 'План лечения' },
    { name: 'UF_CRM_1769167398642', type: 'string', label: 'Отпечаток плана лечения' },
  ],
  contact: [
    { name: 'UF_CRM_1769083788971', type: 'string', label: 'Номер карты' },
    { name: 'UF_CRM_1769087537061', type: 'string', label: 'Представитель пациента' },
  ],
};

/** User fields of the smart processes. */
export const processUserFields: UserFields = {
  contract: [
    { name: 'UF_CRM_5_NUMBER', type: 'string', label: 'Номер договора' },
    { name: 'UF_CRM_5_1747309727', type: 'date', label: 'Дата подписания' },
    { name: 'UF_CRM_5_1747309801', type: 'money', label: 'Аванс' },
    { name: 'UF_CRM_5_1747309802', type: 'boolean', label: 'Оригинал получен' },
    { name: 'UF_CRM_5_1747309803', type: 'employee', label: 'Подписанты', multiple: true },
  ],
};
