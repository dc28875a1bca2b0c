import type { CustomFields, FieldPlan, TargetBlock, WantedField, WantedFields } from '../connector.ts';
import { toPipeError } from '../errors.ts';
import type { PipeError } from '../errors.ts';
import type { FieldMapping } from '../config/pipeline.ts';
import type { CompiledPipeline } from '../transform/compiled.ts';
import type { OpenConnection, RunClock } from './context.ts';
import { runErrors } from './errors.ts';

/** What `field:` says of one entity, and the block of a target that writes it. */
export interface WantedInTarget {
  readonly block: TargetBlock;
  readonly wanted: WantedFields;
}

/** What a connection has to be given for the pipeline. */
export interface Provisioning extends FieldPlan {
  readonly connection: string;
  readonly customFields: CustomFields;
  readonly settleMs: number;
}

/** The fields of every entity that a target of this connection writes; entities without `field:` count, for their marks. */
export function wantedFields({ flows }: CompiledPipeline, connection: string): readonly WantedInTarget[] {
  const targets = flows
    .flatMap((flow) => flow.targets)
    .filter(({ target, fields }) => fields !== undefined && target.connection === connection);
  const byEntity = Map.groupBy(targets, ({ target }) => target.entity);
  return [...byEntity].flatMap(([entity, [first, ...others]]) => {
    if (!first) return [];
    const mappings = [first, ...others].flatMap(({ fields = [] }) => fields.map(({ mapping }) => mapping));
    return [{ block: first.target.block, wanted: { entity, fields: merged(entity, mappings) } }];
  });
}

/** Several targets may name one field: they agree on its type, their options add up. */
function merged(entity: string, mappings: readonly FieldMapping[]): readonly WantedField[] {
  const fields = new Map<string, WantedField>();
  for (const { field: name, provision, place: where } of mappings) {
    if (!provision) continue;
    const other = fields.get(name);
    if (other && other.type !== provision.type) {
      const facts = { field: name, entity, one: other.type, other: provision.type };
      throw runErrors.fields_differ.error(facts, { where });
    }
    const options = [...new Set([...(other?.options ?? []), ...provision.options])];
    fields.set(name, { name, ...other, ...provision, options, apiOnly: provision.apiOnly || other?.apiOnly === true });
  }
  return [...fields.values()];
}

/** undefined: nothing can be made there. */
export async function planProvisioning(
  { name, connection }: OpenConnection,
  wanted: readonly WantedInTarget[],
  signal: AbortSignal,
): Promise<Provisioning | undefined> {
  const plans: FieldPlan[] = [];
  let sink: { readonly customFields: CustomFields; readonly settleMs: number } | undefined;
  for (const each of wanted) {
    const { customFields, settleMs = 0 } = connection.sink?.(each.block) ?? {};
    if (!customFields) continue;
    sink = { customFields, settleMs };
    plans.push(await customFields.plan(each.wanted, signal));
  }
  if (!sink) return undefined;
  const changes = plans.flatMap((plan) => plan.changes);
  return { connection: name, ...sink, changes, refused: plans.flatMap((plan) => plan.refused) };
}

/** How often a change is called again after a failure that may pass. */
const mostTries = 3;
const limitedMs = 1_000;

/**
 * Makes what was planned. After an answer was lost it waits as long as the request may still take effect: the connector
 * looks then which fields are there, and makes none twice (G2).
 */
export async function carryOut(
  { customFields, settleMs, changes }: Provisioning,
  clock: RunClock,
  signal: AbortSignal,
  tell: (error: PipeError, waitMs: number) => void,
): Promise<void> {
  let failed = 0;
  for (;;) {
    try {
      await customFields.change(changes, signal);
      return;
    } catch (thrown) {
      signal.throwIfAborted();
      const error = toPipeError(thrown);
      if (!error.limited) failed += 1;
      if (!error.retry || failed >= mostTries) throw error;
      const waitMs = error.limited ? (error.retryAfterMs ?? limitedMs) : Math.max(settleMs, error.retryAfterMs ?? 0);
      tell(error, waitMs);
      await clock.sleep(waitMs, signal);
    }
  }
}
