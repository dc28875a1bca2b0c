import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { PipeError } from '../../engine/index.ts';
import type {
  AtomicBatch,
  CheckpointMark,
  Field,
  Host,
  LoadCounts,
  Row,
  StoredCheckpoint,
  Value,
} from '../../engine/index.ts';
import { columnIn } from './catalogue.ts';
import type { Catalogue } from './catalogue.ts';
import type { Database, Dialect, Session } from './dialect.ts';
import { errors } from './errors.ts';
import { nothingLoaded } from './load.ts';
import { equal, named, tableRef, where } from './select.ts';
import { tableName } from './table.ts';
import type { Table } from './table.ts';
import { compiledRaw } from './writer.ts';

export const checkpointTable = 'pipe_checkpoint';

const marks = ['pipeline', 'flow', 'target'] as const;

const fields: readonly Field[] = [
  { name: 'pipeline', type: 'id', required: true },
  { name: 'flow', type: 'id', required: true },
  { name: 'target', type: 'id', required: true },
  { name: 'epoch', type: 'integer', required: true },
  { name: 'sequence', type: 'integer' },
  { name: 'cursor', type: 'text' },
  { name: 'created', type: 'integer' },
  { name: 'updated', type: 'integer' },
  { name: 'unchanged', type: 'integer' },
  { name: 'at', type: 'datetime' },
];

/** The row of a flow's target in `pipe_checkpoint`, in the schema of the connection. */
export interface Checkpoints {
  /** As `AtomicWrites.takeOver`. */
  takeOver(mark: CheckpointMark, signal: AbortSignal): Promise<StoredCheckpoint | undefined>;
  /** Undefined where none can be kept: then there is nothing to lock or renew. */
  keeper(mark: CheckpointMark, signal: AbortSignal): Promise<CheckpointKeeper | undefined>;
}

export interface CheckpointKeeper {
  /** Locks the row until the transaction ends; throws `sql.fenced` when a later run has it. */
  lock(session: Session): Promise<void>;
  renew(session: Session, batch: AtomicBatch, loaded: LoadCounts): Promise<void>;
}

export function createCheckpoints(database: Database, catalogue: Catalogue, host: Host): Checkpoints {
  const unkept = new Set<string>();
  return {
    async takeOver(mark, signal) {
      try {
        const table = await madeTable(database, catalogue, signal);
        unkept.delete(nameOf(mark));
        return await taken(database, table, mark, signal);
      } catch (thrown) {
        if (!isCode(thrown, errors.permission_denied.code)) throw thrown;
        host.warn(errors.checkpoint_denied.error({ table: checkpointTable }, { cause: thrown }));
        unkept.add(nameOf(mark));
        return undefined;
      }
    },
    async keeper(mark, signal) {
      if (unkept.has(nameOf(mark))) return undefined;
      const table = await catalogue.of(checkpointTable, signal);
      return keeperOf(database, table, mark, host);
    },
  };
}

function nameOf({ pipeline, flow, target }: CheckpointMark): string {
  return JSON.stringify([pipeline, flow, target]);
}

function isCode(thrown: unknown, code: string): boolean {
  return thrown instanceof PipeError && thrown.code === code;
}

async function madeTable(database: Database, catalogue: Catalogue, signal: AbortSignal): Promise<Table> {
  const known = await catalogue.read(checkpointTable, signal);
  if (known) return known;
  try {
    await database.run({ sql: checkpointDdl(database.dialect), parameters: [] }, signal);
  } catch (thrown) {
    if (!isCode(thrown, errors.exists.code)) throw thrown;
  }
  return await catalogue.of(checkpointTable, signal);
}

/** The statement the README of a connector shows to those whose login may not make tables. */
export function checkpointDdl(dialect: Dialect): string {
  const columns = fields.map((field) => {
    const inKey = marks.some((mark) => mark === field.name);
    return { name: field.name, type: dialect.typeOf(field, inKey), notNull: field.required === true };
  });
  return dialect.ddl.createTable(tableName(checkpointTable, dialect.defaultSchema), columns, marks);
}

/** Two runs that begin at once both find no row: the one that comes too late to insert it tries once more. */
async function taken(
  database: Database,
  table: Table,
  mark: CheckpointMark,
  signal: AbortSignal,
): Promise<StoredCheckpoint | undefined> {
  const take = async (): Promise<StoredCheckpoint | undefined> =>
    await database.transaction(async (session) => await takeIn(session, database, table, mark), signal);
  try {
    return await take();
  } catch (thrown) {
    if (!isCode(thrown, errors.not_unique.code)) throw thrown;
    return await take();
  }
}

async function takeIn(
  session: Session,
  { dialect }: Database,
  table: Table,
  mark: CheckpointMark,
): Promise<StoredCheckpoint | undefined> {
  if (await isClaimed(session, dialect, table, mark)) return await stored(session, dialect, table, mark);
  const values = { ...marked(mark), epoch: mark.epoch };
  const columns = Object.keys(values).map((name) => columnIn(table, name));
  const bound = Object.entries(values).map(([name, value]) => dialect.bound(columnIn(table, name), value));
  const insert = sql`INSERT INTO ${tableRef(table)} (${named(columns)}) VALUES (${sql.join(bound)})`;
  await session.run(compiledRaw(dialect, insert));
  return { epoch: mark.epoch, sequence: 0, loaded: nothingLoaded };
}

function fenced({ pipeline, flow }: CheckpointMark, system: string): PipeError {
  return errors.fenced.error({ pipeline, flow, system });
}

function marked({ pipeline, flow, target }: CheckpointMark): Readonly<Record<string, string>> {
  return { pipeline, flow, target };
}

function isMarked(dialect: Dialect, table: Table, mark: CheckpointMark): readonly RawBuilder<unknown>[] {
  return Object.entries(marked(mark)).map(([name, value]) => equal(dialect, columnIn(table, name), value));
}

/** Above whatever epoch was there: a state that was deleted counts its own from one again. */
async function isClaimed(session: Session, dialect: Dialect, table: Table, mark: CheckpointMark): Promise<boolean> {
  const column = sql.id('epoch');
  const epoch = dialect.bound(columnIn(table, 'epoch'), mark.epoch);
  const next = sql`CASE WHEN ${column} < ${epoch} THEN ${epoch} ELSE ${column} + 1 END`;
  const update = sql`UPDATE ${tableRef(table)} SET ${column} = ${next}${where(isMarked(dialect, table, mark))}`;
  return (await session.run(compiledRaw(dialect, update))).affected > 0;
}

async function isLocked(session: Session, dialect: Dialect, table: Table, mark: CheckpointMark): Promise<boolean> {
  const epoch = dialect.bound(columnIn(table, 'epoch'), mark.epoch);
  const mine = where([...isMarked(dialect, table, mark), sql`${sql.id('epoch')} <= ${epoch}`]);
  const update = sql`UPDATE ${tableRef(table)} SET ${sql.id('epoch')} = ${epoch}${mine}`;
  return (await session.run(compiledRaw(dialect, update))).affected > 0;
}

async function stored(
  session: Session,
  dialect: Dialect,
  table: Table,
  mark: CheckpointMark,
): Promise<StoredCheckpoint | undefined> {
  const query = sql`SELECT ${named(table.columns)} FROM ${tableRef(table)}${where(isMarked(dialect, table, mark))}`;
  const [row] = (await session.run(compiledRaw(dialect, query))).rows;
  return row && checkpointOf(row);
}

/** A row that was taken over and never committed to has no number yet. */
function checkpointOf(row: Row): StoredCheckpoint {
  const { cursor } = row;
  return {
    epoch: Number(row['epoch']),
    sequence: Number(row['sequence'] ?? 0),
    ...(typeof cursor === 'string' && { cursor: JSON.parse(cursor) as Row }),
    loaded: {
      created: Number(row['created'] ?? 0),
      updated: Number(row['updated'] ?? 0),
      unchanged: Number(row['unchanged'] ?? 0),
    },
  };
}

function keeperOf({ dialect, system }: Database, table: Table, mark: CheckpointMark, host: Host): CheckpointKeeper {
  return {
    async lock(session) {
      if (!(await isLocked(session, dialect, table, mark))) throw fenced(mark, system);
    },
    async renew(session, { sequence, cursor }, loaded) {
      const values: Record<string, Value> = {
        sequence,
        ...(cursor && { cursor: JSON.stringify(cursor) }),
        ...nothingLoaded,
        ...loaded,
        at: new Date(host.now()).toISOString(),
      };
      const set = Object.entries(values).map(
        ([name, value]) => sql`${sql.id(name)} = ${dialect.bound(columnIn(table, name), value)}`,
      );
      const update = sql`UPDATE ${tableRef(table)} SET ${sql.join(set)}${where(isMarked(dialect, table, mark))}`;
      await session.run(compiledRaw(dialect, update));
    },
  };
}
