import type { Place } from '../diagnostics.ts';
import type { EntityDescription, Sink, SourceDescription } from '../connector.ts';
import type { Signature } from '../plan/claims.ts';
import { restOf } from '../plan/mapped-fields.ts';
import type { TargetEntity } from '../plan/match.ts';
import { planErrors } from '../plan/errors.ts';
import { fieldsOf } from '../plan/question.ts';
import type { Fields } from '../plan/question.ts';
import type { CompiledFlow, CompiledTarget } from '../transform/compiled.ts';
import { choicesFor, listed } from '../config/nearest.ts';
import { attempt } from './attempt.ts';
import type { OpenConnection, RunContext, Scope, Scopes } from './context.ts';
import { checkFolds, checkMark, makeTable, missingColumn } from './load/make-tables.ts';
import { checkReference } from './ask/references.ts';
import { namesKnown, wantedTable } from './load/wanted-table.ts';

/** Described when the first record needs them: a run with nothing to do asks nobody anything. */
export function lazyScopes(context: RunContext, flow: CompiledFlow, source: SourceDescription): Scopes {
  let scopes: ReadonlyMap<string, Scope> | undefined;
  const work: Describing = { context, flow, source, recordFields: new Set(namesKnown(flow, source)), early: new Map() };
  return {
    ask: (signal) => (scopes ? Promise.resolve() : askEarly(work, signal)),
    load: async () => {
      scopes ??= await describeScopes(work);
    },
    reload: async () => {
      scopes = await describeScopes(work);
    },
    of: (target) => {
      const scope = scopes?.get(target);
      if (!scope) throw new Error(`target ${target} is used before it is described`);
      return scope;
    },
  };
}

interface Describing {
  readonly context: RunContext;
  readonly flow: CompiledFlow;
  readonly source: SourceDescription;
  readonly recordFields: Set<string>;
  /** What was asked for before anybody needed it, by scope. */
  readonly early: Map<string, Promise<EntityDescription>>;
}

/**
 * One entity of each connection is enough: most systems describe all of theirs in one answer, which a connector keeps.
 * A table that may have to be made first is left out.
 */
async function askEarly({ context, flow, early }: Describing, signal: AbortSignal): Promise<void> {
  const there = flow.targets.filter(({ target: { ddl } }) => ddl !== 'create' && ddl !== 'evolve');
  const first = new Map(there.toReversed().map((target) => [target.target.connection, target]));
  await Promise.allSettled(
    Array.from(first.values(), async (target) => {
      const { block, entity, connection } = target.target;
      const sink = connectionOf(context, target).connection.sink?.(block);
      if (!sink) return;
      const described = sink.describe(entity, signal);
      early.set(scopeId(context, target), described);
      const writes = there.some(({ fields, target: other }) => fields && other.connection === connection);
      // A connector keeps it; wanted before the first create (DL-3).
      const newest = writes ? sink.highWater?.(entity, signal) : undefined;
      await Promise.allSettled([described, newest]);
    }),
  );
}

/** Describes every entity the flow's targets use, each once, and checks that what the mapping names is there (DL-3). */
async function describeScopes(work: Describing): Promise<ReadonlyMap<string, Scope>> {
  const { context, flow } = work;
  const groups = new Map<string, CompiledTarget[]>();
  for (const target of flow.targets) {
    const id = scopeId(context, target);
    groups.set(id, [...(groups.get(id) ?? []), target]);
  }
  const scopes = new Map<string, Scope>();
  // One after the other: most systems describe all their entities in one answer, which a connector keeps.
  for (const [id, targets] of groups) {
    const scope = await describeScope(work, id, targets);
    for (const target of targets) scopes.set(target.target.name, scope);
  }
  return scopes;
}

function scopeId(context: RunContext, target: CompiledTarget): string {
  return `${connectionOf(context, target).identity}/${target.target.entity}`;
}

function connectionOf(context: RunContext, target: CompiledTarget): OpenConnection {
  const open = context.connections.get(target.target.connection);
  if (!open) throw new Error(`connection ${target.target.connection} is not open`);
  return open;
}

async function describeScope(work: Describing, id: string, targets: readonly CompiledTarget[]): Promise<Scope> {
  const { context, flow, source, recordFields, early } = work;
  const [first] = targets;
  if (!first) throw new Error('a scope without targets');
  const connection = connectionOf(context, first);
  const sink = connection.connection.sink?.(first.target.block);
  if (!sink) throw new Error(`connection ${connection.name} cannot be written to`);
  const references = await describeReferences(context, connection, sink, targets);
  for (const target of targets) {
    checkFolds(target, namesKnown(flow, source));
    checkMark(target, namesKnown(flow, source));
    await makeTable(context, connection, sink, wantedTable(flow, target, source, references));
  }
  const description = await attempt(context, connection.name, () => {
    const asked = early.get(id);
    early.delete(id);
    return asked ?? sink.describe(first.target.entity, context.signal);
  });
  const fields = fieldsOf(description);
  for (const target of targets) if (target.target.everyField) checkEveryField(flow, target, source, description);
  for (const target of targets) checkFields(target, description, fields);
  for (const target of targets) checkIdentity(target, description, connection.name);
  const { signatures, elsewhere } = askedOf(context, targets, description, fields);
  const select = fieldsToRead(targets, description, [...signatures, ...elsewhere]);
  return { id, connection, sink, description, fields, select, signatures, elsewhere, references, recordFields };
}

/** The shapes of what these targets can ask, and of what only other flows ask of the same entity. */
function askedOf(
  context: RunContext,
  targets: readonly CompiledTarget[],
  description: EntityDescription,
  fields: Fields,
): Pick<Scope, 'signatures' | 'elsewhere'> {
  const isThere = (name: string): boolean => description.openFields ?? fields.has(name);
  const shapes = (some: readonly CompiledTarget[]): readonly Signature[] =>
    some
      .flatMap((target) => signaturesOf(target, description))
      .filter(({ filled, empty }) => [...filled, ...empty].every(isThere));
  const signatures = distinct(shapes(targets));
  const everywhere = distinct([...signatures, ...shapes(askedAnywhere(context, targets))]);
  return { signatures, elsewhere: everywhere.slice(signatures.length) };
}

/** What every `find` reads beside the key: what the mapping needs, what is asked by, and the fields of our own mark. */
function fieldsToRead(
  targets: readonly CompiledTarget[],
  { id, fields, tag }: EntityDescription,
  signatures: readonly Signature[],
): readonly string[] {
  const mapped = targets.flatMap((target) => target.select);
  const every = targets.some((target) => target.target.everyField) ? fields.map(({ name }) => name) : [];
  const asked = signatures.flatMap(({ filled, empty }) => [...filled, ...empty]);
  const marks = tag ? [tag.origin, tag.key, ...(tag.at === undefined ? [] : [tag.at])] : [];
  return [...new Set([...mapped, ...every, ...asked, ...marks])].filter((name) => name !== id);
}

async function describeReferences(
  context: RunContext,
  connection: OpenConnection,
  sink: Sink,
  targets: readonly CompiledTarget[],
): Promise<ReadonlyMap<string, TargetEntity>> {
  const referring = targets.flatMap((target) => target.fields ?? []).filter(({ mapping }) => mapping.reference);
  const references = new Map<string, TargetEntity>();
  for (const field of referring) {
    const table = field.mapping.reference?.table ?? '';
    const known = references.get(table);
    const description =
      known?.description ?? (await attempt(context, connection.name, () => sink.describe(table, context.signal)));
    const entity = known ?? { description, fields: fieldsOf(description) };
    references.set(table, entity);
    checkReference(field, entity, connection.name);
  }
  return references;
}

/** With `fields: all`, what the source is known to bring must have its place before the first record comes. */
function checkEveryField(
  flow: CompiledFlow,
  target: CompiledTarget,
  source: SourceDescription,
  description: EntityDescription,
): void {
  if (description.openFields) return;
  const names = namesKnown(flow, source);
  const known = new Set(description.fields.map(({ name }) => name));
  const lacking = restOf(target, names).find(({ mapping }) => !known.has(mapping.field));
  if (lacking) throw missingColumn(description, lacking.mapping.field, target.target.connection, target.target.place);
}

/** All targets of the pipeline on one entity: what one flow writes may answer what another asks (waves.md). */
function askedAnywhere({ compiled }: RunContext, [first]: readonly CompiledTarget[]): readonly CompiledTarget[] {
  if (!first) return [];
  const { target } = first;
  const all = compiled.flows.flatMap((flow) => flow.targets);
  return all.filter((other) => other.target.connection === target.connection && other.target.entity === target.entity);
}

/** The shapes of what a target asks: its rungs', or that of the engine's own tag. */
function signaturesOf(target: CompiledTarget, { tag, id }: EntityDescription): readonly Signature[] {
  if (target.rungs.length === 0) return tag ? [{ filled: [tag.key], empty: [] }] : [];
  return target.rungs.map((rung) => (rung.rung.byLink ? { filled: [id], empty: [] } : signatureOfRung(rung)));
}

/** Without key and match a target is told apart by the engine's own tag, for which there must be room. */
function checkIdentity(
  { target, rungs, fields }: CompiledTarget,
  { tag, entity }: EntityDescription,
  connection: string,
) {
  if (rungs.length > 0 || !fields) return;
  const mapped = fields.some(({ mapping: { field } }) => field === tag?.origin || field === tag?.key);
  if (tag && !mapped) return;
  throw planErrors.no_identity.error({ target: target.name, entity, connection }, { where: target.place });
}

function signatureOfRung(rung: CompiledTarget['rungs'][number]): Signature {
  const names = (empty: boolean) => rung.by.filter((by) => (by.value.kind === 'empty') === empty).map((by) => by.field);
  return { filled: names(false).sort(), empty: names(true).sort() };
}

function distinct(signatures: readonly Signature[]): readonly Signature[] {
  return [...new Map(signatures.map((signature) => [JSON.stringify(signature), signature])).values()];
}

/** A field that is not there must not be found missing by the first record: the vendor would ignore it in silence. */
function checkFields(target: CompiledTarget, description: EntityDescription, fields: Fields): void {
  const { entity, connection } = target.target;
  for (const { list, place } of target.rows) {
    if (description.lists.some((candidate) => candidate.name === list)) continue;
    const expected = listed(description.lists.map((candidate) => candidate.name));
    throw planErrors.unknown_list.error({ entity, list, expected }, { where: place });
  }
  for (const { field, place, writes } of namedFields(target)) {
    const described = fields.get(field);
    if (!described && description.openFields) continue;
    if (!described) throw unknownField(field, entity, connection, fields, place);
    if (writes && described.readOnly === true)
      throw planErrors.read_only_field.error({ field, entity }, place && { where: place });
  }
}

interface NamedField {
  readonly field: string;
  readonly place?: Place;
  readonly writes: boolean;
}

function namedFields(target: CompiledTarget): readonly NamedField[] {
  return [
    ...(target.fields ?? []).map(({ mapping }) => ({
      field: mapping.field,
      place: mapping.place,
      writes: mapping.write !== 'create',
    })),
    ...target.rungs.flatMap((rung) => rung.by.map((by) => ({ field: by.field, place: by.place, writes: false }))),
    ...markOf(target),
    ...target.select.map((field) => ({ field, place: target.target.place, writes: false })),
  ];
}

function markOf({ target: { absent, place } }: CompiledTarget): readonly NamedField[] {
  return typeof absent === 'object' ? [{ field: absent.mark, place, writes: true }] : [];
}

function unknownField(
  field: string,
  entity: string,
  connection: string,
  fields: Fields,
  where: Place | undefined,
): Error {
  const expected = choicesFor(field, [...fields.keys()]);
  return planErrors.unknown_field.error({ field, entity, connection, expected }, where && { where });
}
