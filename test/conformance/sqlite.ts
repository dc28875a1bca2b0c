import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { SourceBlock } from '../../engine/index.ts';
import type { Prepared, Subject, Subjects } from './subject.ts';

/** Rows of the source, each changed a minute after the one before it. */
const orders = 12;

export const subjects: Subjects = {
  'a table': subject({ table: 'orders' }, { goneKey: { id: 99 } }),
  'a query': subject({ query: 'SELECT id, note, changed FROM orders WHERE changed >= @since' }, {}),
};

function subject(block: SourceBlock, source: Pick<NonNullable<Prepared['source']>, 'goneKey'>): Subject {
  return {
    async prepare() {
      const folder = await mkdtemp(join(tmpdir(), 'pipe-conformance-'));
      fill(join(folder, 'shop.db'));
      return {
        settings: { file: 'shop.db' },
        folder,
        source: {
          block,
          window: { field: 'changed', firstMs: 'all', overlapMs: 0, fullMs: 'all' },
          rows: orders,
          ...source,
        },
        sink: {
          block: { table: 'visits' },
          unknownEntity: 'nothing',
          mark: 'number',
          note: 'comment',
          values: (mark, note) => ({ number: mark, ...(note !== undefined && { comment: note }) }),
          goneKey: '99',
        },
        close: () => rm(folder, { recursive: true }),
      };
    },
  };
}

function fill(file: string): void {
  const shop = new Database(file);
  shop.exec(`CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT, changed DATETIME NOT NULL);
    CREATE TABLE visits (id INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, comment TEXT)`);
  const insert = shop.prepare('INSERT INTO orders (id, note, changed) VALUES (?, ?, ?)');
  for (let id = 1; id <= orders; id++) {
    const stamp = new Date(Date.UTC(2026, 2, 1, 9, id)).toISOString().slice(0, 19);
    // As CURRENT_TIMESTAMP writes it, and as programs do.
    insert.run(id, `Заказ ${id}`, id % 2 === 0 ? stamp.replace('T', ' ') : stamp);
  }
  shop.close();
}
