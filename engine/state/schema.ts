import type { Schema } from './database.ts';

/** What a pipeline remembers. JSON columns hold the ports' own shapes; times are milliseconds since 1970. */
export const stateSchema: Schema = {
  applicationId: 0x70697065, // "pipe"
  migrations: [
    `
    CREATE TABLE identity (pipeline TEXT NOT NULL, began_at INTEGER NOT NULL) STRICT;

    CREATE TABLE runs (
      epoch INTEGER PRIMARY KEY AUTOINCREMENT,
      run TEXT NOT NULL UNIQUE,
      started_at INTEGER NOT NULL,
      mapping TEXT NOT NULL,
      pid INTEGER NOT NULL,
      finished_at INTEGER,
      exit_code INTEGER,
      result TEXT
    ) STRICT;

    CREATE TABLE checkpoints (
      flow TEXT PRIMARY KEY,
      cursor TEXT,
      params TEXT NOT NULL,
      at INTEGER NOT NULL,
      run TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE known (
      flow TEXT NOT NULL,
      key TEXT NOT NULL,
      hash TEXT NOT NULL,
      PRIMARY KEY (flow, key)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE links (
      flow TEXT NOT NULL,
      key TEXT NOT NULL,
      target TEXT NOT NULL,
      connection TEXT NOT NULL,
      entity TEXT NOT NULL,
      row TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (flow, key, target, connection, entity, row)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE intents (
      position INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      flow TEXT NOT NULL,
      key TEXT NOT NULL,
      operation TEXT NOT NULL,
      intent TEXT NOT NULL,
      at INTEGER NOT NULL,
      open INTEGER NOT NULL DEFAULT 1,
      doubted INTEGER NOT NULL DEFAULT 0,
      outcome TEXT,
      row TEXT,
      error TEXT,
      answered_at INTEGER
    ) STRICT;
    CREATE INDEX intents_by_record ON intents (flow, key);
    CREATE INDEX intents_open ON intents (position) WHERE open = 1;
    CREATE INDEX intents_closed ON intents (answered_at) WHERE open = 0;

    CREATE TABLE queue (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      flow TEXT NOT NULL,
      key TEXT NOT NULL,
      hash TEXT,
      source TEXT NOT NULL,
      source_key TEXT,
      state TEXT NOT NULL,
      error TEXT NOT NULL,
      due_at INTEGER,
      marked INTEGER NOT NULL DEFAULT 0,
      attempts INTEGER NOT NULL,
      first_at INTEGER NOT NULL,
      last_at INTEGER NOT NULL,
      run TEXT NOT NULL,
      UNIQUE (flow, key)
    ) STRICT;
    CREATE INDEX queue_by_state ON queue (flow, state, due_at);
    CREATE INDEX queue_marked ON queue (flow) WHERE marked = 1;
    `,
    `
    ALTER TABLE intents ADD COLUMN settle_boot TEXT;
    ALTER TABLE intents ADD COLUMN settle_since INTEGER;
    `,
    `
    CREATE TABLE owed (
      flow TEXT NOT NULL,
      key TEXT NOT NULL,
      target TEXT NOT NULL,
      row TEXT NOT NULL,
      list TEXT NOT NULL,
      made TEXT NOT NULL,
      PRIMARY KEY (flow, key, target, row, list)
    ) STRICT, WITHOUT ROWID;
    `,
    `
    CREATE TABLE listed_rows (
      flow TEXT NOT NULL,
      target TEXT NOT NULL,
      row TEXT NOT NULL,
      key TEXT NOT NULL,
      PRIMARY KEY (flow, target, row)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE seen_keys (
      flow TEXT NOT NULL,
      target TEXT NOT NULL,
      key TEXT NOT NULL,
      PRIMARY KEY (flow, target, key)
    ) STRICT, WITHOUT ROWID;
    `,
    `
    ALTER TABLE identity ADD COLUMN machine TEXT;
    ALTER TABLE identity ADD COLUMN instance TEXT;
    `,
    `
    CREATE TABLE trace (
      id INTEGER PRIMARY KEY,
      flow TEXT NOT NULL,
      key TEXT NOT NULL,
      run TEXT NOT NULL,
      at INTEGER NOT NULL,
      asked TEXT NOT NULL
    ) STRICT;
    CREATE INDEX trace_by_record ON trace (flow, key);
    ALTER TABLE links ADD COLUMN fields TEXT;
    ALTER TABLE intents ADD COLUMN plan TEXT;
    ALTER TABLE intents ADD COLUMN step INTEGER;
    CREATE UNIQUE INDEX intents_by_plan ON intents (plan, step) WHERE plan IS NOT NULL;
    `,
    `
    ALTER TABLE intents ADD COLUMN final INTEGER NOT NULL DEFAULT 0;
    `,
    `
    CREATE INDEX intents_absent ON intents (position)
      WHERE open = 0 AND doubted = 1 AND outcome = 'not-applied' AND operation = 'create';
    `,
    `
    CREATE TABLE systems (connection TEXT PRIMARY KEY, system TEXT NOT NULL, met TEXT) STRICT, WITHOUT ROWID;
    `,
    `
    ALTER TABLE checkpoints ADD COLUMN sequence INTEGER;
    `,
    `
    ALTER TABLE checkpoints ADD COLUMN since TEXT;
    ALTER TABLE known ADD COLUMN epoch INTEGER;
    ALTER TABLE trace ADD COLUMN plans TEXT;
    ALTER TABLE trace ADD COLUMN source TEXT;
    `,
    `
    DROP INDEX intents_by_plan;
    CREATE UNIQUE INDEX intents_by_plan ON intents (plan, step)
      WHERE plan IS NOT NULL AND (open = 1 OR outcome = 'applied');
    `,
    `
    CREATE TABLE unfinished (
      flow TEXT NOT NULL,
      key TEXT NOT NULL,
      since INTEGER NOT NULL,
      PRIMARY KEY (flow, key)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO unfinished SELECT flow, key, min(position) FROM intents WHERE open = 1 GROUP BY flow, key;
    `,
    `
    CREATE INDEX runs_with_result ON runs (epoch) WHERE result IS NOT NULL;
    `,
  ],
};
