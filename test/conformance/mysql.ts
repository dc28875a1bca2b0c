import { createDatabase, serverFor } from '../support/servers/fresh-database.ts';
import { execute } from '../support/servers/speak.ts';
import type { SinkCase, Subject, Subjects } from './subject.ts';

const rows = 14;

const orders = [
  'CREATE TABLE orders (id INT PRIMARY KEY, customer VARCHAR(50), amount DECIMAL(10,2), changed_at DATETIME(3))',
  `INSERT INTO orders VALUES ${Array.from({ length: rows }, (_, n) => `(${n + 1}, 'Клиент ${n}', ${n}.5, '2026-03-01 09:${10 + n}:00')`).join(', ')}`,
  'CREATE TABLE visits (id INT AUTO_INCREMENT PRIMARY KEY, mark VARCHAR(50), note TEXT)',
];

const sink: SinkCase = {
  block: { table: 'visits' },
  unknownEntity: 'nowhere',
  mark: 'mark',
  note: 'note',
  values: (mark, note) => ({ mark, ...(note !== undefined && { note }) }),
  goneKey: '999999',
};

export const subjects: Subjects = {
  'a table': onServer({ table: 'orders' }, { id: 999_999 }),
  'a query': onServer({ query: 'SELECT * FROM orders WHERE changed_at >= @since AND changed_at < @until' }),
};

function onServer(block: Readonly<Record<string, unknown>>, goneKey?: Readonly<Record<string, number>>): Subject {
  return {
    async prepare() {
      const { settings, drop } = await createDatabase('mariadb', await serverFor('mariadb'));
      for (const statement of orders) await execute('mariadb', settings, statement);
      return {
        settings: { ...settings },
        source: {
          block,
          window: { field: 'changed_at', firstMs: 'all', overlapMs: 0, fullMs: 'all' },
          rows,
          ...(goneKey && { goneKey }),
        },
        sink,
        close: drop,
      };
    },
  };
}
