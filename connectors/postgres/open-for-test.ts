import type { AtomicWrites, Connection, Host, Load, PipeError, Row, Sink, Tables, Value } from '../../engine/index.ts';
import type { Settings } from './config.ts';
import { connect } from './connection.ts';

/** A connection to a data base of the tests, and what it has warned of. */
export interface Opened {
  readonly connection: Connection;
  readonly sink: Sink;
  readonly atomic: AtomicWrites;
  readonly tables: Tables;
  readonly warnings: readonly PipeError[];
  /** Rows of a query, as the connector reads them. */
  rows(query: string): Promise<readonly Row[]>;
  load(given: LoadOf, writes?: Parameters<AtomicWrites['commit']>[0]['writes']): ReturnType<AtomicWrites['commit']>;
}

/** Columns by name, or by name and policy: `name`, `name: fill`. */
export interface LoadOf {
  readonly entity: string;
  readonly key: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (Value | null)[])[];
}

export const mark = { pipeline: 'p', flow: 'f', target: 't', epoch: 1 } as const;

export const running = (): AbortSignal => new AbortController().signal;

export function open(settings: Settings, now: () => number = Date.now): Opened {
  const warnings: PipeError[] = [];
  const host: Host = {
    folder: '/',
    now,
    admit: async () => ({ ended() {} }),
    warn: (warning) => warnings.push(warning),
  };
  const connection = connect(settings, host);
  const sink = connection.sink?.({});
  if (!sink?.atomic || !sink.tables) throw new Error('postgres is a sink with everything');
  const { atomic, tables } = sink;
  let sequence = 0;
  return {
    connection,
    sink,
    atomic,
    tables,
    warnings,
    async rows(query) {
      const rows: Row[] = [];
      const source = connection.source?.({ query });
      const request = { mode: 'full', batch: 1000, params: {}, signal: running() } as const;
      for await (const batch of source?.read(request) ?? []) rows.push(...batch.rows);
      return rows;
    },
    async load(given, writes = []) {
      if (sequence === 0) await atomic.takeOver(mark, running());
      sequence += 1;
      return await atomic.commit({ mark, sequence, load: loadOf(given), writes }, running());
    },
  };
}

export function loadOf({ columns, ...given }: LoadOf): Load {
  return {
    ...given,
    columns: columns.map((text) => {
      const [name = '', write = 'always'] = text.split(': ');
      if (write !== 'always' && write !== 'notNull' && write !== 'fill' && write !== 'create')
        throw new TypeError(`${write} is no policy`);
      return { name, write };
    }),
  };
}
