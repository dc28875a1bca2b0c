import { defineErrors } from '../../engine/index.ts';

export const rights = {
  en: 'give the owner of the webhook the right to it in the CRM settings of the portal, or make the webhook as an administrator',
  ru: 'дайте владельцу вебхука это право в настройках CRM портала или создайте вебхук от администратора',
};

/** What keeps a portal from being read, or from being read on. */
export const sourceErrors = defineErrors('bitrix24', {
  source_choice: {
    kind: 'input',
    en: 'a source needs `entity`, or `list`, and `values` belongs to `list`',
    ru: 'источнику нужен `entity` или `list`, а `values` относится к `list`',
    fix: {
      en: 'write `entity: deal`, or `list: 77`, or `list: 77` with `values: PROPERTY_637`',
      ru: 'напишите `entity: deal`, или `list: 77`, или `list: 77` с `values: PROPERTY_637`',
    },
  },
  source_unknown: {
    kind: 'input',
    en: '{host} has no {what} ({code})',
    ru: 'на {host} нет {what} ({code})',
    fix: {
      en: 'look up the number in the address of its page in the portal, and whether the owner of the webhook sees it; `type` says whether a list is among the lists or the processes',
      ru: 'посмотрите номер в адресе страницы портала и видит ли её владелец вебхука; `type` говорит, где список: среди списков или процессов',
    },
  },
  source_forbidden: {
    kind: 'environment',
    en: 'the owner of the webhook of {host} may not read {what} ({code})',
    ru: 'владельцу вебхука {host} нельзя читать {what} ({code})',
    fix: {
      en: 'give the owner of the webhook the right to read it, or make the webhook as an administrator',
      ru: 'дайте владельцу вебхука право чтения или создайте вебхук от администратора',
    },
  },
  source_refused: {
    kind: 'input',
    en: '{host} does not list {what} this way ({code}): {text}',
    ru: '{host} не выдаёт {what} таким образом ({code}): {text}',
    fix: {
      en: 'correct `filter`, `select` or `cursor` of the source',
      ru: 'исправьте `filter`, `select` или `cursor` источника',
    },
  },
  field_unlisted: {
    kind: 'environment',
    en: '{host} gives a field {field} in rows of {what} and does not list it among its fields: it is left out',
    ru: '{host} отдаёт в строках {what} поле {field}, но не указывает его среди полей: оно пропущено',
    fix: {
      en: 'make the webhook as an administrator, with all rights of this kind; where the field is not wanted, list those that are in `select`',
      ru: 'создайте вебхук от администратора со всеми правами этого рода; если поле не нужно, перечислите нужные в `select`',
    },
  },
  source_field: {
    kind: 'input',
    en: '{what} has no field {field} in {host}',
    ru: 'у {what} нет поля {field} на {host}',
    fix: {
      en: 'write the name as the portal gives it: {known}',
      ru: 'напишите имя так, как его даёт портал: {known}',
    },
  },
  no_options: {
    kind: 'input',
    en: '{field} of {what} is no field with options',
    ru: 'у поля {field} ({what}) нет вариантов значений',
    fix: {
      en: 'name a field of the kind list in `values`, or leave `values` out to read the elements',
      ru: 'укажите в `values` поле типа «список» или уберите `values`, чтобы читать элементы',
    },
  },
  no_cursor: {
    kind: 'input',
    en: '{what} cannot be read by changes of {field}',
    ru: '{what} нельзя читать по изменениям {field}',
    fix: {
      en: 'name a field that holds a time in `cursor` (DATE_MODIFY, updatedTime, CREATED_TIME), or leave out `cursor`: users, departments, lists and books are read whole each time',
      ru: 'укажите в `cursor` поле со временем (DATE_MODIFY, updatedTime, CREATED_TIME) или уберите `cursor`: пользователи, отделы, списки и справочники каждый раз читаются целиком',
    },
  },
  cursor_filtered: {
    kind: 'input',
    en: 'both `cursor` and `filter` say from when {field} counts',
    ru: 'и `cursor`, и `filter` говорят, с какого {field} читать',
    fix: {
      en: 'leave {field} out of `filter`: `cursor.first` says how far back the first read goes',
      ru: 'уберите {field} из `filter`: как далеко читать в первый раз, говорит `cursor.first`',
    },
  },
  cursor_wanted: {
    kind: 'input',
    en: '--since and --until need a `cursor` in the source',
    ru: 'для --since и --until источнику нужен `cursor`',
    fix: { en: 'write `cursor: { field: DATE_MODIFY }`', ru: 'напишите `cursor: { field: DATE_MODIFY }`' },
  },
  clock_behind: {
    kind: 'environment',
    en: 'the clock of {host} ({now}) is behind the last change that was read ({cursor})',
    ru: 'часы {host} ({now}) отстают от последнего прочитанного изменения ({cursor})',
    fix: {
      en: 'nothing is lost: the read goes back to that time; when the portal is your own, set its clock',
      ru: 'ничего не потеряно: чтение вернулось к этому времени; если портал ваш, установите его часы',
    },
  },
  clock_differs: {
    kind: 'environment',
    en: 'the clocks of this machine and {host} differ by {seconds} s',
    ru: 'часы этого компьютера и {host} расходятся на {seconds} с',
    fix: { en: 'set the clock of this machine', ru: 'установите часы этого компьютера' },
  },
});
