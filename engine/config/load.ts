import { dirname, resolve } from 'node:path';
import { sortFindings } from '../diagnostics.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { registry as shippedConnectors } from '../registry.ts';
import type { Registry } from '../registry.ts';
import { checkShape } from './check-shape.ts';
import { configErrors } from './errors.ts';
import { interpolate } from './interpolate.ts';
import type { Environment, ValueSources, VariableMode } from './interpolate.ts';
import { child, entries, entry, textAt } from './node.ts';
import type { MapNode } from './node.ts';
import { checkAfter, orderFlows } from './order-flows.ts';
import { fillParams } from './param-references.ts';
import type { Pipeline } from './pipeline.ts';
import { hideSecrets, loadConnectors, readConnections, settingsIn } from './read-connections.ts';
import { readPipelineFile } from './read-file.ts';
import { readFlow } from './read-flow.ts';
import { readParams } from './read-params.ts';
import type { ParamOptions, ReadParams } from './read-params.ts';
import { readBrakes, readSchedule, readSyncLog } from './read-schedule.ts';
import type { Reader } from './reader.ts';
import { sameNames } from './same-names.ts';
import type { Named } from './same-names.ts';
import { pipelineSchema } from './schema.ts';
import { placeOf } from './source-text.ts';
import type { SourceText } from './source-text.ts';

export interface LoadOptions {
  readonly env: Environment;
  /** Where secrets lie that the environment lacks. Default: nowhere. */
  readonly vault?: ValueSources['vault'];
  /** `name=value` of each --param. */
  readonly params?: readonly string[];
  /** `name.key=value` of each --connection. */
  readonly connections?: readonly string[];
  /** Settings in place of those of the file, by connection: a running sandbox's. */
  readonly sandboxes?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** `optional` (validate): variables and params without a value are warnings. Default `required`. */
  readonly variables?: VariableMode;
  /** Default: the folders under connectors/. */
  readonly registry?: Registry;
}

export interface Loaded {
  /** One for each file YAML could read. With an error among the findings they are good for further checks only. */
  readonly pipelines: readonly Pipeline[];
  /** Sorted by place. Short of expressions: those are `transform/compile`'s. */
  readonly findings: readonly Diagnostic[];
}

/** Reads and checks pipeline files. Never throws for what is in them: every finding of every file comes at once. */
export async function loadPipelines(files: readonly string[], options: LoadOptions): Promise<Loaded> {
  const pipelines: Pipeline[] = [];
  const findings = await checkFiles(files, options, async (pipeline) => {
    pipelines.push(pipeline);
    return [];
  });
  return { pipelines, findings };
}

/** The same with what `check` finds beside it; one pipeline at a time is in memory. */
export async function checkFiles(
  files: readonly string[],
  options: LoadOptions,
  check: (pipeline: Pipeline, findings: readonly Diagnostic[]) => Promise<readonly Diagnostic[]>,
): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = [];
  const names: Named[] = [];
  for (const file of files) {
    const { pipeline, named, sources, findings } = await loadFile(file, options);
    found.push(...findings.map((finding) => withoutSecrets(finding, sources)));
    if (named) names.push(named);
    if (pipeline) found.push(...(await check(pipeline, findings)));
  }
  return sortFindings([...found, ...sameNames(files, names)]);
}

export async function loadPipeline(
  file: string,
  options: LoadOptions,
): Promise<{ readonly pipeline?: Pipeline; readonly findings: readonly Diagnostic[] }> {
  const { pipelines, findings } = await loadPipelines([file], options);
  const [pipeline] = pipelines;
  return { ...(pipeline && { pipeline }), findings };
}

interface LoadedFile {
  readonly pipeline?: Pipeline;
  readonly named?: Named;
  readonly sources: readonly SourceText[];
  readonly findings: readonly Diagnostic[];
}

async function loadFile(file: string, options: LoadOptions): Promise<LoadedFile> {
  const read = readPipelineFile(file);
  if (!read.root) return { sources: read.sources, findings: read.findings };
  const replaced = new Set([...Object.keys(options.sandboxes ?? {}), ...settingsIn(options.connections ?? [])]);
  const mode = options.variables ?? 'required';
  const sources = { environment: options.env, ...(options.vault && { vault: options.vault }) };
  const { root, findings: ofVariables } = interpolate(read.root, sources, mode, replaced);
  const loaded = await loadConnectors(child(root, 'connections'), options.registry ?? shippedConnectors);
  hideSecrets(child(root, 'connections'), loaded.connectors);
  const findings: Diagnostic[] = [...read.findings, ...ofVariables, ...loaded.findings];
  const reader: Reader = {
    report: (...more) => {
      findings.push(...more);
    },
    connectors: loaded.connectors,
    connections: entries(child(root, 'connections')).map(({ key }) => key),
  };
  const keySpan = { ...root.span, end: root.span.start + 1 };
  const params = readParams(child(root, 'params'), paramOptions(options), reader);
  const whole = fillParams(root, pipelineSchema, params, reader);
  if (whole.kind !== 'map') return { sources: read.sources, findings };
  reader.report(...checkShape(pipelineSchema, { name: '', node: whole, keySpan }));
  const pipeline = readPipeline(file, whole, params, options, reader);
  const name = entry(root, 'name');
  const named =
    name && pipeline.name !== '' ? { file, name: pipeline.name, where: placeOf(name.node.span) } : undefined;
  return { pipeline, sources: read.sources, findings, ...(named && { named }) };
}

function paramOptions({ env, variables = 'required', params = [] }: LoadOptions): ParamOptions {
  return { environment: env, variables, flags: params };
}

function readPipeline(
  file: string,
  root: MapNode,
  { params, values }: ReadParams,
  options: LoadOptions,
  reader: Reader,
): Pipeline {
  const folder = dirname(resolve(file));
  const flowsNode = child(root, 'flows');
  const given = { flags: options.connections ?? [], replaced: options.sandboxes ?? {} };
  const connections = readConnections(child(root, 'connections'), given, reader);
  const flowNames = entries(flowsNode).map(({ key }) => key);
  const description = textAt(root, 'description');
  const syncLog = readSyncLog(child(root, 'syncLog'), reader);
  checkAfter(flowsNode, reader);
  if (flowNames.length === 0 && flowsNode?.kind === 'map') {
    reader.report(configErrors.no_flows.finding({}, placeOf(flowsNode.span)));
  }
  return {
    file,
    folder,
    name: textAt(root, 'name') ?? '',
    ...(description !== undefined && { description }),
    params,
    values,
    connections,
    schedule: readSchedule(child(root, 'schedule'), flowNames, reader),
    brakes: readBrakes(child(root, 'brakes')),
    ...(syncLog && { syncLog }),
    flows: orderFlows(entries(flowsNode).flatMap((flow) => readFlow(flow, connections, folder, reader) ?? [])),
  };
}

/** Places made before the connectors were known may still show a line that must not be shown. */
function withoutSecrets(finding: Diagnostic, sources: readonly SourceText[]): Diagnostic {
  const { where } = finding;
  const source = sources.find((each) => each.file === where?.file);
  if (!where?.text || !source?.isHiddenLine(where.line)) return finding;
  const { text: _text, ...rest } = where;
  return { ...finding, where: rest };
}
