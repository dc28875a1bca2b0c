import { randomUUID } from 'node:crypto';
import type { SourceBlock } from '../../engine/index.ts';
import { freshDatabase } from '../support/servers/fresh-database.ts';
import { execute } from '../support/servers/speak.ts';
import type { Subject, Subjects } from './subject.ts';

const { settings } = await freshDatabase('postgres');
const orders = 24;

export const subjects: Subjects = {
  'a table': inServer({ table: 'orders' }, { id: 999_999 }),
  'a query': inServer({
    query: 'SELECT id, customer, changed_at FROM orders WHERE changed_at >= @since AND changed_at < @until ORDER BY 1',
  }),
};

/** A schema of its own for every test. */
function inServer(block: SourceBlock, goneKey?: Readonly<Record<string, number>>): Subject {
  return {
    async prepare() {
      const schema = `s_${randomUUID().slice(0, 8)}`;
      await execute(
        'postgres',
        settings,
        `CREATE SCHEMA ${schema};
        CREATE TABLE ${schema}.orders (id integer PRIMARY KEY, customer text, tags jsonb, changed_at timestamptz NOT NULL);
        INSERT INTO ${schema}.orders
          SELECT n, CASE WHEN n % 3 > 0 THEN 'клиент ' || n END, '{"a": [1, null], "b": null}',
            now() - interval '1 hour' + n * interval '1 second'
          FROM generate_series(1, ${orders}) AS n;
        CREATE TABLE ${schema}.visits (id serial PRIMARY KEY, number text UNIQUE, comment text)`,
      );
      return {
        settings: { ...settings, schema },
        source: {
          block,
          window: { field: 'changed_at', firstMs: 'all', overlapMs: 0, fullMs: 'all' },
          rows: orders,
          ...(goneKey && { goneKey }),
        },
        sink: {
          block: { table: 'visits' },
          unknownEntity: 'nowhere',
          mark: 'number',
          note: 'comment',
          values: (mark, note) => ({ number: mark, ...(note !== undefined && { comment: note }) }),
          goneKey: '999999',
        },
        close: async () => await execute('postgres', settings, `DROP SCHEMA ${schema} CASCADE`),
      };
    },
  };
}
