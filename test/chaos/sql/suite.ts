import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CrashPoint } from '../../../engine/run/crash-points.ts';
import { createDatabase } from '../../support/servers/fresh-database.ts';
import { startServer } from '../../support/servers/start-server.ts';
import { liveSql } from './life.ts';
import { mysqlStore, postgresStore, sqliteStore } from './store.ts';
import type { Store, StoreKind } from './store.ts';

export interface SqlSuiteResult {
  readonly sql: StoreKind;
  readonly kills: number;
  readonly wrong: number;
  readonly points: Readonly<Partial<Record<CrashPoint, number>>>;
}

/** Kills in one life. */
const lifeKills = 25;

/** Life after life until there were so many kills; each tells what went wrong in it. */
export async function runSqlSuite(
  kind: StoreKind,
  { kills, seed, tell }: { readonly kills: number; readonly seed: number; readonly tell: (line: string) => void },
): Promise<SqlSuiteResult> {
  const { store, close } = await openStore(kind);
  const points: Partial<Record<CrashPoint, number>> = {};
  const total = { kills: 0, wrong: 0 };
  try {
    for (let life = seed; total.kills < kills; life++) {
      const { wrongs, story, ...lived } = await liveSql(store, life, Math.min(lifeKills, kills - total.kills));
      total.kills += lived.kills;
      total.wrong += wrongs.length;
      for (const [point, hits] of lived.points) points[point] = (points[point] ?? 0) + hits;
      const complaint = [...wrongs.map((one) => `\n  ${one}`), ...story.map((one) => `\n  . ${one}`)].join('');
      tell(`seed ${life}: ${lived.kills} kills, ${wrongs.length === 0 ? 'all well' : complaint}\n`);
    }
  } finally {
    await close();
  }
  return { sql: kind, ...total, points };
}

async function openStore(kind: StoreKind): Promise<{ readonly store: Store; close(): Promise<void> }> {
  if (kind === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'pipe-chaos-store-'));
    const close = async () => rmSync(folder, { recursive: true, force: true });
    return { store: sqliteStore(join(folder, 'store.db')), close };
  }
  const serverKind = kind === 'mysql' ? 'mariadb' : 'postgres';
  const server = await startServer(serverKind);
  const { settings } = await createDatabase(serverKind, server.login);
  const store = kind === 'mysql' ? mysqlStore(settings) : postgresStore(settings);
  return { store, close: () => server.close() };
}
