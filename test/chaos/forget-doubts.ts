import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Place } from './place.ts';

/** What a program without the reconcile step knows after a crash: nothing is in doubt, nobody made anything lately. */
export function forgetDoubts({ stateFile, machineFolder }: Place): void {
  change(stateFile, [
    `UPDATE intents SET open = 0, outcome = 'not-applied', answered_at = at WHERE open = 1`,
    `UPDATE queue SET state = 'pending', due_at = 0 WHERE state IN ('waiting', 'quarantined')`,
  ]);
  change(join(machineFolder, 'portal-book.db'), ['DELETE FROM recent']);
}

function change(file: string, statements: readonly string[]): void {
  if (!existsSync(file)) return;
  const sqlite = new Sqlite(file);
  for (const statement of statements) sqlite.exec(statement);
  sqlite.close();
}
