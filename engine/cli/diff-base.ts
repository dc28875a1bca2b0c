import type { Diagnostic } from '../diagnostics.ts';
import { configErrors } from '../config/errors.ts';
import type { Listener } from '../events/events.ts';
import { registry } from '../registry.ts';
import { compileOffline, loadOffline } from '../rehearse/load-offline.ts';
import { baseFile } from '../samples/at-revision.ts';
import { compareMappings } from '../samples/compare-mappings.ts';
import type { FlowComparison, FlowRows, MappingVersion } from '../samples/compare-mappings.ts';
import { samplesErrors } from '../samples/errors.ts';
import { readRows } from '../samples/read-rows.ts';
import { cliErrors } from './errors.ts';
import { FindingsError } from './findings-error.ts';
import { refuseBeside } from './flags.ts';
import { maskedComparison } from './masked-comparison.ts';
import { prepare } from './prepare.ts';
import type { PrepareFlags } from './prepare.ts';
import { takeSample } from './sample.ts';
import { readTextFile } from './text-file.ts';

/** What an edit of a mapping changes for the same rows. */
export interface BaseDiff {
  readonly pipeline: string;
  /** How the other version is called. */
  readonly base: string;
  /** Where the rows come from: the file of fixtures; absent: the source itself. */
  readonly rows?: string;
  readonly flows: readonly FlowComparison[];
}

export interface BaseFlags extends PrepareFlags {
  readonly base: string;
  readonly rows?: string | undefined;
  readonly sample?: number | undefined;
  readonly reveal: boolean;
  readonly flow?: readonly string[] | undefined;
}

/** What is read of a run has no say in a comparison of mappings, and the other way round. */
const ofRuns = ['out', 'sandbox', 'only', 'since', 'until', 'limit', 'full', 'allow'] as const;
const ofBase = ['rows', 'sample'] as const;

export function checkBaseFlags(flags: Readonly<Record<string, unknown>>): void {
  const given = (name: string): boolean => flags[name] !== undefined && flags[name] !== false;
  const other = given('base') ? ofRuns.find(given) : undefined;
  if (other) throw cliErrors.flag_beside.error({ flag: '--base', other: `--${other}` });
  const alone = given('base') ? undefined : ofBase.find(given);
  if (alone) throw cliErrors.flag_alone.error({ flag: `--${alone}`, other: '--base' });
  refuseBeside(flags, [['rows', 'sample']]);
}

const usualSample = 100;

/** Takes rows through two versions of a pipeline. No target is asked, and with a file of rows nobody is. */
export async function diffBase(file: string, flags: BaseFlags, emit: Listener, signal: AbortSignal): Promise<BaseDiff> {
  const base = await baseFile(file, flags.base);
  try {
    const now = await versionOf(file, flags.param ?? [], (where) => where);
    const before = await versionOf(base.file, flags.param ?? [], (where) => (where === base.file ? base.label : where));
    const samples = await rowsFor(file, flags, emit, signal);
    const flows = await compareMappings(before, now, samples, Date.now());
    const shown = flags.reveal ? flows : flows.map((flow) => maskedComparison(flow, now));
    const { name } = now.compiled.pipeline;
    return { pipeline: name, base: base.label, ...(flags.rows !== undefined && { rows: flags.rows }), flows: shown };
  } finally {
    base.close();
  }
}

async function rowsFor(
  file: string,
  { flow, rows, sample = usualSample, ...flags }: BaseFlags,
  emit: Listener,
  signal: AbortSignal,
): Promise<readonly FlowRows[]> {
  if (rows !== undefined) {
    const read = readRows(textOf(rows), rows);
    return flow ? read.filter((one) => flow.includes(one.flow)) : read;
  }
  const prepared = await prepare(file, flags, process.env);
  const options = { full: false, allow: new Set<string>(), limit: sample, ...(flow && { flows: flow }) };
  const taken = await takeSample({ prepared, options, limit: sample, anonymised: false, emit, signal });
  return taken.flows;
}

function textOf(file: string): string {
  try {
    return readTextFile(file);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw cliErrors.unreadable_file.error({ file, reason }, { cause });
  }
}

/** A version is read with the params it declares: what the other one has besides means nothing to it. */
async function versionOf(
  file: string,
  params: readonly string[],
  named: (file: string) => string,
): Promise<MappingVersion> {
  const declared = (await loadOffline(file, registry)).pipeline?.params;
  const own = params.filter((param) => declared?.has(param.slice(0, param.indexOf('='))));
  const offline = await loadOffline(file, registry, process.env, own);
  const { pipeline: compiled, findings } = compileOffline(offline, {});
  const wrong = [...offline.findings, ...findings].filter(
    ({ severity, code }) => severity === 'error' && code !== configErrors.same_name.code,
  );
  if (!compiled || wrong.length > 0) throw new FindingsError(wrong.map((finding) => renamed(finding, named)));
  const [missing] = offline.missing;
  if (missing !== undefined) throw samplesErrors.param_missing.error({ name: missing });
  return { compiled, columns: offline.columns, describe: offline.describe };
}

function renamed(finding: Diagnostic, named: (file: string) => string): Diagnostic {
  return finding.where ? { ...finding, where: { ...finding.where, file: named(finding.where.file) } } : finding;
}

/** Rows of which something is different. */
export function changedRows({ flows }: BaseDiff): number {
  return flows.reduce((sum, { changed }) => sum + changed, 0);
}
