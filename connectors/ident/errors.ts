import { defineErrors } from '../../engine/index.ts';

export const errors = defineErrors('ident', {
  cursor_field: {
    kind: 'input',
    en: 'the stream {stream} moves along changedAt, not {field}',
    ru: 'поток {stream} движется по changedAt, а не по {field}',
    fix: { en: 'write cursor: { field: changedAt, … }', ru: 'напишите cursor: { field: changedAt, … }' },
  },
  columns_missing: {
    kind: 'environment',
    en: 'the login sees no {columns} in table {table}',
    ru: 'вход не видит {columns} в таблице {table}',
    fix: {
      en: 'grant SELECT on the whole table; if this IDENT has other columns, read it by a query: of your own',
      ru: 'дайте SELECT на всю таблицу; если в этом IDENT другие столбцы, читайте его своим запросом query:',
    },
  },
  tables_missing: {
    kind: 'environment',
    en: 'the login sees no table {table}',
    ru: 'вход не видит таблицу {table}',
    fix: {
      en: 'check that database names the base of IDENT (PZ) and grant the login db_datareader in it',
      ru: 'проверьте, что database — это база IDENT (PZ), и дайте входу роль db_datareader в ней',
    },
  },
});
