import { lockedEntity, lockText, sourceIdentity } from '../../config/lock-file.ts';
import type { Lock } from '../../config/lock-file.ts';
import type { Environment } from '../../config/interpolate.ts';
import type { Pipeline } from '../../config/pipeline.ts';
import type { Connection, Connector, EntityDescription, Field } from '../../connector.ts';
import type { Diagnostic } from '../../diagnostics.ts';
import { toPipeError } from '../../errors.ts';
import { isFunction } from '../../transform/check-names.ts';
import { initErrors } from './errors.ts';
import { withConnections } from '../with-connections.ts';
import { compileDraft, readDraft } from './draft.ts';
import { mappingOf } from './mapping.ts';
import type { Mapping, Seen } from './mapping.ts';
import { frameText, pipelineText } from './pipeline-text.ts';
import type { Frame } from './pipeline-text.ts';
import { blockOf, connectionText, mainKey, settingFlags } from './settings.ts';
import type { GivenConnections } from './settings.ts';
import { caseText } from './case-text.ts';

/** `sqlite:orders`: a connector, and what of it. */
export interface Side {
  readonly connector: Connector;
  /** What its connection is called. */
  readonly name: string;
  readonly what: string;
}

export interface LivePair {
  readonly name: string;
  readonly file: string;
  readonly from: Side;
  readonly to: Side;
  readonly given: GivenConnections;
  readonly funnel: string | undefined;
}

/** The texts of a new pipeline, and what its author should know of it. */
export interface Begun {
  readonly pipeline: string;
  readonly test?: string | undefined;
  readonly lock: string;
  readonly findings: readonly Diagnostic[];
}

/** A plain pipeline between two systems as they are. Reads descriptions alone, no rows, and changes nothing. */
export async function fromLive(pair: LivePair, env: Environment, signal: AbortSignal): Promise<Begun> {
  const { from, to, given } = pair;
  const frame = frameOf(pair);
  const own = from.connector.source?.columns?.(frame.from.block);
  const settings = [from, to].flatMap(({ name }) => settingFlags(name, given.get(name) ?? []));
  const options = { env, settings, leftOut: own ? [from.name] : [] };
  const pipeline = await readDraft({ text: frameText(frame), file: pair.file }, options);
  const connectors = new Map([from, to].map(({ connector }) => [connector.name, connector]));
  const names = own ? [to.name] : [from.name, to.name];
  const seen = await withConnections({ pipeline, connectors }, names, async (open) => {
    const source = own ? { fields: own } : await describeSource(open.get(from.name)?.connection, pipeline, signal);
    return seenOf(to, source, await describeTarget(open.get(to.name)?.connection, pipeline, signal));
  });
  const mapping = mappingOf(seen, pair.funnel);
  const whole = { ...frame, isMade: seen.entity === undefined };
  const text = pipelineText(whole, mapping, seen.columns);
  const written = await readDraft({ text, file: pair.file }, options);
  const lock = lockOf(pair, written, seen);
  const findings = [...told(pair, whole, seen, mapping), ...compileDraft(written, connectors, lock)];
  return { pipeline: text, test: caseText(pair.name, whole, mapping), lock: lockText(lock), findings };
}

function frameOf({ name, from, to, given }: LivePair): Frame {
  const blocks = {
    from: blockOf(from.connector.source?.settings ?? {}, from.what),
    to: blockOf(to.connector.sink?.settings ?? {}, to.what),
  };
  const connections = [from, to].map((side) => connectionText(side.name, side.connector, given.get(side.name) ?? []));
  return {
    name,
    description: `Each row of ${from.what} (${from.connector.name}) becomes one of ${to.what} (${to.connector.name}).`,
    connections: connections.join('\n'),
    flow: identifier(from.what),
    target: identifier(to.what),
    from: { connection: from.name, block: blocks.from },
    to: { connection: to.name, block: blocks.to },
    isMade: false,
  };
}

/** Names of targets are variables of expressions. */
function identifier(what: string): string {
  const plain = what
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .replaceAll(/[^\p{L}\p{N}_]+/gu, '_')
    .replace(/^(?=\p{N}|$)/u, '_');
  return isFunction(plain) || ['found', 'source', 'params', 'run'].includes(plain) ? `${plain}_` : plain;
}

async function describeSource(connection: Connection | undefined, { flows }: Pipeline, signal: AbortSignal) {
  const block = flows[0]?.source.block ?? {};
  return (await connection?.source?.(block).describe(signal)) ?? { fields: [] };
}

interface SeenTarget {
  readonly entity: EntityDescription | undefined;
  readonly isTable: boolean;
}

/** A table that is not there is one to be made. */
async function describeTarget(
  connection: Connection | undefined,
  { flows }: Pipeline,
  signal: AbortSignal,
): Promise<SeenTarget> {
  const target = flows[0]?.targets[0];
  const sink = target && connection?.sink?.(target.block);
  if (!sink) return { entity: undefined, isTable: false };
  const isTable = sink.tables !== undefined;
  try {
    return { entity: await sink.describe(target.entity, signal), isTable };
  } catch (thrown) {
    if (!isTable || toPipeError(thrown).kind !== 'input') throw thrown;
    return { entity: undefined, isTable };
  }
}

function seenOf(
  to: Side,
  { fields, key = [] }: { readonly fields: readonly Field[]; readonly key?: readonly string[] },
  target: SeenTarget,
): Seen {
  return { columns: fields, key, ...target, columnOf: (field) => to.connector.sink?.columnOf?.(field) ?? field };
}

function lockOf({ from, to }: LivePair, { flows }: Pipeline, { columns, entity }: Seen): Lock {
  const [flow] = flows;
  const block = flow?.source.block ?? {};
  const entities = entity ? { [flow?.targets[0]?.entity ?? '']: lockedEntity(entity) } : {};
  const sources = { [flow?.name ?? '']: { of: sourceIdentity(block), fields: columns } };
  return {
    version: 1,
    connections: {
      [from.name]: { connector: from.connector.name, entities: {}, sources },
      [to.name]: { connector: to.connector.name, entities, sources: {} },
    },
  };
}

function told(pair: LivePair, { to }: Frame, { entity, isTable }: Seen, mapping: Mapping): readonly Diagnostic[] {
  const { name, file } = pair;
  const named = `${to.block[mainKey(pair.to.connector.sink?.settings ?? {})]}`;
  const facts = { entity: named, connection: to.connection };
  const isMarked = isTable || entity?.openFields === true || entity?.tag !== undefined;
  const fields = mapping.lacking.map((field) => field.title ?? field.name).join(', ');
  return [
    ...(entity ? [] : [initErrors.table_not_there.finding(facts, undefined, 'warning')]),
    ...(isMarked || !entity ? [] : [initErrors.no_mark_yet.finding({ ...facts, file }, undefined, 'warning')]),
    ...(fields === ''
      ? []
      : [initErrors.required_unmapped.finding({ entity: named, fields, file: file || name }, undefined, 'warning')]),
  ];
}
