import type { Field, TableChange } from '../../connector.ts';
import { toPipeError } from '../../errors.ts';
import type { PipeError } from '../../errors.ts';
import type { ChosenFlow } from '../choose-flows.ts';
import type { OpenConnection, RunContext } from '../context.ts';
import { startTally } from '../counts.ts';
import type { Preview } from '../preview/preview-connections.ts';
import { openFlow } from '../open-flow.ts';
import { failureIn } from '../run-flows.ts';

/** The table of a target as it is, and what the next run would make of it. */
export interface TableSchema {
  readonly flow: string;
  readonly target: string;
  readonly connection: string;
  readonly entity: string;
  readonly ddl: 'never' | 'create' | 'evolve';
  /** Absent: there is no such table. */
  readonly columns?: readonly Field[];
  readonly changes: readonly TableChange[];
  /** Why the next run would not write to it, or why that cannot be told. */
  readonly error?: PipeError;
}

/** The tables of the flows' targets, in the order of the flows. `context` has the connections of `preview`. */
export async function tableSchemas(
  context: RunContext,
  preview: Preview,
  real: ReadonlyMap<string, OpenConnection>,
  flows: readonly ChosenFlow[],
): Promise<readonly TableSchema[]> {
  const schemas: TableSchema[] = [];
  for (const { flow } of flows) {
    const error = await failureIn(async () => {
      const { context: opened } = await openFlow(context, flow, startTally([]));
      await opened.scopes.load();
    });
    for (const { target, fields } of flow.targets) {
      const { connection, entity, ddl = 'never', block, name } = target;
      const sink = real.get(connection)?.connection.sink?.(block);
      if (!sink?.tables || !fields) continue;
      const columns = await columnsOf(() => sink.describe(entity, context.signal));
      const pending = preview
        .pending()
        .find((table) => table.connection === connection && table.wanted.entity === entity);
      const told = { flow: flow.flow.name, target: name, connection, entity, ddl };
      const failed = error ?? (columns instanceof Error ? columns : undefined);
      schemas.push({
        ...told,
        ...(columns && !(columns instanceof Error) && { columns }),
        changes: pending?.changes ?? [],
        ...(failed && { error: failed }),
      });
    }
    context.signal.throwIfAborted();
  }
  return schemas;
}

/** undefined: there is no such table, which is no failure where one is about to be made. */
async function columnsOf(
  describe: () => Promise<{ readonly fields: readonly Field[] }>,
): Promise<readonly Field[] | PipeError | undefined> {
  try {
    return (await describe()).fields;
  } catch (thrown) {
    const error = toPipeError(thrown);
    return error.kind === 'input' ? undefined : error;
  }
}
