import { defineErrors } from '../../engine/index.ts';

/** What only a file can meet; the rest is `sql.*`. */
export const fileErrors = defineErrors('sqlite', {
  missing: {
    kind: 'input',
    en: 'there is no file {file}',
    ru: 'нет файла {file}',
    fix: {
      en: 'correct file on the connection, or write ddl: create on the target, which makes it',
      ru: 'исправьте file у подключения или напишите у цели ddl: create, тогда файл будет создан',
    },
  },
  no_folder: {
    kind: 'environment',
    en: 'there is no folder to make {file} in',
    ru: 'нет папки, чтобы создать {file}',
    fix: { en: 'create the folder, or correct file', ru: 'создайте папку или исправьте file' },
  },
  cannot_open: {
    kind: 'environment',
    en: 'the system does not let this user open {file} ({reason})',
    ru: 'система не даёт этому пользователю открыть {file} ({reason})',
    fix: {
      en: 'give the user that runs pipe the right to the file and to its folder, where SQLite keeps its log beside it',
      ru: 'дайте пользователю, под которым работает pipe, права на файл и на его папку: рядом SQLite держит свой журнал',
    },
  },
  no_database: {
    kind: 'input',
    en: '{file} is no SQLite data base',
    ru: '{file} — не база SQLite',
    fix: { en: 'correct file on the connection', ru: 'исправьте file у подключения' },
  },
  damaged: {
    kind: 'environment',
    en: '{file} is damaged ({reason})',
    ru: 'файл {file} повреждён ({reason})',
    fix: {
      en: 'restore it from a copy, or recover what can be read with the command .recover of the program sqlite3',
      ru: 'восстановите его из копии или спасите читаемое командой .recover программы sqlite3',
    },
  },
  disk: {
    kind: 'environment',
    en: 'the disk of {file} does not take more ({reason})',
    ru: 'диск файла {file} больше не принимает данные ({reason})',
    fix: {
      en: 'make room and see whether the disk is in order; nothing of the batch was committed',
      ru: 'освободите место и проверьте диск; из этой пачки ничего не записано',
    },
  },
});
