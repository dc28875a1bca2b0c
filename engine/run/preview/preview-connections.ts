import type {
  Connection,
  EntityDescription,
  FoundRow,
  Question,
  Sink,
  TableChange,
  Tables,
  WantedTable,
} from '../../connector.ts';
import { presentValues } from '../../plan/fields.ts';
import { fieldsOf, satisfies } from '../../plan/question.ts';
import type { OpenConnection } from '../context.ts';
import { plannedSink } from './planned-sink.ts';
import type { Planned } from './planned-sink.ts';

/** What a run would do to a table of a connection before it writes a row. */
export interface PendingTable {
  readonly connection: string;
  readonly wanted: WantedTable;
  readonly changes: readonly TableChange[];
}

/**
 * Connections as a run would find them once their tables are made. Nothing is written through them: what would be is
 * kept in `planned`, and found there again.
 */
export interface Preview {
  readonly connections: ReadonlyMap<string, OpenConnection>;
  /** The tables asked for so far, in that order. */
  pending(): readonly PendingTable[];
  /** Calls of `write` a run would have made by now, by connection. */
  readonly calls: ReadonlyMap<string, number>;
  /** The seconds of work they would be charged for, by method, where a vendor may count them. */
  readonly work: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export function previewConnections(open: ReadonlyMap<string, OpenConnection>, planned: Planned): Preview {
  const stage: Stage = { pending: new Map(), calls: new Map(), work: new Map(), planned };
  const connections = new Map(
    [...open].map(([name, each]) => [name, { ...each, connection: previewConnection(name, each.connection, stage) }]),
  );
  return { connections, pending: () => [...stage.pending.values()], calls: stage.calls, work: stage.work };
}

interface Stage {
  readonly pending: Pending;
  readonly calls: Map<string, number>;
  readonly work: Map<string, Map<string, number>>;
  readonly planned: Planned;
}

type Pending = Map<string, PendingTable>;

function previewConnection(name: string, connection: Connection, stage: Stage): Connection {
  const { sink, system } = connection;
  const source = connection.source?.bind(connection);
  return {
    ...(system !== undefined && { system }),
    ...(source && { source }),
    ...(sink && { sink: (block) => previewSink(name, sink.call(connection, block), stage) }),
    check: async (uses, signal) => connection.check(uses, signal),
    close: async () => connection.close(),
  };
}

function previewSink(connection: string, sink: Sink, { pending, calls, work, planned }: Stage): Sink {
  const real = sinkToCome(connection, sink, pending);
  const over = plannedSink(connection, real, planned);
  const write: Sink['write'] = async (writes, signal) => {
    calls.set(connection, (calls.get(connection) ?? 0) + 1);
    const seconds = work.get(connection) ?? new Map<string, number>();
    work.set(connection, seconds);
    const { expected = [] } = (await sink.expectedWork?.(writes, signal)) ?? {};
    for (const [method, more] of expected) seconds.set(method, (seconds.get(method) ?? 0) + more);
    return over.write(writes, signal);
  };
  return { ...real, ...over, write, ...(sink.writeAndFind && { writeAndFind: findingThem(real, write) }) };
}

/** What a run asks along with creates costs it no request, and here those of the planned rows are the answer that satisfy it. */
function findingThem({ describe }: Sink, write: Sink['write']): NonNullable<Sink['writeAndFind']> {
  return async (writes, question, _fields, signal) => {
    const outcomes = await write(writes, signal);
    const rows: FoundRow[] = [];
    for (const [index, one] of writes.entries()) {
      const outcome = outcomes[index];
      if (!outcome?.ok || one.operation !== 'create') continue;
      const values = presentValues(one.values);
      const description = await describe(one.entity, signal);
      const row = { ...values, [description.id]: outcome.key };
      if (satisfies(fieldsOf(description), question, row)) rows.push({ key: outcome.key, values });
    }
    return { outcomes, answer: { ok: true, rows } };
  };
}

/**
 * The sink once its tables are made. Without `atomic`, every record is planned by itself, as where nothing is loaded in
 * bulk.
 */
function sinkToCome(connection: string, sink: Sink, pending: Pending): Sink {
  const ofEntity = (entity: string): PendingTable | undefined => pending.get(`${connection}/${entity}`);
  const { tables, findsAtOnce, comparesItself } = sink;
  const highWater = sink.highWater?.bind(sink);
  const preview: Sink = {
    writesPerRequest: sink.writesPerRequest,
    requestsInFlight: sink.requestsInFlight,
    settleMs: sink.settleMs,
    ...(findsAtOnce && { findsAtOnce }),
    ...(comparesItself && { comparesItself }),
    ...(highWater && { highWater }),
    describe: async (entity, signal) => {
      const table = ofEntity(entity);
      if (table && isNew(table)) return newTable(table.wanted);
      const description = await sink.describe(entity, signal);
      return table ? { ...description, fields: withPending(description, table) } : description;
    },
    find: async (entity, questions, fields, signal) => {
      const table = ofEntity(entity);
      if (table && isNew(table)) return questions.map(() => ({ ok: true, rows: [] }));
      const lacking = lackingIn(table);
      const answerable = questions.map((question) => withoutFields(question, lacking));
      const asked = answerable.flatMap((question) => question ?? []);
      const there = fields.filter((field) => !lacking.has(field));
      const answers = asked.length === 0 ? [] : [...(await sink.find(entity, asked, there, signal))];
      return answerable.map((question) => (question && answers.shift()) ?? { ok: true, rows: [] });
    },
    write: async () => {
      throw new Error('a preview writes nothing');
    },
  };
  const scan = sink.scan?.bind(sink);
  return {
    ...preview,
    ...(tables && { tables: previewTables(connection, tables, pending) }),
    ...(scan && {
      async *scan(entity: string, fields: readonly string[], signal: AbortSignal): AsyncIterable<readonly FoundRow[]> {
        const table = ofEntity(entity);
        const lacking = lackingIn(table);
        if (table && isNew(table)) return;
        yield* scan(
          entity,
          fields.filter((field) => !lacking.has(field)),
          signal,
        );
      },
    }),
  };
}

/** Plans as the data base would, over what was asked for before as well, and makes nothing. */
function previewTables(connection: string, tables: Tables, pending: Pending): Tables {
  return {
    plan: async (asked, signal) => {
      const id = `${connection}/${asked.entity}`;
      const before = pending.get(id)?.wanted.columns ?? [];
      const added = asked.columns.filter(({ name }) => !before.some((column) => column.name === name));
      const wanted = { ...asked, columns: [...before, ...added] };
      const changes = await tables.plan(wanted, signal);
      pending.set(id, { connection, wanted, changes });
      return changes;
    },
    change: async () => undefined,
  };
}

export function isNew({ changes }: PendingTable): boolean {
  return changes.some(({ kind }) => kind === 'create-table');
}

function newTable({ entity, key, columns }: WantedTable): EntityDescription {
  const [only, more] = key;
  return { entity, fields: columns, id: only !== undefined && more === undefined ? only : '', lists: [], keys: [key] };
}

function withPending({ fields }: EntityDescription, table: PendingTable): EntityDescription['fields'] {
  const lacking = lackingIn(table);
  return [...fields, ...table.wanted.columns.filter(({ name }) => lacking.has(name))];
}

function lackingIn(table: PendingTable | undefined): ReadonlySet<string> {
  const changes = table?.changes ?? [];
  return new Set(
    changes.flatMap(({ kind, column }) => (kind === 'add-column' && column !== undefined ? [column] : [])),
  );
}

/** A column that is yet to come is empty in every row; undefined: so no row answers. */
function withoutFields({ by, ...question }: Question, lacking: ReadonlySet<string>): Question | undefined {
  const entries = Object.entries(by);
  if (entries.some(([field, wanted]) => lacking.has(field) && 'anyOf' in wanted)) return undefined;
  return { ...question, by: Object.fromEntries(entries.filter(([field]) => !lacking.has(field))) };
}
