import type { Called } from '../connector.ts';
import type { Person, RowTold, RunEvent } from '../events/events.ts';
import { fill } from '../messages/template.ts';
import type { Language, Template } from '../messages/template.ts';

/** By what became of a row; `ru` for words of the masculine, `feminine` for «сделка». */
const verbs = {
  found: { en: 'Found', ru: 'Найден', feminine: 'Найдена' },
  adopted: { en: 'Found', ru: 'Найден', feminine: 'Найдена' },
  created: { en: 'Created', ru: 'Создан', feminine: 'Создана' },
  updated: { en: 'Updating', ru: 'Обновляем', feminine: 'Обновляем' },
  deleted: { en: 'Deleted', ru: 'Удалён', feminine: 'Удалена' },
} as const;

const lines = {
  row: { en: '{verb} {what} {row} for {key}', ru: '{verb} {what} {row} для {key}' },
  found: { en: '{verb} {what} {row} ({key})', ru: '{verb} {what} {row} ({key})' },
  foundPerson: { en: '{verb} {what} {row}: {person} ({key})', ru: '{verb} {what} {row}: {person} ({key})' },
  createdFor: { en: '{verb} {what} {row} for {person} ({key})', ru: '{verb} {what} {row} для {person} ({key})' },
  adopted: {
    en: '{verb} {what} {row} after a write without an answer ({key})',
    ru: '{verb} {what} {row} после записи без ответа ({key})',
  },
} as const satisfies Record<string, Template>;

type RowEvent = Extract<RunEvent, { type: 'row-found' | 'row-written' }>;

/** «Найден контакт 12345: И**** И**** И**** (F1_12345)», «Обновляем сделку 67890 для F1_12345» (rule 45). */
export function rowText(event: RowEvent, language: Language): string {
  const operation = event.type === 'row-found' ? 'found' : event.operation;
  const { key, row } = event;
  const called = event.called ?? calledBy(event);
  const verb = verbs[operation];
  const person = event.person && personText(event.person, language);
  const parameters = {
    verb: language === 'ru' && called.ru.feminine ? verb.feminine : verb[language],
    what: wordOf(called, operation === 'updated', language),
    row,
    key,
    ...(person !== undefined && { person }),
  };
  return fill(lineOf(operation, person !== undefined), parameters, language) + howText(event, language);
}

/** ` [rung: IDENT id; fields: STAGE_ID, UF_CRM_1]` where it was asked for. */
function howText({ rung, fields = [] }: RowTold, language: Language): string {
  const parts = [
    ...(rung === undefined ? [] : [`${labels.rung[language]}: ${rung}`]),
    ...(fields.length === 0 ? [] : [`${labels.fields[language]}: ${fields.join(', ')}`]),
  ];
  return parts.length === 0 ? '' : ` [${parts.join('; ')}]`;
}

function lineOf(operation: keyof typeof verbs, hasPerson: boolean): Template {
  if (operation === 'found') return hasPerson ? lines.foundPerson : lines.found;
  if (operation === 'adopted') return lines.adopted;
  return operation === 'created' && hasPerson ? lines.createdFor : lines.row;
}

function wordOf({ en, ru }: Called, isObject: boolean, language: Language): string {
  if (language === 'en') return en;
  return isObject ? ru.accusative : ru.nominative;
}

/** A row nobody has a word for is one of its target. */
function calledBy({ target }: RowTold): Called {
  return {
    en: `${target} row`,
    ru: { nominative: `строка ${target}`, accusative: `строку ${target}`, feminine: true },
  };
}

const labels = {
  phone: { en: 'phone', ru: 'телефон' },
  email: { en: 'e-mail', ru: 'e-mail' },
  rung: { en: 'rung', ru: 'ступень' },
  fields: { en: 'fields', ru: 'поля' },
} as const satisfies Record<string, Template>;

/** «И**** И**** И****, телефон +7999***4567» (rule 49). */
function personText({ name, phone, email }: Person, language: Language): string {
  return [
    ...(name === undefined ? [] : [name]),
    ...(phone === undefined ? [] : [`${labels.phone[language]} ${phone}`]),
    ...(email === undefined ? [] : [`${labels.email[language]} ${email}`]),
  ].join(', ');
}
