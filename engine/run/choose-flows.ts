import { choicesFor } from '../config/nearest.ts';
import type { CompiledFlow, CompiledPipeline } from '../transform/compiled.ts';
import type { RunOptions } from './context.ts';
import { runErrors } from './errors.ts';

/** A flow to run; `for`: nobody named it, it comes before one that was named. */
export interface ChosenFlow {
  readonly flow: CompiledFlow;
  readonly for?: string;
}

/** The flows a run is of, in order; with `prerequisites` also those that the named ones come `after` (rule 65). */
export function chooseFlows(
  { flows, pipeline }: CompiledPipeline,
  { flows: named, prerequisites }: Pick<RunOptions, 'flows' | 'prerequisites'>,
): readonly ChosenFlow[] {
  if (!named) return flows.filter(({ enabled }) => enabled).map((flow) => ({ flow }));
  const names = flows.map(({ flow }) => flow.name);
  const unknown = named.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const expected = choicesFor(unknown, names);
    throw runErrors.unknown_flow.error({ flow: unknown, pipeline: pipeline.file, expected });
  }
  const pulled = prerequisites ? pulledIn(flows, named) : new Map<string, string>();
  return flows.flatMap((flow): readonly ChosenFlow[] => {
    const { name } = flow.flow;
    const later = pulled.get(name);
    if (named.includes(name)) return [{ flow }];
    return later === undefined ? [] : [{ flow, for: later }];
  });
}

/** What the named flows come after, however far back; one that is switched off is left out, and nothing behind it comes along. */
function pulledIn(flows: readonly CompiledFlow[], named: readonly string[]): ReadonlyMap<string, string> {
  const pulled = new Map<string, string>();
  const look = (later: string): void => {
    const { after = [] } = flows.find(({ flow }) => flow.name === later)?.flow ?? {};
    for (const name of after) {
      const isOn = flows.some(({ flow, enabled }) => flow.name === name && enabled);
      if (!isOn || named.includes(name) || pulled.has(name)) continue;
      pulled.set(name, later);
      look(name);
    }
  };
  for (const name of named) look(name);
  return pulled;
}
