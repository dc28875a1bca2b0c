import type { PipeError } from '../errors.ts';
import type { CompiledFlow } from '../transform/compiled.ts';
import type { RunContext } from './context.ts';

/**
 * Notes that a connection was given up on: its flows have nothing to hope for in this run, the others have. What the
 * engine itself refuses (a lock that was lost, a state that cannot be written) is no word on any system.
 */
export function giveUp({ lost }: Pick<RunContext, 'lost'>, connection: string, error: PipeError): void {
  const isOurs = /^(?:engine|run|state)\./.test(error.code);
  if (error.kind === 'environment' && !isOurs) lost.set(connection, error);
}

/** The connection whose failure this is; undefined: no connection's, or nobody knows. */
export function lostBy({ lost }: Pick<RunContext, 'lost'>, error: PipeError): string | undefined {
  return [...lost].find(([, cause]) => cause === error)?.[0];
}

/** The first connection of a flow that was given up on. */
export function lostFor({ lost }: Pick<RunContext, 'lost'>, flow: CompiledFlow): string | undefined {
  return connectionsOf(flow).find((name) => lost.has(name));
}

/** Of its source, then of its targets. */
export function connectionsOf({ flow, targets }: CompiledFlow): readonly string[] {
  return [...new Set([flow.source.connection, ...targets.map(({ target }) => target.connection)])];
}
