import { fold } from './catalog.ts';
import type { SqlError } from './errors.ts';
import { type JavascriptValue, javascriptValue, typedValue } from './javascript-values.ts';
import type { Session } from './session.ts';
import type { ResultSink } from './results.ts';
import type { Row } from './server.ts';
import type { ResultColumn } from './tokens.ts';

/** Runs statements of this process one after the other in a session of their own. */
export class InProcessClient {
  readonly #session: Session;
  #work: Promise<unknown> = Promise.resolve();

  constructor(session: Session) {
    this.#session = session;
  }

  execute(sql: string, parameters: Readonly<Record<string, JavascriptValue>>): Promise<readonly Row[]> {
    const next = this.#work.then(() => this.#run(sql, parameters));
    this.#work = next.catch(() => {});
    return next;
  }

  async #run(sql: string, parameters: Readonly<Record<string, JavascriptValue>>): Promise<readonly Row[]> {
    const typed = Object.entries(parameters).map(([name, value]) => [`@${name}`, typedValue(value)] as const);
    const declared = typed.map(([name, { type }]) => ({ name, type, value: undefined, output: false }));
    const sink = new ListSink();
    await this.#session.run(sql, declared, new Map(typed.map(([name, value]) => [fold(name), value])), sink);
    if (sink.failure !== undefined) throw sink.failure;
    return sink.rows;
  }

  close(): void {
    this.#session.close();
  }
}

/** Keeps the rows of the last result and the first error. */
class ListSink implements ResultSink {
  readonly cancelled = false;
  rows: Row[] = [];
  failure: SqlError | undefined;
  #columns: readonly ResultColumn[] = [];

  columns(columns: readonly ResultColumn[]): void {
    this.#columns = columns;
    this.rows = [];
  }

  row(values: Parameters<ResultSink['row']>[0]): void {
    const cells = this.#columns.map(
      ({ name, type }, index) => [name, javascriptValue(values[index] ?? null, type)] as const,
    );
    this.rows.push(Object.fromEntries(cells));
  }

  error(error: SqlError): void {
    this.failure ??= error;
  }

  room(): undefined {}
  done(): void {}
  info(): void {}
  transaction(): void {}
}
