import { choicesFor } from '../config/nearest.ts';
import type { Flow, Pipeline } from '../config/pipeline.ts';
import { cliErrors } from './errors.ts';

/** The flow of this name; with the nearest one told where there is none. */
export function flowNamed({ file, flows }: Pipeline, name: string): Flow {
  const found = flows.find((flow) => flow.name === name);
  if (found) return found;
  const choices = choicesFor(
    name,
    flows.map((flow) => flow.name),
  );
  throw cliErrors.unknown_flow.error({ flow: name, file, choices });
}
