import { defineErrors } from '../../engine/index.ts';

export const errors = defineErrors('ident', {
  cursor_field: {
    kind: 'input',
    en: 'the stream {stream} moves along changedAt, not {field}',
    ru: 'поток {stream} движется по changedAt, а не по {field}',
    fix: { en: 'write cursor: { field: changedAt, … }', ru: 'напишите cursor: { field: changedAt, … }' },
  },
  no_cursor: {
    kind: 'input',
    en: 'the stream {stream} has no stamps, so it is read whole each time',
    ru: 'у потока {stream} нет отметок времени, он каждый раз читается целиком',
    fix: { en: 'remove cursor from this source', ru: 'уберите cursor из этого источника' },
  },
  columns_not_there: {
    kind: 'environment',
    en: 'the login reads no {columns} in table {table}; what rows lack: {lacks}',
    ru: 'учётная запись не читает {columns} в таблице {table}; чего не будет в строках: {lacks}',
    fix: {
      en: 'if this IDENT has them, grant SELECT on the whole table; else there is nothing to do',
      ru: 'если в этом IDENT они есть, дайте SELECT на всю таблицу; если нет, делать ничего не нужно',
    },
  },
  columns_missing: {
    kind: 'environment',
    en: 'the login sees no {columns} in table {table}',
    ru: 'учётная запись не видит {columns} в таблице {table}',
    fix: {
      en: 'grant SELECT on the whole table; if this IDENT has other columns, read it by a query: of your own',
      ru: 'дайте SELECT на всю таблицу; если в этом IDENT другие столбцы, читайте его своим запросом query:',
    },
  },
  tables_missing: {
    kind: 'environment',
    en: 'the login sees no table {table}',
    ru: 'учётная запись не видит таблицу {table}',
    fix: {
      en: 'check that database names the base of IDENT (PZ) and grant the login db_datareader in it',
      ru: 'проверьте, что database — это база IDENT (PZ), и дайте учётной записи роль db_datareader в ней',
    },
  },
});
