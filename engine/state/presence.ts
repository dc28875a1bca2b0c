import type { Database } from './database.ts';
import type { ListedRow, Presence } from './ports.ts';

/** Stands for the flow itself where a target's name stands for its own keys: no target is named by nothing. */
const records = '';

const isUnseen = `NOT EXISTS (
  SELECT 1 FROM seen_keys s WHERE s.flow = l.flow AND s.target = l.target AND s.key = l.key)`;

/** Rows of targets and keys of the source, held against each other on the disk: a million of them fit (DL-7, G8). */
export function presence(db: Database): Presence {
  const unlist = db.sqlite.prepare<[string]>('DELETE FROM listed_rows WHERE flow = ?');
  const unsee = db.sqlite.prepare<[string]>('DELETE FROM seen_keys WHERE flow = ?');
  const list = db.sqlite.prepare<[string, string, string, string]>(
    'INSERT OR REPLACE INTO listed_rows (flow, target, row, key) VALUES (?, ?, ?, ?)',
  );
  const see = db.sqlite.prepare<[string, string, string]>(
    'INSERT OR IGNORE INTO seen_keys (flow, target, key) VALUES (?, ?, ?)',
  );
  const next = db.sqlite.prepare<[string, string, string, number], ListedRow>(
    `SELECT row, key FROM listed_rows l WHERE flow = ? AND target = ? AND row > ? AND ${isUnseen} ORDER BY row LIMIT ?`,
  );
  const count = db.sqlite.prepare<[string, string], { readonly listed: number; readonly absent: number }>(
    `SELECT count(*) AS listed, coalesce(sum(${isUnseen}), 0) AS absent FROM listed_rows l WHERE flow = ? AND target = ?`,
  );
  const forget = db.sqlite.prepare<[string, string]>(
    `DELETE FROM known WHERE flow = ? AND NOT EXISTS (
      SELECT 1 FROM seen_keys s WHERE s.flow = known.flow AND s.target = ? AND s.key = known.key)`,
  );
  return {
    clear: async (flow) =>
      db.write(() => {
        unlist.run(flow);
        unsee.run(flow);
      }),
    list: async (flow, target, rows) =>
      db.write(() => rows.forEach(({ row, key }) => list.run(flow, target, row, key))),
    see: async (flow, keys) => db.write(() => keys.forEach(({ target, key }) => see.run(flow, target ?? records, key))),
    absent: async (flow, target, after, limit) => db.read(() => next.all(flow, target, after, limit)),
    count: async (flow, target) => db.read(() => count.get(flow, target) ?? { listed: 0, absent: 0 }),
    forgetUnseen: async (flow) => void db.write(() => forget.run(flow, records)),
  };
}
