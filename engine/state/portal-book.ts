import { join } from 'node:path';
import type { Clock } from './clock.ts';
import { openDatabase } from './database.ts';
import type { Database, Schema } from './database.ts';
import { claimsMigration, creationClaims, hashOf } from './claims.ts';
import { identities, identitiesMigration } from './identities.ts';
import { limiter } from './limiter.ts';
import { sharedMode } from './place.ts';
import type { PortalBook, RecentRow } from './machine-ports.ts';

const bookSchema: Schema = {
  applicationId: 0x70626f6b, // "pbok"
  migrations: [
    `
    CREATE TABLE buckets (
      key TEXT PRIMARY KEY,
      level INTEGER NOT NULL,
      at INTEGER NOT NULL,
      boot TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE recent (
      connection TEXT NOT NULL,
      entity TEXT NOT NULL,
      claim TEXT NOT NULL,
      row TEXT NOT NULL,
      at INTEGER NOT NULL,
      saved_at INTEGER NOT NULL,
      boot TEXT NOT NULL,
      PRIMARY KEY (connection, entity, claim, row)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX recent_by_age ON recent (at);
    `,
    identitiesMigration,
    `
    CREATE TABLE work (
      key TEXT NOT NULL,
      method TEXT NOT NULL,
      request TEXT NOT NULL,
      seconds REAL NOT NULL,
      ends INTEGER NOT NULL,
      leaves INTEGER NOT NULL,
      at INTEGER NOT NULL,
      boot TEXT NOT NULL,
      PRIMARY KEY (key, method, request, leaves)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE work_known (
      key TEXT NOT NULL,
      method TEXT NOT NULL,
      boot TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (key, method)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE waiting (
      request TEXT PRIMARY KEY,
      key TEXT NOT NULL,
      priority INTEGER NOT NULL,
      until INTEGER NOT NULL,
      at INTEGER NOT NULL,
      boot TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    `,
    claimsMigration,
  ],
};

const recentMs = 24 * 60 * 60 * 1000;

/**
 * Opens the book all pipelines of this machine share: `<folder>/portal-book.db`, or `:memory:`. The folder is
 * `machineFolder()`; the file is 0600, or 0660 where the folder is the group's.
 */
export async function openPortalBook(folder: string, clock: Clock): Promise<PortalBook> {
  const file = folder === ':memory:' ? folder : join(folder, 'portal-book.db');
  const db = openDatabase(file, bookSchema, sharedMode);
  return {
    ...limiter(db, clock),
    ...recentRows(db, clock),
    ...creationClaims(db, clock),
    ...identities(db, clock),
    close: async () => db.close(),
  };
}

/**
 * What was created lately. Claims are phones and names, so the book, which others may read, holds their hashes. A row
 * expires when wall clock and monotonic clock agree that a day has gone by: setting the clock forward forgets nothing.
 */
function recentRows(db: Database, clock: Clock): Pick<PortalBook, 'saveRecent' | 'recent'> {
  const save = db.sqlite.prepare<[string, string, string, string, number, number, string]>(
    'INSERT OR REPLACE INTO recent (connection, entity, claim, row, at, saved_at, boot) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const expired = 'at <= ? AND (boot <> ? OR saved_at <= ?)';
  const forget = db.sqlite.prepare<[number, string, number]>(`DELETE FROM recent WHERE ${expired}`);
  const answering = db.sqlite.prepare<[string, string, string, number, string, number], Pick<RecentRow, 'row' | 'at'>>(
    `SELECT row, at FROM recent WHERE connection = ? AND entity = ? AND claim = ? AND NOT (${expired})`,
  );
  const any = db.sqlite.prepare<[string, string]>('SELECT 1 FROM recent WHERE connection = ? AND entity = ? LIMIT 1');
  const dayAgo = (): [number, string, number] => [
    clock.now() - recentMs,
    clock.bootId,
    Math.floor(clock.monotonic() - recentMs),
  ];

  return {
    async saveRecent(rows) {
      if (rows.length === 0) return;
      const savedAt = Math.floor(clock.monotonic());
      db.write(() => {
        forget.run(...dayAgo());
        for (const { connection, entity, row, claims, at } of rows) {
          for (const claim of claims) save.run(connection, entity, hashOf(claim), row, at, savedAt, clock.bootId);
        }
      });
    },
    async recent(connection, entity, claims) {
      const found = new Map<string, RecentRow>();
      db.read(() => {
        if (!any.get(connection, entity)) return;
        for (const claim of new Set(claims)) {
          for (const { row, at } of answering.all(connection, entity, hashOf(claim), ...dayAgo())) {
            const known = found.get(row)?.claims ?? [];
            found.set(row, { connection, entity, row, claims: [...known, claim], at });
          }
        }
      });
      return [...found.values()].sort((a, b) => b.at - a.at);
    },
  };
}
