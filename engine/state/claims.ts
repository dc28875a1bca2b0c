import { hash } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { Database } from './database.ts';
import type { NewRow, PortalBook, Standing } from './machine-ports.ts';

export const claimsMigration = `
    CREATE TABLE claims (
      claim TEXT NOT NULL,
      instance TEXT NOT NULL,
      row TEXT NOT NULL,
      at INTEGER NOT NULL,
      made INTEGER,
      until INTEGER NOT NULL,
      boot TEXT NOT NULL,
      PRIMARY KEY (claim, instance, row)
    ) STRICT, WITHOUT ROWID;
    `;

/** What is sent was planned no longer ago (DL-4): later no plan can have missed a row, and no request is yet to begin. */
const freshMs = 30_000;

/** What another boot claimed is over. */
const expired = 'boot <> ? OR until <= ?';

/**
 * What pipelines are about to create: two that ask for one person at the same moment both find nobody. Times are of the
 * monotonic clock.
 */
export function creationClaims(db: Database, clock: Clock): Pick<PortalBook, 'claim' | 'release'> {
  const now = (): number => Math.floor(clock.monotonic());
  const standingOf = standings(db, clock, now);
  const { save, made, drop, forget } = statements(db);
  let forgotAt = -Infinity;

  /** Looks at every claim there is: now and then is enough. */
  function forgetExpired(): void {
    if (now() - forgotAt < freshMs) return;
    forgotAt = now();
    forget.run(clock.bootId, now());
  }

  return {
    async claim(instance, rows) {
      return db.write(() => {
        forgetExpired();
        return rows.map((row) => {
          const standing = standingOf(instance, row);
          if (standing !== 'free') return standing;
          for (const claim of row.effects)
            save.run(hashOf(claim), instance, hashOf(row.row), now(), now() + freshMs + row.lastsMs, clock.bootId);
          return standing;
        });
      });
    },
    async release(instance, rows) {
      if (rows.length === 0) return;
      db.write(() => {
        for (const row of rows) {
          for (const claim of row.effects.map(hashOf)) {
            if (row.made) made.run(now(), now() + freshMs, claim, instance, hashOf(row.row));
            else drop.run(claim, instance, hashOf(row.row));
          }
        }
      });
    },
  };
}

interface Claimed {
  readonly at: number;
  readonly made: number | null;
}

/** How a row stands to what other instances have claimed. */
function standings(db: Database, clock: Clock, now: () => number): (instance: string, row: NewRow) => Standing {
  const others = db.sqlite.prepare<[string, string, string, number], Claimed>(
    `SELECT at, made FROM claims WHERE claim = ? AND instance <> ? AND NOT (${expired})`,
  );
  return (instance, { asked, askedAt }) => {
    const met = asked.flatMap((claim) => others.all(hashOf(claim), instance, clock.bootId, now()));
    if (met.some((other) => other.made === null && now() - other.at > freshMs)) return 'in-doubt';
    return met.some((other) => other.made === null || other.made >= Math.floor(askedAt)) ? 'taken' : 'free';
  };
}

function statements(db: Database) {
  return {
    forget: db.sqlite.prepare<[string, number]>(`DELETE FROM claims WHERE ${expired}`),
    save: db.sqlite.prepare<[string, string, string, number, number, string]>(
      'INSERT OR REPLACE INTO claims (claim, instance, row, at, until, boot) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    made: db.sqlite.prepare<[number, number, string, string, string]>(
      'UPDATE claims SET made = ?, until = ? WHERE claim = ? AND instance = ? AND row = ?',
    ),
    drop: db.sqlite.prepare<[string, string, string]>(
      'DELETE FROM claims WHERE claim = ? AND instance = ? AND row = ?',
    ),
  };
}

/** Claims are phones and names, and the book may be read by others. */
export function hashOf(claim: string): string {
  return hash('sha256', claim, 'base64url');
}
