import { toPipeError } from '../errors.ts';
import type { PipeError } from '../errors.ts';
import type { CheckResult, ConnectionUses, EntityDescription } from '../connector.ts';
import { choicesFor } from '../config/nearest.ts';
import type { OpenConnection } from '../run/context.ts';
import { whyRowByRow } from '../run/load/row-by-row.ts';
import type { CompiledTarget } from '../transform/compiled.ts';
import type { Wait } from '../log/spoken.ts';
import { waitUntilThere } from '../run/wait-for.ts';
import { usesOf } from './connection-uses.ts';
import { cliErrors } from './errors.ts';
import { lookAt } from './prepare.ts';
import type { Prepared } from './prepare.ts';
import { runClock } from './run-clock.ts';
import { withConnections } from './with-connections.ts';

/** What one connection answered; `error`: it could not be reached at all. */
export interface CheckedConnection {
  readonly name: string;
  readonly results: readonly CheckResult[];
  readonly error?: PipeError;
}

/** Looks at each connection, or at those named, for just what the pipeline uses of it; `tell` hears what is waited for. */
export async function checkConnections(
  prepared: Pick<Prepared, 'compiled' | 'connectors'>,
  names: readonly string[],
  signal: AbortSignal,
  tell: (wait: Wait) => void,
): Promise<readonly CheckedConnection[]> {
  const { pipeline } = prepared.compiled;
  return withConnections({ ...prepared, pipeline }, names, async (open) => {
    const checks = [...open.values()].map(async (each): Promise<CheckedConnection> => {
      const waitForMs = pipeline.connections.get(each.name)?.waitForMs;
      if (waitForMs !== undefined) await waitFor(each, waitForMs, signal, tell);
      const checked = await checkOne(each, usesOf(prepared.compiled.flows, each.name), signal);
      if (checked.error) return checked;
      return { ...checked, results: [...checked.results, ...(await checkLoads(prepared.compiled, each, signal))] };
    });
    const checked = await Promise.all(checks);
    signal.throwIfAborted();
    return checked;
  });
}

/** Whether it came up or not, the check itself says how it is. */
async function waitFor(
  open: OpenConnection,
  ms: number,
  signal: AbortSignal,
  tell: (wait: Wait) => void,
): Promise<void> {
  await waitUntilThere(open, runClock.monotonic() + ms, runClock, signal, ({ code, parameters }) =>
    tell({ for: open.name, ms, error: { code, parameters } }),
  );
}

async function checkOne(
  { name, connection }: OpenConnection,
  uses: ConnectionUses,
  signal: AbortSignal,
): Promise<CheckedConnection> {
  try {
    return { name, results: await connection.check(uses, signal) };
  } catch (thrown) {
    return { name, results: [], error: toPipeError(thrown) };
  }
}

/** Tables whose rows will be planned one by one though nothing in the mapping asks for it: the run says the same. */
async function checkLoads(
  { flows }: Prepared['compiled'],
  { name, connection }: OpenConnection,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const flow of flows) {
    const described = new Map<CompiledTarget, EntityDescription>();
    for (const target of flow.targets) {
      const { block, entity, connection: owner } = target.target;
      const sink = owner === name ? connection.sink?.(block) : undefined;
      // A table that is not there yet is made with its key, or the check above has said so.
      const description = sink?.atomic && (await sink.describe(entity, signal).catch(() => undefined));
      if (description) described.set(target, description);
    }
    const error = whyRowByRow(flow, (target) => described.get(target));
    const what = { en: `rows of ${flow.flow.name}`, ru: `строки потока ${flow.flow.name}` };
    if (error) results.push({ what, ok: true, fact: { en: 'planned one by one', ru: 'сверяются по одной' }, error });
  }
  return results;
}

/** `--connection name` looks at that one only, `name.key=value` sets what it is connected with. */
export function namesAndSettings(given: readonly string[]) {
  return { names: given.filter((text) => !text.includes('=')), settings: given.filter((text) => text.includes('=')) };
}

/**
 * Connections that are not looked at stand without settings, so that one system can be tried before the variables of
 * the others are there.
 */
export async function othersLeftOut(file: string, names: readonly string[]) {
  if (names.length === 0) return {};
  const { pipeline } = await lookAt(file, undefined);
  const known = [...pipeline.connections.keys()];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw cliErrors.unknown_connection.error({ connection: unknown, file, choices: choicesFor(unknown, known) });
  return Object.fromEntries(known.filter((name) => !names.includes(name)).map((name) => [name, {}]));
}
