import { defineErrors } from '../errors.ts';

export const logErrors = defineErrors('log', {
  unknown_setting: {
    kind: 'input',
    en: '{setting} does not know "{value}"',
    ru: '«{value}» не подходит для {setting}',
    fix: { en: 'write {choices}', ru: 'напишите {choices}' },
  },
  wrong_number: {
    kind: 'input',
    en: '{setting} does not take "{value}"',
    ru: '{setting} не принимает «{value}»',
    fix: { en: 'write a whole number, ≥ 1', ru: 'напишите целое число, ≥ 1' },
  },
  unwritable: {
    kind: 'environment',
    en: 'the log in {folder} cannot be written ({reason}); the run goes on without it',
    ru: 'журнал в {folder} не записывается ({reason}); работа продолжается без него',
    fix: {
      en: 'make room or give rights there, or name another folder in PIPE_LOG_FOLDER',
      ru: 'освободите место или дайте права на папку либо укажите другую в PIPE_LOG_FOLDER',
    },
  },
  unreadable: {
    kind: 'environment',
    en: 'the log in {folder} cannot be read ({reason})',
    ru: 'журнал в {folder} не читается ({reason})',
    fix: {
      en: 'let this user read that folder, or look at it as the user that runs pipe',
      ru: 'дайте этому пользователю читать папку или смотрите журнал от имени того, кто запускает pipe',
    },
  },
  personal_in_full: {
    kind: 'input',
    en: 'names, phones and e-mails go into the log in full (PIPE_LOG_PERSONAL)',
    ru: 'имена, телефоны и e-mail пишутся в журнал полностью (PIPE_LOG_PERSONAL)',
    fix: {
      en: 'remove PIPE_LOG_PERSONAL when you have seen what you looked for, and delete these logs',
      ru: 'уберите PIPE_LOG_PERSONAL, когда найдёте что искали, и удалите эти журналы',
    },
  },
  none_yet: {
    kind: 'input',
    en: 'pipeline {pipeline} has no log in {folder}',
    ru: 'у конвейера {pipeline} нет журнала в {folder}',
    fix: {
      en: '`pipe run {file}` writes one; if it does elsewhere, set PIPE_LOG_FOLDER as it has it',
      ru: 'его пишет `pipe run {file}`; если в другую папку, задайте PIPE_LOG_FOLDER так же',
    },
  },
  no_day: {
    kind: 'input',
    en: 'pipeline {pipeline} has no log of {day}',
    ru: 'у конвейера {pipeline} нет журнала за {day}',
    fix: { en: 'the days there are: {first} to {last}', ru: 'есть дни с {first} по {last}' },
  },
  bad_day: {
    kind: 'input',
    en: '--day is "{value}", which is not a day',
    ru: '--day: «{value}» — не день',
    fix: { en: 'write it as 2026-03-01', ru: 'напишите как 2026-03-01' },
  },
});
