import type { Database } from './database.ts';
import type { StateStore } from './ports.ts';

interface SystemRow {
  readonly connection: string;
  readonly system: string;
}

/** Which systems the checkpoints, links and known hashes of a state are about. */
export function systems(db: Database): Pick<StateStore, 'meetSystems' | 'adoptSystems'> {
  const known = db.sqlite.prepare<[], SystemRow>('SELECT connection, system FROM systems');
  const begin = db.sqlite.prepare<[string, string]>(
    'INSERT OR REPLACE INTO systems (connection, system) VALUES (?, ?)',
  );
  // A wrong address that nothing ever came of binds nobody.
  const delivered = db.sqlite.prepare<[]>(
    'SELECT 1 FROM checkpoints UNION ALL SELECT 1 FROM links UNION ALL SELECT 1 FROM intents LIMIT 1',
  );
  const meet = db.sqlite.prepare<[string | null, string]>('UPDATE systems SET met = ? WHERE connection = ?');
  const adopt = db.sqlite.prepare<[], Pick<SystemRow, 'connection'>>(
    'UPDATE systems SET system = met, met = NULL WHERE met IS NOT NULL RETURNING connection',
  );
  return {
    meetSystems: async (met) =>
      db.write(() => {
        const rows = delivered.get() === undefined ? [] : known.all();
        const before = new Map(rows.map(({ connection, system }) => [connection, system]));
        const others = [...met].filter(([connection, system]) => (before.get(connection) ?? system) !== system);
        for (const [connection, system] of met) {
          if (before.has(connection)) meet.run(before.get(connection) === system ? null : system, connection);
          else begin.run(connection, system);
        }
        return others.map(([connection, now]) => ({ connection, before: before.get(connection) ?? now, now }));
      }),
    adoptSystems: async () => db.write(() => adopt.all().map(({ connection }) => connection)),
  };
}
