import { defineErrors } from '../errors.ts';

/** What can go wrong with the vault, its key and what is put into it. No text ever holds a value. */
export const vaultErrors = defineErrors('vault', {
  // ---- what was typed
  wrong_name: {
    kind: 'input',
    en: 'this is not the name of a secret',
    ru: 'это не имя секрета',
    fix: {
      en: 'write the name as the pipeline does in ${secret:NAME}: letters of English, digits and _; the value is asked for',
      ru: 'напишите имя так, как в ${secret:NAME} конвейера: латинские буквы, цифры и _; значение будет спрошено отдельно',
    },
  },
  value_as_argument: {
    kind: 'input',
    en: 'a value on the command line is read by other programs and stays in the history of the shell; it was not taken',
    ru: 'значение в командной строке видят другие программы, и оно остаётся в истории; оно не принято',
    fix: {
      en: 'run `pipe secret set NAME` and type the value when asked, or give it on stdin; if it was a real one, have it changed',
      ru: 'выполните `pipe secret set ИМЯ` и введите значение по запросу или подайте его на stdin; если это было настоящее значение, смените его',
    },
  },
  no_value: {
    kind: 'input',
    en: 'no value came for {name}',
    ru: 'для {name} не получено значения',
    fix: {
      en: 'type it when asked, or give it on stdin: `pipe secret set {name} < file`',
      ru: 'введите его по запросу или подайте на stdin: `pipe secret set {name} < файл`',
    },
  },
  shadowed: {
    kind: 'input',
    en: '{name} is set in the environment or in .env as well, and that wins',
    ru: '{name} задан также в окружении или в .env, и действует то значение',
    fix: {
      en: 'remove it there',
      ru: 'уберите его оттуда',
    },
  },
  unknown_secret: {
    kind: 'input',
    en: 'the vault has no secret {name}',
    ru: 'в хранилище нет секрета {name}',
    fix: { en: 'see `pipe secret list`', ru: 'имена показывает `pipe secret list`' },
  },
  nothing_named: {
    kind: 'input',
    en: 'no pipeline beside {file} names a secret',
    ru: 'рядом с {file} нет конвейера, который ссылается на секреты',
    fix: {
      en: 'put the file beside the pipelines, and write ${secret:NAME} where they need one',
      ru: 'положите файл рядом с конвейерами и напишите в них ${secret:NAME} там, где нужен секрет',
    },
  },
  // ---- the file
  damaged: {
    kind: 'environment',
    en: 'the vault {file} is damaged: {reason}',
    ru: 'хранилище {file} повреждено: {reason}',
    fix: {
      en: 'restore it from a backup, or move it away and set its secrets again with `pipe secret set`; where it held tokens, log in again with `pipe auth`',
      ru: 'восстановите его из резервной копии или уберите и задайте секреты заново командой `pipe secret set`; если в нём были токены, войдите заново: `pipe auth`',
    },
  },
  newer: {
    kind: 'environment',
    en: 'the vault {file} was written by a newer pipe: its version is {found}, this pipe knows {known}',
    ru: 'хранилище {file} записано более новой версией pipe: его версия {found}, эта знает {known}',
    fix: { en: 'install the newer pipe again', ru: 'верните более новую версию pipe' },
  },
  unusable: {
    kind: 'environment',
    en: '{file} cannot be used: {reason}',
    ru: 'файл {file} недоступен: {reason}',
    fix: {
      en: 'run as the user the vault belongs to (on Windows as administrator or SYSTEM), or give the secrets in the environment',
      ru: 'запустите от имени владельца хранилища (в Windows — администратора или SYSTEM) или задайте секреты в окружении',
    },
  },
  full: {
    kind: 'environment',
    en: 'there is no room left for {file}',
    ru: 'нет места для {file}',
    fix: { en: 'free space on that disk and run again', ru: 'освободите место на этом диске и запустите снова' },
  },
  busy: {
    kind: 'environment',
    en: 'process {pid} has been changing the vault {file} for {seconds} s',
    ru: 'процесс {pid} меняет хранилище {file} дольше {seconds} с',
    fix: { en: 'let it end, or end it, then try again', ru: 'дождитесь его конца или завершите его и повторите' },
  },
  // ---- its key
  key_missing: {
    kind: 'environment',
    en: 'the key of the vault {file} is not in {place}',
    ru: 'ключа хранилища {file} нет в {place}',
    fix: {
      en: 'if the vault came from another machine or user, or its key is lost: move the vault away and set its secrets again with `pipe secret set` (tokens: `pipe auth`); otherwise bring the key back',
      ru: 'если хранилище перенесено с другого компьютера или от другого пользователя либо ключ потерян: уберите хранилище и задайте секреты заново командой `pipe secret set` (токены — `pipe auth`); иначе верните ключ',
    },
  },
  other_key: {
    kind: 'environment',
    en: 'the vault {file} was locked with another key than the one in {place}',
    ru: 'хранилище {file} закрыто другим ключом, не тем, что в {place}',
    fix: {
      en: 'bring the key it was made with, or move the vault away and set its secrets again with `pipe secret set` (tokens: `pipe auth`)',
      ru: 'верните ключ, с которым оно создано, или уберите хранилище и задайте секреты заново командой `pipe secret set` (токены — `pipe auth`)',
    },
  },
  key_damaged: {
    kind: 'environment',
    en: 'what lies in {place} is not a key of the vault',
    ru: 'в {place} лежит не ключ хранилища',
    fix: {
      en: 'restore it from a backup; without the key move it and the vault away and set the secrets again',
      ru: 'восстановите его из резервной копии; если ключа нет, уберите его вместе с хранилищем и задайте секреты заново',
    },
  },
  keychain_silent: {
    kind: 'environment',
    en: 'the keychain that holds the key of the vault {file} does not answer: {reason}',
    ru: 'связка ключей с ключом хранилища {file} не отвечает: {reason}',
    fix: {
      en: 'unlock it by logging in as this user; what runs unattended wants its secrets in the environment or a vault of the machine (PIPE_HOME, docs/decisions/vault.md)',
      ru: 'разблокируйте её, войдя в систему этим пользователем; для работы без присмотра задайте секреты в окружении или заведите хранилище компьютера (PIPE_HOME, docs/decisions/vault.md)',
    },
  },
  unprotected: {
    kind: 'environment',
    en: 'icacls could not close the folder {folder} to others ({reason}), so no key was put there',
    ru: 'icacls не удалось закрыть папку {folder} от остальных ({reason}), ключ туда не записан',
    fix: {
      en: 'run as administrator, or give the secrets in the environment',
      ru: 'запустите от имени администратора или задайте секреты в окружении',
    },
  },
});
