import Type from 'typebox';
import { planErrors } from '../../engine/plan/errors.ts';
import { fieldsOf, satisfies } from '../../engine/plan/question.ts';
import { multiFieldAfter } from '../../engine/plan/multi-field.ts';
import { isMultiField, multiValues } from '../../engine/plan/value.ts';
import type {
  Connection,
  Connector,
  EntityDescription,
  Field,
  FoundRow,
  Outcome,
  Question,
  ReadRequest,
  Row,
  Sink,
  Source,
  SourceBatch,
  Value,
  Write,
} from '../../engine/connector.ts';

/** A system of tables in memory that keeps the contract to the letter: what a run did to it can be read off it. */
export interface TableSystem {
  /** What the source says of its rows, where it says it. */
  columns?: readonly Field[];
  readonly connector: Connector;
  /** Rows of the source, in their order; a `stamp` column is the cursor's. */
  rows: Row[];
  readonly entities: Map<string, TableEntity>;
  /** Every call that was made: `find deal 3`, `write create,update`. */
  readonly calls: string[];
  readonly writes: Write[];
  /** Called before a write is applied; an outcome it returns is given instead. */
  onWrite?: (write: Write) => Outcome | 'lost' | undefined;
  /** May throw what a portal does that cannot be reached. */
  onDescribe?: () => void;
  onFind?: (entity: string, questions: readonly Question[]) => void;
  /** Rows that `find` does not see yet, though they are there by key: `deal#3`. */
  readonly unindexed: Set<string>;
  writesPerRequest: number;
  /** Its keys are known to rise: it has `highWater`, and a run proves its first create. */
  rises: boolean;
  /** It takes a create and the question about it in one request. */
  findsWithWrite: boolean;
  requestsInFlight: number;
}

export interface TableEntity {
  readonly description: EntityDescription;
  readonly rows: Map<string, Record<string, Value>>;
  nextKey: number;
}

export function tableSystem(name: string, descriptions: readonly EntityDescription[]): TableSystem {
  const entities = new Map(
    descriptions.map((description) => [description.entity, { description, rows: new Map(), nextKey: 1 }]),
  );
  const system: TableSystem = {
    rows: [],
    entities,
    calls: [],
    writes: [],
    unindexed: new Set(),
    writesPerRequest: 2,
    rises: false,
    findsWithWrite: false,
    requestsInFlight: 1,
    connector: {
      name,
      summary: 'tables in memory, for tests',
      settings: Type.Object({}, { additionalProperties: true }),
      source: { settings: Type.Object({ stream: Type.Optional(Type.String()) }) },
      sink: {
        settings: Type.Object({ entity: Type.String() }),
        entity: (block) => String(block['entity']),
        scan: true,
        deletes: true,
      },
      connect: () => connectTables(system),
    },
  };
  return system;
}

export function entityOf(system: TableSystem, name: string): TableEntity {
  const entity = system.entities.get(name);
  if (!entity) throw new Error(`no entity ${name}`);
  return entity;
}

/** Puts a row there as someone else would. */
export function putRow(system: TableSystem, name: string, values: Record<string, Value>): string {
  const entity = entityOf(system, name);
  const key = String(entity.nextKey++);
  entity.rows.set(key, values);
  return key;
}

export function connectTables(system: TableSystem): Connection {
  return {
    source: () => source(system),
    sink: () => sink(system),
    check: async () => [],
    close: async () => undefined,
  };
}

/** A connector whose sink is another one. */
export function withSink(connector: Connector, change: (sink: Sink) => Sink): Connector {
  return {
    ...connector,
    connect: async (settings, host) => {
      const connection = await connector.connect(settings, host);
      const there = connection.sink?.({});
      if (!there) throw new Error('no sink');
      return { ...connection, sink: () => change(there) };
    },
  };
}

function source(system: TableSystem): Source {
  return {
    describe: async () => ({ fields: system.columns ?? [], key: ['id'] }),
    read: (request) => read(system, request),
    fetch: async (keys) => system.rows.filter((row) => keys.some((key) => key['id'] === row['id'])),
  };
}

async function* read(system: TableSystem, request: ReadRequest): AsyncGenerator<SourceBatch> {
  const from = request.mode === 'incremental' ? Number(request.cursor?.['stamp'] ?? 0) : 0;
  const rows = system.rows.filter((row) => Number(row['stamp'] ?? 0) >= from).slice(0, request.limit);
  for (let at = 0; at < rows.length; at += request.batch) {
    request.signal.throwIfAborted();
    const batch = rows.slice(at, at + request.batch);
    yield { rows: batch, cursor: { stamp: Math.max(from, ...batch.map((row) => Number(row['stamp'] ?? 0))) } };
  }
}

function sink(system: TableSystem): Sink {
  return {
    get writesPerRequest() {
      return system.writesPerRequest;
    },
    get requestsInFlight() {
      return system.requestsInFlight;
    },
    settleMs: 90_000,
    describe: async (name) => {
      system.calls.push(`describe ${name}`);
      system.onDescribe?.();
      return entityOf(system, name).description;
    },
    ...(system.rises && {
      highWater: async (name: string) => {
        system.calls.push(`highWater ${name}`);
        return [...entityOf(system, name).rows.keys()].at(-1);
      },
    }),
    find: async (name, questions, fields) => {
      system.calls.push(`find ${name} ${questions.length}`);
      system.onFind?.(name, questions);
      const entity = entityOf(system, name);
      return questions.map((question) => ({ ok: true, rows: answers(system, entity, question, fields) }));
    },
    async *scan(name, fields) {
      system.calls.push(`scan ${name}`);
      const rows = [...entityOf(system, name).rows];
      for (const [key, row] of rows) yield [{ key, values: picked(row, fields) }];
    },
    write: async (writes) => {
      system.calls.push(`write ${writes.map((write) => write.operation).join(',')}`);
      return writes.map((write) => applyWrite(system, write));
    },
    ...(system.findsWithWrite && {
      writeAndFind: async (writes: readonly Write[], question: Question, fields: readonly string[]) => {
        system.calls.push(`write ${writes.map((write) => write.operation).join(',')} and find`);
        const outcomes = writes.map((write) => applyWrite(system, write));
        const rows = answers(system, entityOf(system, writes[0]?.entity ?? ''), question, fields);
        return { outcomes, answer: { ok: true as const, rows } };
      },
    }),
  };
}

function answers(
  system: TableSystem,
  entity: TableEntity,
  question: Question,
  fields: readonly string[],
): readonly FoundRow[] {
  const { description, rows } = entity;
  const byKey = Object.keys(question.by).join() === description.id;
  return [...rows]
    .filter(([key]) => Number(key) > Number(question.above ?? 0))
    .filter(([key]) => byKey || !system.unindexed.has(`${description.entity}#${key}`))
    .filter(([key, row]) => satisfies(fieldsOf(description), question, { ...row, [description.id]: key }))
    .map(([key, row]) => ({ key, values: picked(row, fields) }));
}

function picked(row: Record<string, Value>, fields: readonly string[]): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => fields.includes(name)));
}

/** What the system does with one write, `onWrite` asked first. */
export function applyWrite(system: TableSystem, write: Write): Outcome {
  const said = system.onWrite?.(write);
  if (said !== undefined && said !== 'lost') return said;
  system.writes.push(write);
  const entity = entityOf(system, write.entity);
  const key = write.operation === 'create' ? String(entity.nextKey++) : write.key;
  if (write.operation === 'delete') entity.rows.delete(key);
  else if (write.operation === 'rows') entity.rows.set(key, { ...entity.rows.get(key), [write.list]: write.rows });
  else entity.rows.set(key, written(entity, entity.rows.get(key) ?? {}, write.values));
  if (said === 'lost')
    return { ok: false, applied: 'unknown', error: planErrors.missing_row.error({ target: 'lost' }, { retry: true }) };
  return { ok: true, key };
}

function written(
  entity: TableEntity,
  held: Record<string, Value>,
  values: Readonly<Record<string, Value | null>>,
): Record<string, Value> {
  const after = { ...held };
  for (const [name, value] of Object.entries(values)) {
    const field = entity.description.fields.find((candidate) => candidate.name === name);
    if (value === null) delete after[name];
    else if (field && isMultiField(field)) after[name] = withIds(multiFieldAfter(held[name], multiValues(value)));
    else after[name] = value;
  }
  return after;
}

let lastValueId = 0;

function withIds(entries: ReturnType<typeof multiValues>): Value {
  return entries.map((entry) => ({ id: String(++lastValueId), ...entry }));
}
