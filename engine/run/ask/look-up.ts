import type { Question, Row } from '../../connector.ts';
import type { Intent, Link } from '../../state/ports.ts';
import type { CompiledTarget } from '../../transform/compiled.ts';
import { askWhether } from './ask.ts';
import type { FlowContext, Scope } from '../context.ts';
import { writtenFields } from '../deliver/written-fields.ts';

/** What looking for a create by its tag brought; `failed`: the target could not say. */
export interface Lookup {
  /** All rows with its tag, oldest first: what it made, and what its record made before and after in this place. */
  readonly rows: readonly string[];
  readonly failed?: true;
}

/** A create that can be looked for: it carries a tag, and its target is still there. */
interface Wanted {
  readonly intent: Intent;
  readonly scope: Scope;
  readonly question: Question;
}

/**
 * Looks for creates by the tag they carry, above the highest key there was before (DL-12): no rung of the mapping has a
 * say in whether the row is there. Creates without a tag, and of targets no longer in the file, have no entry.
 */
export async function lookUp(context: FlowContext, intents: readonly Intent[]): Promise<ReadonlyMap<string, Lookup>> {
  const creates = intents.filter(({ tag, write }) => tag !== undefined && write.operation === 'create');
  const targets = new Map(context.flow.targets.map((target) => [target.target.name, target]));
  if (!creates.some((intent) => isSameTarget(intent, targets.get(intent.target)))) return new Map();
  await context.scopes.load();
  const wanted = creates.flatMap((intent) => wantedOf(context, intent, targets.get(intent.target)));
  const found = new Map<string, Lookup>();
  for (const [scope, group] of Map.groupBy(wanted, (one) => one.scope)) {
    const answers = await askWhether(
      context,
      scope,
      group.map(({ question }) => question),
    );
    group.forEach(({ intent }, index) => found.set(intent.id, lookupOf(scope, answers[index])));
  }
  return found;
}

function isSameTarget(intent: Intent, target: CompiledTarget | undefined): boolean {
  return target?.target.connection === intent.connection && target.target.entity === intent.write.entity;
}

function wantedOf(context: FlowContext, intent: Intent, target: CompiledTarget | undefined): readonly Wanted[] {
  if (!target || !isSameTarget(intent, target) || intent.tag === undefined) return [];
  const scope = context.scopes.of(target.target.name);
  const { tag: room } = scope.description;
  if (!room) return [];
  const above = scope.sink.highWater && intent.highWater !== undefined ? { above: intent.highWater } : {};
  return [{ intent, scope, question: { by: { [room.key]: { anyOf: [intent.tag] } }, ...above } }];
}

function lookupOf(scope: Scope, answer: readonly Row[] | Error | undefined): Lookup {
  if (answer === undefined || answer instanceof Error) return { rows: [], failed: true };
  const rows = answer.map((row) => String(row[scope.description.id])).sort((a, b) => Number(a) - Number(b));
  return { rows };
}

/** Rows of ours that were found by their tag: in the book before anything rests on them, and linked to their record. */
export async function adopt(
  context: FlowContext,
  adopted: readonly { readonly intent: Intent; readonly row: string }[],
  at: number,
): Promise<readonly Link[]> {
  if (adopted.length === 0) return [];
  await context.book.saveRecent(
    adopted.map(({ intent: { target, write, claims }, row }) => ({
      connection: context.scopes.of(target).connection.identity,
      entity: write.entity,
      row,
      claims,
      at,
    })),
  );
  return adopted.map(({ intent: { flow, key, target, connection, write }, row }) => ({
    flow,
    key,
    target,
    connection,
    entity: write.entity,
    row,
    at,
    ...writtenFields(write),
  }));
}
