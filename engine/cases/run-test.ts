import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Diagnostic, Place } from '../diagnostics.ts';
import { sortFindings } from '../diagnostics.ts';
import type { PipeError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import { compileOffline, loadOffline } from '../rehearse/load-offline.ts';
import type { OfflinePipeline } from '../rehearse/load-offline.ts';
import { rehearse } from '../rehearse/rehearse.ts';
import type { CompiledFlow, CompiledPipeline } from '../transform/compiled.ts';
import { flowOf, paramsOf, unknownNames } from './check-case.ts';
import { compare } from './compare.ts';
import type { Difference } from './compare.ts';
import { coverables, noteReached, observed } from './coverage.ts';
import type { Coverable } from './coverage.ts';
import { casesErrors } from './errors.ts';
import { readTestFile } from './read-test.ts';
import type { TestCase } from './read-test.ts';

/** What a test file came to. */
export interface TestResult {
  readonly file: string;
  readonly pipeline: string;
  /** With an error among them no case was run. */
  readonly findings: readonly Diagnostic[];
  readonly cases: readonly CaseResult[];
  readonly reached: readonly Coverable[];
  readonly missed: readonly Coverable[];
}

export interface CaseResult {
  readonly name: string;
  readonly place: Place;
  /** None: it is as expected. */
  readonly differences: readonly Difference[];
  /** Why rows were refused and targets failed where nobody expected it. */
  readonly errors: readonly PipeError[];
}

/** A day that stays where it is: a case without a clock says the same in a year. */
const defaultNow = Date.UTC(2026, 0, 1, 9);

/** Runs the cases of one file; never throws for what is in it. */
export async function runTest(file: string, registry: Registry): Promise<TestResult> {
  const { test, findings } = readTestFile(file);
  const pipelineFile = pipelineOf(file, test?.pipeline);
  const nothing = { file, pipeline: pipelineFile, cases: [], reached: [], missed: [] };
  if (!test) return { ...nothing, findings };
  if (!existsSync(pipelineFile)) {
    const none = casesErrors.no_pipeline.finding({ pipeline: pipelineFile }, { file, line: 1, column: 1 });
    return { ...nothing, findings: [...findings, none] };
  }
  const offline = await loadOffline(pipelineFile, registry);
  const prepared = test.cases.map((one) => prepare(one, offline));
  const wrong = [...findings, ...offline.findings, ...prepared.flatMap((each) => each.findings)];
  if (wrong.length > 0) return { ...nothing, findings: sortFindings(wrong) };
  const hits = new Set<string>();
  const cases: CaseResult[] = [];
  for (const { ready } of prepared) if (ready) cases.push(await runCase(ready, offline, hits));
  const [first] = prepared.flatMap(({ ready }) => ready ?? []);
  const reachable = first ? coverables(first.compiled) : [];
  const isHit = ({ kind, name }: Coverable) => hits.has(`${kind} ${name}`);
  return {
    ...nothing,
    findings: [],
    cases,
    reached: reachable.filter(isHit),
    missed: reachable.filter((one) => !isHit(one)),
  };
}

/** `deals.test.yaml` tests `deals.yaml`. */
function pipelineOf(file: string, written: string | undefined): string {
  return written === undefined ? file.replace(/\.test\.(ya?ml)$/, '.$1') : join(dirname(file), written);
}

interface Ready {
  readonly one: TestCase;
  readonly compiled: CompiledPipeline;
  readonly flow: CompiledFlow;
}

function prepare(
  one: TestCase,
  offline: OfflinePipeline,
): { readonly ready?: Ready; readonly findings: readonly Diagnostic[] } {
  if (!offline.pipeline) return { findings: [] };
  const report: Diagnostic[] = [];
  const values = paramsOf(one, offline.pipeline, offline.missing, report);
  const { pipeline: compiled, findings } = compileOffline(offline, values);
  report.push(...findings.filter(({ severity }) => severity === 'error'));
  const flow = compiled && flowOf(one, compiled, report);
  if (!compiled || !flow) return { findings: report };
  report.push(...unknownNames(one, { compiled, flow, columns: offline.columns(flow), describe: offline.describe }));
  return { ready: { one, compiled, flow }, findings: report };
}

async function runCase(
  { one, compiled, flow }: Ready,
  offline: OfflinePipeline,
  hits: Set<string>,
): Promise<CaseResult> {
  const reached = (kind: string, name: string): void => void hits.add(`${kind} ${name}`);
  const watched = observed(compiled, reached);
  const watchedFlow = watched.flows.find((each) => each.flow.name === flow.flow.name) ?? flow;
  const held = one.target.flatMap((connection) =>
    connection.value.map((entity) => ({
      connection: connection.name,
      entity: entity.name,
      rows: entity.value.map(({ row }) => row),
    })),
  );
  const rehearsal = { compiled: watched, now: one.now ?? defaultNow, held, describe: offline.describe };
  const done = await rehearse(
    { ...rehearsal, columns: offline.columns },
    watchedFlow,
    one.source.map(({ row }) => row),
  );
  const differences: Difference[] = [];
  const errors: PipeError[] = [];
  for (const [index, outcome] of done.entries()) {
    noteReached(flow, outcome, reached);
    const expected = one.expect[index];
    const found = expected ? compare(expected, outcome, flow) : [];
    differences.push(...found);
    if (found.length === 0) continue;
    if (outcome.state === 'refused') errors.push(outcome.error);
    if (outcome.state === 'planned') errors.push(...outcome.failures.values());
  }
  return { name: one.name, place: one.place, differences, errors };
}
