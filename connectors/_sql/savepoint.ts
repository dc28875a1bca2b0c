import type { Session } from './dialect.ts';

const statement = (sql: string): { readonly sql: string; readonly parameters: readonly [] } => ({
  sql,
  parameters: [],
});

/** Leaves nothing behind of work that throws, and the transaction usable. One at a time in a session. */
export async function inSavepoint<Done>(session: Session, work: () => Promise<Done>): Promise<Done> {
  await session.run(statement('SAVEPOINT pipe'));
  let done: Done;
  try {
    done = await work();
  } catch (thrown) {
    await rollBack(session, thrown);
    throw thrown;
  }
  await session.run(statement('RELEASE SAVEPOINT pipe'));
  return done;
}

/** On a connection that is gone there is nothing to go back to: what was thrown first says why. */
async function rollBack(session: Session, thrown: unknown): Promise<void> {
  try {
    await session.run(statement('ROLLBACK TO SAVEPOINT pipe'));
    await session.run(statement('RELEASE SAVEPOINT pipe'));
  } catch {
    throw thrown;
  }
}
