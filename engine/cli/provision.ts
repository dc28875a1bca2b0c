import { toPipeError } from '../errors.ts';
import type { PipeError } from '../errors.ts';
import type { Wait } from '../log/spoken.ts';
import { carryOut, planProvisioning, wantedFields } from '../run/provision.ts';
import type { Provisioning } from '../run/provision.ts';
import { cliErrors } from './errors.ts';
import { lookAt } from './prepare.ts';
import type { Prepared } from './prepare.ts';
import { runClock } from './run-clock.ts';
import { withConnections } from './with-connections.ts';

/** What one connection lacks, and what became of it. */
export interface ProvisionedConnection extends Pick<Provisioning, 'changes' | 'refused'> {
  readonly name: string;
  /** The changes were carried out. */
  readonly done: boolean;
  /** It could not be looked at, or the changes ended in the middle. */
  readonly error?: PipeError;
}

export interface ProvisionOptions {
  readonly signal: AbortSignal;
  tell(wait: Wait): void;
  /** Asked once, with everything that lacks, before the first change. */
  agree(lacking: readonly ProvisionedConnection[]): Promise<boolean>;
}

/** Connections whose connector makes fields: of the others nothing is needed, not even their variables. */
export async function provisionedNames(file: string, given: readonly string[]): Promise<readonly string[]> {
  const { pipeline, connectors } = await lookAt(file, undefined);
  const makers = [...pipeline.connections.values()].filter(
    ({ connector }) => connectors.get(connector)?.sink?.fieldTypes !== undefined,
  );
  const other = given.find((name) => pipeline.connections.has(name) && !makers.some((maker) => maker.name === name));
  if (other !== undefined) throw cliErrors.makes_no_fields.error({ connection: other });
  return given.length > 0 ? given : makers.map(({ name }) => name);
}

/** Gives the connections of these names the fields the pipeline wants of them; nothing where one of the fields cannot be had. */
export async function provision(
  prepared: Prepared,
  names: readonly string[],
  { signal, tell, agree }: ProvisionOptions,
): Promise<readonly ProvisionedConnection[]> {
  return withConnections({ ...prepared, pipeline: prepared.compiled.pipeline }, names, async (open) => {
    const lacking: ProvisionedConnection[] = [];
    const plans = new Map<string, Provisioning>();
    for (const [name, each] of open) {
      try {
        const plan = await planProvisioning(each, wantedFields(prepared.compiled, name), signal);
        if (plan) plans.set(name, plan);
        lacking.push({ name, changes: [], refused: [], done: false, ...plan });
      } catch (thrown) {
        signal.throwIfAborted();
        lacking.push({ name, changes: [], refused: [], done: false, error: toPipeError(thrown) });
      }
    }
    const isWhole = lacking.every(({ error, refused }) => error === undefined && refused.length === 0);
    const isNeeded = lacking.some(({ changes }) => changes.length > 0);
    if (!isWhole || !isNeeded || !(await agree(lacking))) return lacking;
    const results: ProvisionedConnection[] = [];
    for (const each of lacking) results.push(await made(each, plans.get(each.name), signal, tell));
    return results;
  });
}

async function made(
  lacking: ProvisionedConnection,
  plan: Provisioning | undefined,
  signal: AbortSignal,
  tell: (wait: Wait) => void,
): Promise<ProvisionedConnection> {
  if (!plan || plan.changes.length === 0) return lacking;
  try {
    await carryOut(plan, runClock, signal, ({ code, parameters }, ms) =>
      tell({ for: lacking.name, ms, error: { code, parameters } }),
    );
    return { ...lacking, done: true };
  } catch (thrown) {
    signal.throwIfAborted();
    return { ...lacking, error: toPipeError(thrown) };
  }
}
