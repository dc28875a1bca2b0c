import { defineErrors } from '../../errors.ts';

/** What a pipeline that is being begun lacks; warnings but the first. */
export const initErrors = defineErrors('init', {
  what_wanted: {
    kind: 'input',
    en: '`{flag} {connector}` does not say what of it: {key}',
    ru: 'в `{flag} {connector}` не сказано, что именно: {key}',
    fix: {
      en: 'write {flag} {connector}:<{key}>; {key}: {choices}',
      ru: 'напишите {flag} {connector}:<{key}>; {key}: {choices}',
    },
  },
  unknown_funnel: {
    kind: 'input',
    en: 'there is no funnel "{funnel}" in the target',
    ru: 'в цели нет воронки «{funnel}»',
    fix: { en: 'write {choices}, or leave out `--funnel`', ru: 'напишите {choices} или уберите `--funnel`' },
  },
  table_not_there: {
    kind: 'input',
    en: 'there is no {entity} in {connection}: the first run makes it',
    ru: 'в {connection} нет {entity}: его создаст первый запуск',
    fix: {
      en: 'if it should be there, correct its name in the pipeline',
      ru: 'если она должна быть, исправьте её имя в конвейере',
    },
  },
  no_mark_yet: {
    kind: 'input',
    en: '{entity} in {connection} has no room yet for the mark by which its rows are found again',
    ru: 'в {connection} у {entity} ещё нет полей для метки, по которой записи находят снова',
    fix: {
      en: 'run `pipe provision {file}`, or write `key` or `match`',
      ru: 'выполните `pipe provision {file}` или напишите `key` или `match`',
    },
  },
  required_unmapped: {
    kind: 'input',
    en: 'a new {entity} must have {fields}, and no column is called so: until then none is made',
    ru: 'новой строке {entity} нужны {fields}, а похожего столбца нет: пока строки не создаются',
    fix: {
      en: 'map them in {file}, then take `missing: skip` away',
      ru: 'задайте их в {file} и уберите `missing: skip`',
    },
  },
  field_not_there: {
    kind: 'input',
    en: '{entity} in {connection} has no field called "{title}" ({field})',
    ru: 'в {connection} у {entity} нет поля с названием «{title}» ({field})',
    fix: {
      en: 'make it there and write its code in place of {field}, or write the code of another: {known}',
      ru: 'создайте его там и напишите его код вместо {field} или возьмите код другого: {known}',
    },
  },
  field_to_make: {
    kind: 'input',
    en: '{entity} in {connection} has no field called "{title}" ({field}), and none of its own at all',
    ru: 'в {connection} у {entity} нет поля с названием «{title}» ({field}) и вообще нет своих полей',
    fix: {
      en: 'make it there, and write its code in place of {field}',
      ru: 'создайте его там и напишите его код вместо {field}',
    },
  },
  to_provision: {
    kind: 'input',
    en: 'fields that the pipeline knows how to make are not there yet: {fields}',
    ru: 'полей, которые конвейер умеет создать, ещё нет: {fields}',
    fix: {
      en: 'run `pipe provision {file}`, then `pipe discover {file} --lock`',
      ru: 'выполните `pipe provision {file}`, затем `pipe discover {file} --lock`',
    },
  },
  option_not_there: {
    kind: 'input',
    en: '{entity}.{field} in {connection} has no option called "{title}" ({option})',
    ru: 'в {connection} у {entity}.{field} нет варианта «{title}» ({option})',
    fix: { en: 'write another in its place: {known}', ru: 'напишите вместо него другой: {known}' },
  },
});
