import { defineErrors } from '../../engine/index.ts';

/** What only MySQL and MariaDB can meet; the rest is `sql.*`. */
export const mysqlErrors = defineErrors('mysql', {
  checkpoint_engine: {
    kind: 'environment',
    en: 'table {table} is kept by {engine}, which has no transactions: it cannot hold a checkpoint',
    ru: 'таблицу {table} хранит {engine} без транзакций: контрольной точки в ней быть не может',
    fix: { en: 'ALTER TABLE {table} ENGINE=InnoDB', ru: 'выполните ALTER TABLE {table} ENGINE=InnoDB' },
  },
  no_transactions: {
    kind: 'environment',
    en: 'table {table} is kept by {engine}, which has no transactions: rows of a batch that breaks off stay, and are written again',
    ru: 'таблицу {table} хранит {engine} без транзакций: строки прерванной пачки останутся и будут записаны снова',
    fix: { en: 'ALTER TABLE {table} ENGINE=InnoDB', ru: 'выполните ALTER TABLE {table} ENGINE=InnoDB' },
  },
  numbered_column: {
    kind: 'input',
    en: '{table} numbers column {column} itself: it cannot be written beside the key ({key})',
    ru: 'столбец {column} таблицы {table} нумерует сама база: его нельзя писать рядом с ключом ({key})',
    fix: {
      en: 'leave {column} out of fields, or key the target by it',
      ru: 'уберите {column} из fields или сделайте его ключом цели',
    },
  },
});
