import Type from 'typebox';
import type {
  AtomicBatch,
  AtomicResult,
  Connector,
  EntityDescription,
  Field,
  Load,
  LoadCounts,
  Sink,
  SourceBlock,
  StoredCheckpoint,
  TableChange,
  TargetBlock,
  Value,
  WantedTable,
} from '../../engine/connector.ts';
import type { PipeError } from '../../engine/errors.ts';
import { planErrors } from '../../engine/plan/errors.ts';
import { fieldsOf } from '../../engine/plan/question.ts';
import { canonical } from '../../engine/plan/value.ts';
import { applyWrite, connectTables, entityOf, tableSystem } from './table-connector.ts';
import type { TableEntity, TableSystem } from './table-connector.ts';

/** Tables in memory that commit rows with their checkpoint, as a data base does (DL-23). */
export interface AtomicTables extends TableSystem {
  /** By `flow target`. */
  readonly checkpoints: Map<string, StoredCheckpoint>;
  readonly batches: AtomicBatch[];
  readonly changes: TableChange[];
  /** The source's description; without it nothing is known of its columns. */
  fields: readonly Field[];
  /** Asked before a commit, and with `committed` after it; what it throws is what the run sees. */
  onCommit?: (batch: AtomicBatch, committed: boolean) => void;
  /** Why a row is refused. */
  refuses?: (row: Readonly<Record<string, Value>>) => PipeError | undefined;
}

export function atomicTables(name: string, descriptions: readonly EntityDescription[]): AtomicTables {
  const system: AtomicTables = {
    ...tableSystem(name, descriptions),
    checkpoints: new Map(),
    batches: [],
    changes: [],
    fields: [],
  };
  return Object.assign(system, { connector: connectorOf(system) });
}

const settings = Type.Object({ entity: Type.String(), ddl: Type.Optional(Type.String()) });

function connectorOf(system: AtomicTables): Connector {
  const { connector } = system;
  return {
    ...connector,
    ...(connector.sink && { sink: { ...connector.sink, settings, columnOf: (field: string) => field.toLowerCase() } }),
    connect: () => {
      const { source, sink, ...connection } = connectTables(system);
      return {
        ...connection,
        ...(source && {
          source: (block: SourceBlock) => ({
            ...source(block),
            describe: async () => ({ fields: system.fields, key: ['id'] }),
          }),
        }),
        ...(sink && {
          sink: (block: TargetBlock) => ({
            ...sink(block),
            findsAtOnce: true as const,
            settleMs: 0,
            ...abilities(system),
          }),
        }),
      };
    },
  };
}

function abilities(system: AtomicTables): Pick<Sink, 'atomic' | 'tables'> {
  return {
    atomic: {
      takeOver: async ({ flow, target, epoch }) => {
        const id = `${flow} ${target}`;
        const held = system.checkpoints.get(id);
        const stored = { sequence: 0, loaded: nothing, ...held, epoch: Math.max(epoch, (held?.epoch ?? 0) + 1) };
        system.calls.push(`take over ${id}`);
        system.checkpoints.set(id, stored);
        return stored;
      },
      commit: async (batch) => commit(system, batch),
    },
    tables: {
      plan: async (wanted) => planned(system, wanted),
      change: async (changes) => {
        for (const change of changes) carryOut(system, change);
      },
    },
  };
}

const nothing: LoadCounts = { created: 0, updated: 0, unchanged: 0 };

function commit(system: AtomicTables, batch: AtomicBatch): AtomicResult {
  system.onCommit?.(batch, false);
  const { mark, sequence, cursor, load, writes } = batch;
  const id = `${mark.flow} ${mark.target}`;
  const stored = system.checkpoints.get(id);
  if (stored && stored.epoch > mark.epoch) throw planErrors.missing_row.error({ target: 'fenced' });
  system.batches.push(batch);
  const { loaded, refused } = load ? loadRows(system, load) : { loaded: nothing, refused: [] };
  const outcomes = writes.map((write) => applyWrite(system, write));
  const kept = cursor ?? stored?.cursor;
  system.checkpoints.set(id, { epoch: mark.epoch, sequence, loaded, ...(kept && { cursor: kept }) });
  system.onCommit?.(batch, true);
  return { loaded, refused, outcomes };
}

function loadRows(system: AtomicTables, load: Load): Pick<AtomicResult, 'loaded' | 'refused'> {
  const entity = entityOf(system, load.entity);
  const counts = { created: 0, updated: 0, unchanged: 0 };
  const refused: { index: number; error: PipeError }[] = [];
  for (const [index, values] of load.rows.entries()) {
    const row = Object.fromEntries(load.columns.map(({ name }, at) => [name, values[at] ?? null]));
    const present = Object.fromEntries(
      Object.entries(row).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
    );
    const error = system.refuses?.(present);
    if (error) refused.push({ index, error });
    else counts[upsert(entity, load, row)] += 1;
  }
  return { loaded: counts, refused };
}

function upsert(entity: TableEntity, load: Load, row: Record<string, Value | null>): keyof LoadCounts {
  const fields = fieldsOf(entity.description);
  const isSame = (name: string, held: Value | undefined) => {
    const field = fields.get(name) ?? { name, type: 'text' as const };
    const value = row[name] ?? undefined;
    return value !== undefined && held !== undefined
      ? canonical(field, value) === canonical(field, held)
      : value === held;
  };
  const found = [...entity.rows].find(([, held]) => load.key.every((name) => isSame(name, held[name])));
  const after: Record<string, Value> = { ...found?.[1] };
  for (const { name, write } of load.columns) {
    const value = row[name] ?? undefined;
    if (!found || write === 'always') set(after, name, value);
    else if (write === 'notNull') set(after, name, value ?? after[name]);
    else if (write === 'fill') set(after, name, after[name] ?? value);
  }
  if (found && load.columns.every(({ name }) => JSON.stringify(after[name]) === JSON.stringify(found[1][name])))
    return 'unchanged';
  entity.rows.set(found?.[0] ?? String(entity.nextKey++), after);
  return found ? 'updated' : 'created';
}

function set(row: Record<string, Value>, name: string, value: Value | undefined): void {
  if (value === undefined) delete row[name];
  else row[name] = value;
}

function planned(system: AtomicTables, { entity, columns, key, ddl }: WantedTable): readonly TableChange[] {
  const held = system.entities.get(entity);
  const sql = (text: string) => `${text} ${entity}`;
  if (!held) {
    const fields = columns.map(({ name, type }) => `${name} ${type}`).join(', ');
    return [{ kind: 'create-table', entity, type: `${fields} key ${key.join()}`, sql: sql('create') }];
  }
  if (ddl === 'create') return [];
  const known = new Set(held.description.fields.map(({ name }) => name));
  return columns.flatMap(({ name, type }) =>
    known.has(name) ? [] : [{ kind: 'add-column' as const, entity, column: name, type, sql: sql('add') }],
  );
}

function carryOut(system: AtomicTables, change: TableChange): void {
  system.changes.push(change);
  const { entity, column, type = '' } = change;
  const fieldOf = (text: string): Field => {
    const [name = '', kind = 'text'] = text.split(' ');
    return { name, type: kind as Field['type'] };
  };
  if (change.kind === 'create-table') {
    const [fields = '', key = ''] = type.split(' key ');
    const description = {
      entity,
      id: 'row_id',
      lists: [],
      keys: [key.split(',')],
      fields: fields.split(', ').map(fieldOf),
    };
    system.entities.set(entity, { description, rows: new Map(), nextKey: 1 });
  }
  const held = system.entities.get(entity);
  if (change.kind !== 'add-column' || !held || column === undefined) return;
  const description = { ...held.description, fields: [...held.description.fields, fieldOf(`${column} ${type}`)] };
  system.entities.set(entity, { ...held, description });
}
