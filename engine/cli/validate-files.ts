import { checkFiles } from '../config/load.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { sortFindings } from '../diagnostics.ts';
import type { Unchecked } from '../transform/knowledge.ts';
import { compileLoaded } from './compile-loaded.ts';
import { fromVault } from './from-vault.ts';
import type { Prepared } from './prepare.ts';
import { pipelineFiles } from './pipeline-files.ts';

export interface Validation {
  readonly files: readonly string[];
  readonly findings: readonly Diagnostic[];
  /** Sources and entities whose fields and types nobody knows offline. */
  readonly notChecked: readonly Unchecked[];
  /** Files whose systems were asked too; absent: none was to be. */
  readonly online?: readonly string[];
}

export interface ValidateOptions {
  readonly params: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Asked about every pipeline without an error, once it is compiled; then variables must have values. */
  readonly online?: (compiled: Pick<Prepared, 'compiled' | 'connectors'>) => Promise<readonly Diagnostic[]>;
}

/** Everything that can be said of files without a network; variables may be missing. */
export async function validateFiles(given: readonly string[], options: ValidateOptions): Promise<Validation> {
  const { params, env, online } = options;
  const files = pipelineFiles(given);
  const variables = online ? ('required' as const) : ('optional' as const);
  const asked: string[] = [];
  const notChecked: Unchecked[] = [];
  const findings = await checkFiles(files, { env, vault: fromVault(), params, variables }, async (pipeline, found) => {
    const { compiled, connectors, findings: inside, notChecked: unknown } = await compileLoaded(pipeline, found);
    notChecked.push(...unknown);
    if (!online || !compiled) return inside;
    asked.push(pipeline.file);
    return [...inside, ...(await online({ compiled, connectors }))];
  });
  return { files, findings: sortFindings(findings), notChecked, ...(online && { online: asked }) };
}
