import { hash } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { Database } from './database.ts';
import { freshMs } from './machine-ports.ts';
import type { NewRow, PortalBook, Standing } from './machine-ports.ts';

export const claimsMigration = `
    CREATE TABLE creating (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      instance TEXT NOT NULL,
      row TEXT NOT NULL,
      at INTEGER NOT NULL,
      made INTEGER,
      until INTEGER NOT NULL,
      boot TEXT NOT NULL,
      UNIQUE (instance, row)
    ) STRICT;

    CREATE TABLE claims (
      claim TEXT NOT NULL,
      creating INTEGER NOT NULL,
      PRIMARY KEY (claim, creating)
    ) STRICT, WITHOUT ROWID;
    `;

/** What another boot began is over. */
const expired = 'boot <> ? OR until <= ?';

/**
 * What pipelines are about to create: two that ask for one person at the same moment both find nobody. After `freshMs` no
 * request of a create is yet to begin, and no plan that missed it is yet to be sent. Times are of the monotonic clock.
 */
export function creationClaims(db: Database, clock: Clock): Pick<PortalBook, 'claim' | 'release'> {
  const now = (): number => Math.floor(clock.monotonic());
  const standingOf = standings(db, clock, now);
  const forgetExpired = forgetting(db, clock, now);
  const begin = db.sqlite.prepare<[string, string, number, number, string]>(
    'INSERT OR REPLACE INTO creating (instance, row, at, until, boot) VALUES (?, ?, ?, ?, ?)',
  );
  const save = db.sqlite.prepare<[string, number | bigint]>('INSERT INTO claims (claim, creating) VALUES (?, ?)');
  const made = db.sqlite.prepare<[number, number, string, string]>(
    'UPDATE creating SET made = ?, until = ? WHERE instance = ? AND row = ?',
  );
  const drop = db.sqlite.prepare<[string, string]>('DELETE FROM creating WHERE instance = ? AND row = ?');

  function claim(instance: string, row: NewRow): Standing {
    const standing = standingOf(instance, row);
    if (standing !== 'free') return standing;
    const until = now() + freshMs + row.lastsMs;
    const { lastInsertRowid } = begin.run(instance, hashOf(row.row), now(), until, clock.bootId);
    for (const each of new Set(row.effects)) save.run(hashOf(each), lastInsertRowid);
    return standing;
  }

  return {
    async claim(instance, rows) {
      return db.write(() => {
        forgetExpired();
        return rows.map((row) => claim(instance, row));
      });
    },
    async release(instance, rows) {
      if (rows.length === 0) return;
      db.write(() => {
        for (const { row, isMade } of rows) {
          if (isMade) made.run(now(), now() + freshMs, instance, hashOf(row));
          else drop.run(instance, hashOf(row));
        }
      });
    },
  };
}

interface Begun {
  readonly at: number;
  readonly made: number | null;
}

/** How a row stands to what other instances have begun to create. */
function standings(db: Database, clock: Clock, now: () => number): (instance: string, row: NewRow) => Standing {
  const others = db.sqlite.prepare<[string, string, string, number], Begun>(
    `SELECT at, made FROM claims CROSS JOIN creating ON id = creating
      WHERE claim = ? AND instance <> ? AND NOT (${expired})`,
  );
  return (instance, { asked, askedAt }) => {
    const met = asked.flatMap((claim) => others.all(hashOf(claim), instance, clock.bootId, now()));
    if (met.some((other) => other.made === null && now() - other.at > freshMs)) return 'in-doubt';
    return met.some((other) => other.made === null || other.made >= Math.floor(askedAt)) ? 'taken' : 'free';
  };
}

/** Looks at all there is: now and then is enough. */
function forgetting(db: Database, clock: Clock, now: () => number): () => void {
  const forget = db.sqlite.prepare<[string, number]>(`DELETE FROM creating WHERE ${expired}`);
  const forgetClaims = db.sqlite.prepare('DELETE FROM claims WHERE creating NOT IN (SELECT id FROM creating)');
  let forgotAt = -Infinity;
  return () => {
    if (now() - forgotAt < freshMs) return;
    forgotAt = now();
    forget.run(clock.bootId, now());
    forgetClaims.run();
  };
}

/** Claims are phones and names, and the book may be read by others. */
export function hashOf(claim: string): string {
  return hash('sha256', claim, 'base64url');
}
