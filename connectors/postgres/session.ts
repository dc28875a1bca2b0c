import type pg from 'pg';
import type { Result, Session, Statement } from '../_sql/dialect.ts';
import type { Endpoint } from './config.ts';
import { statementError } from './driver-errors.ts';
import { asText, rowReader, typeName } from './values.ts';

/** What is remembered of a connection from one transaction to the next. */
interface ConnectionMemory {
  /** Stages whose rows were mostly unchanged the last time. */
  readonly resting: Set<string>;
}

const memories = new WeakMap<pg.PoolClient, ConnectionMemory>();

/** One connection of the pool, while it is checked out. */
export class PostgresSession implements Session {
  readonly client: pg.PoolClient;
  readonly at: Endpoint;
  readonly memory: ConnectionMemory;
  /** Stages that hold rows of this transaction. */
  readonly staged = new Set<string>();

  constructor(client: pg.PoolClient, at: Endpoint) {
    this.client = client;
    this.at = at;
    this.memory = memories.get(client) ?? { resting: new Set() };
    memories.set(client, this.memory);
  }

  async run({ sql, parameters }: Statement): Promise<Result> {
    try {
      const given = parameters.length > 0 ? { values: [...parameters] } : {};
      const result = await this.client.query({ text: sql, ...given, rowMode: 'array', types: asText });
      // Several statements in one text give several results: none of them has rows then.
      if (Array.isArray(result)) return { rows: [], affected: 0 };
      const raw = result.rows as readonly (readonly (string | null)[])[];
      return {
        rows: raw.length === 0 ? [] : raw.map(rowReader(result.fields)),
        affected: result.rowCount ?? 0,
        columns: result.fields.map(({ name, dataTypeID }) => ({
          name: name === '?column?' ? '' : name,
          type: typeName(dataTypeID),
          nullable: true,
          hasDefault: false,
          generated: false,
        })),
      };
    } catch (thrown) {
      throw statementError(thrown, this.at, sql);
    }
  }
}
