import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { liveSql } from './life.ts';
import { sqliteStore } from './store.ts';

/** The short form of `npm run chaos -- --sql sqlite`. */
it('SQLite has what the source has, wherever runs are killed', { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-chaos-store-'));
  const { wrongs, kills, story } = await liveSql(sqliteStore(join(folder, 'store.db')), 1, 5);
  rmSync(folder, { recursive: true, force: true });
  expect({ wrongs, story: wrongs.length > 0 ? story : [] }).toEqual({ wrongs: [], story: [] });
  expect(kills).toBe(5);
});
