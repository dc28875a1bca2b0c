import { sameSource, sourceIdentity } from '../config/lock-file.ts';
import type { Lock } from '../config/lock-file.ts';
import type { Flow, FlowSource, Pipeline, Target } from '../config/pipeline.ts';
import type { Connector, EntityDescription, Field, SourceBlock } from '../connector.ts';
import type { Knowledge } from './surroundings.ts';

/** What is known offline: columns that a connector knows by itself, else what the lock file has of them. */
export function knowledgeFrom(
  pipeline: Pipeline,
  connectors: ReadonlyMap<string, Connector>,
  lock: Lock | undefined,
): Knowledge {
  const ownColumns = (source: Pick<FlowSource, 'connection' | 'block'>): readonly Field[] | undefined => {
    const connection = pipeline.connections.get(source.connection);
    return connection && connectors.get(connection.connector)?.source?.columns?.(source.block);
  };
  const lockedOf = (flow: Flow) => {
    const { connection: name, block } = flow.source;
    const connection = pipeline.connections.get(name);
    const locked = connection && lockedAs(lock, name, connection.connector)?.sources[flow.name];
    return locked && sameSource(locked.of, sourceIdentity(block)) ? locked : undefined;
  };
  const columnsOf = (flow: Flow): readonly Field[] | undefined => {
    const own = ownColumns(flow.source);
    const locked = own ? undefined : lockedOf(flow);
    if (!locked) return own;
    const { fields, askable = [] } = locked;
    // Selected since the lock file was written.
    const selected = new Set(flow.source.asked.flatMap(({ name, selects }) => (selects ? name : [])));
    const more = askable.filter(({ name }) => selected.has(name) && !fields.some((field) => field.name === name));
    return [...fields, ...more];
  };
  const columns = remembered(columnsOf);
  const askable = (flow: Flow): readonly Field[] | undefined => {
    const own = ownColumns({ ...flow.source, block: withoutLists(flow.source.block) });
    const locked = own ? undefined : lockedOf(flow);
    return own ?? locked?.askable ?? locked?.fields;
  };
  const entity = ({
    connection,
    entity: name,
  }: Pick<Target, 'connection' | 'entity'>): EntityDescription | undefined => {
    const connector = pipeline.connections.get(connection)?.connector;
    const locked = lockedAs(lock, connection, connector)?.entities;
    return locked && Object.hasOwn(locked, name) && locked[name] ? { entity: name, ...locked[name] } : undefined;
  };
  return { columns, entity, askable, checked: ({ source }) => ownColumns(source) !== undefined };
}

/** Every check of a flow asks for its columns. */
function remembered<Key extends object, Value>(find: (key: Key) => Value): (key: Key) => Value {
  const found = new Map<Key, { readonly value: Value }>();
  return (key) => {
    const known = found.get(key) ?? { value: find(key) };
    found.set(key, known);
    return known.value;
  };
}

/** A block that selects nothing. */
function withoutLists(block: SourceBlock): SourceBlock {
  return Object.fromEntries(Object.entries(block).filter(([, value]) => !Array.isArray(value)));
}

/** Under the same name another system may stand by now. */
function lockedAs(lock: Lock | undefined, connection: string, connector: string | undefined) {
  const { connections = {} } = lock ?? {};
  const locked = Object.hasOwn(connections, connection) ? connections[connection] : undefined;
  return locked?.connector === connector ? locked : undefined;
}

/** A part of a pipeline whose types nobody knows: a source of a flow, or an entity. */
export interface Unchecked {
  readonly file: string;
  readonly connection: string;
  /** `receptions` where it is a source, `deal` where it is an entity. */
  readonly of: string;
}

/** What `validate` could not look at for want of a lock file (product.md G12). */
export function unchecked(pipeline: Pipeline, knowledge: Knowledge): readonly Unchecked[] {
  const { file } = pipeline;
  const all = pipeline.flows.flatMap((flow) => [
    ...(knowledge.columns?.(flow) ? [] : [{ file, connection: flow.source.connection, of: flow.name }]),
    ...flow.targets.flatMap((target) => {
      const { connection, fields = [] } = target;
      const referred = fields.flatMap(({ reference }) => (reference ? [reference.table] : []));
      const entities = [...(isMade(target) ? [] : [target.entity]), ...referred];
      return entities
        .filter((entity) => !knowledge.entity?.({ connection, entity }))
        .map((of) => ({ file, connection, of }));
    }),
  ]);
  const known = all.filter(({ connection }) => pipeline.connections.has(connection));
  return [...new Map(known.map((each) => [JSON.stringify(each), each])).values()];
}

/** Its columns come to be as the records have them. */
function isMade({ ddl }: Target): boolean {
  return ddl === 'create' || ddl === 'evolve';
}
