import type {
  Connection,
  EntityDescription,
  Field,
  FoundRow,
  Outcome,
  Question,
  Row,
  Sink,
  Source,
  Value,
  Write,
  WriteValues,
} from '../connector.ts';
import { multiFieldAfter } from '../plan/multi-field.ts';
import { fieldNamed, fieldsOf, satisfies } from '../plan/question.ts';
import type { Fields } from '../plan/question.ts';
import { isMultiField, multiValues } from '../plan/value.ts';

/** An entity of a system that is not there: its rows lie in memory. */
export interface MemoryEntity {
  readonly description: EntityDescription;
  /** By their key. */
  readonly rows: Map<string, Row>;
}

/** By name; undefined: the pipeline has no such entity there. */
export type EntityNamed = (entity: string) => MemoryEntity | undefined;

/**
 * A connection over rows in memory that keeps the contract: questions are answered by the same idea of equality as
 * everywhere, writes are there for the next question. Rows come from nobody: whoever rehearses hands them in.
 */
export function memoryConnection(columns: readonly Field[], entityNamed: EntityNamed): Connection {
  return {
    source: () => emptySource(columns),
    sink: () => memorySink(entityNamed),
    check: async () => [],
    close: async () => undefined,
  };
}

function emptySource(columns: readonly Field[]): Source {
  return {
    describe: async () => ({ fields: columns }),
    read: async function* () {
      // Rows are handed to the map by hand.
    },
  };
}

function memorySink(entityNamed: EntityNamed): Sink {
  const known = (name: string): MemoryEntity => {
    const entity = entityNamed(name);
    if (!entity) throw new Error(`entity ${name} is not in memory`);
    return entity;
  };
  return {
    writesPerRequest: 50,
    requestsInFlight: 1,
    settleMs: 0,
    findsAtOnce: true,
    describe: async (name) => known(name).description,
    find: async (name, questions, fields) =>
      questions.map((question) => ({ ok: true, rows: answer(known(name), question, fields) })),
    async *scan(name, fields) {
      yield [...known(name).rows].map(([key, row]) => ({ key, values: picked(row, fields) }));
    },
    write: async (writes) => writes.map((write) => applied(known(write.entity), write)),
  };
}

function answer({ description, rows }: MemoryEntity, question: Question, fields: readonly string[]): FoundRow[] {
  const known = fieldsOf(description);
  return [...rows]
    .filter(([key, row]) => satisfies(known, question, { ...row, [description.id]: key }))
    .map(([key, row]) => ({ key, values: picked(row, fields) }));
}

function picked(row: Row, fields: readonly string[]): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => fields.includes(name)));
}

function applied(entity: MemoryEntity, write: Write): Outcome {
  const { rows, description } = entity;
  const key = write.operation === 'create' ? newKey(entity, write.values) : write.key;
  const held = rows.get(key) ?? {};
  if (write.operation === 'delete') rows.delete(key);
  else if (write.operation === 'rows') rows.set(key, { ...held, [write.list]: write.rows });
  else rows.set(key, written(held, write.values, fieldsOf(description)));
  return { ok: true, key };
}

/** What is written as the key, else `new:deal`, then `new:deal:2`: it says what it is, and is the same each time. */
function newKey({ description: { entity, id }, rows }: MemoryEntity, { [id]: given }: WriteValues): string {
  if (given !== undefined && given !== null) return String(given);
  const made = [...rows.keys()].filter((key) => key.startsWith(`new:${entity}`)).length;
  return made === 0 ? `new:${entity}` : `new:${entity}:${made + 1}`;
}

function written(held: Row, values: WriteValues, fields: Fields): Row {
  const after: Record<string, Value> = { ...held };
  for (const [name, value] of Object.entries(values)) {
    if (value === null) delete after[name];
    else if (isMultiField(fieldNamed(fields, name))) after[name] = multiFieldAfter(held[name], multiValues(value));
    else after[name] = value;
  }
  return after;
}
