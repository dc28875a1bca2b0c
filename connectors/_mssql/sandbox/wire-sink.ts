import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { SqlError } from './errors.ts';
import { type Fault, sqlErrorOf } from './faults.ts';
import type { OpenEntry } from './journal.ts';
import type { MessageWriter } from './packets.ts';
import type { ResultSink } from './results.ts';
import type { SqliteValue } from './sql/sql-types.ts';
import {
  type Done,
  type DoneKind,
  environment,
  type ResultColumn,
  rowWriter,
  writeColumns,
  writeDone,
  writeError,
  writeInfo,
} from './tokens.ts';

/** Longer than this no request keeps the process from reading what else arrived. */
const TURN_MS = 5;

/** Writes the results of one request as tokens. */
export class WireSink implements ResultSink {
  cancelled = false;
  /** An injected error ended it amid its rows. */
  broken = false;
  readonly #writer: MessageWriter;
  readonly #kind: DoneKind;
  readonly #entry: OpenEntry;
  readonly #fault: Fault;
  readonly #disconnect: () => void;
  #writeRow: (writer: MessageWriter, values: readonly SqliteValue[]) => void = () => {};
  /** The DONE of the last statement: whether more follow is known only when something does. */
  #pending: Done | undefined;
  #turnStarted = performance.now();
  #rowsAtLastLook = 0;

  constructor(writer: MessageWriter, kind: DoneKind, entry: OpenEntry, fault: Fault, disconnect: () => void) {
    this.#writer = writer;
    this.#kind = kind;
    this.#entry = entry;
    this.#fault = fault;
    this.#disconnect = disconnect;
  }

  columns(columns: readonly ResultColumn[]): void {
    this.#settle();
    writeColumns(this.#writer, columns);
    this.#writeRow = rowWriter(columns);
  }

  row(values: readonly SqliteValue[]): void {
    if (this.#entry.rows === this.#fault.disconnectAfterRows) {
      this.cancelled = true;
      this.#writer.flush();
      this.#disconnect();
      return;
    }
    if (this.#entry.rows === this.#fault.error?.afterRows) {
      this.#breakOff();
      return;
    }
    this.#writeRow(this.#writer, values);
    this.#entry.rows++;
  }

  #breakOff(): void {
    const error = sqlErrorOf(this.#fault);
    if (error === undefined || this.broken) return;
    this.broken = true;
    this.cancelled = true;
    this.error(error);
  }

  room(): Promise<void> | undefined {
    const rows = this.#entry.rows - this.#rowsAtLastLook;
    this.#rowsAtLastLook = this.#entry.rows;
    const blocked = this.#writer.flush();
    if (this.#fault.rowPauseMs !== undefined) return pause(rows * this.#fault.rowPauseMs);
    if (blocked) return this.#writer.room();
    return performance.now() - this.#turnStarted < TURN_MS ? undefined : this.#yield();
  }

  /** Lets an attention of this client, and everybody else, be heard. */
  async #yield(): Promise<void> {
    await nextTurn();
    this.#turnStarted = performance.now();
  }

  done(count: number | undefined): void {
    this.#settle();
    this.#pending = count === undefined ? {} : { count };
  }

  error(error: SqlError): void {
    this.#settle();
    this.#entry.errors.push(error.number);
    writeError(this.#writer, error);
    this.#pending = { failed: true };
  }

  info(number: number, text: string): void {
    this.#settle();
    writeInfo(this.#writer, number, text);
  }

  transaction(event: 'begun' | 'committed' | 'rolledBack', id: bigint): void {
    this.#settle();
    const descriptor = Buffer.alloc(8);
    descriptor.writeBigUInt64LE(id);
    this.#writer.bytes(environment[event](descriptor));
  }

  /** Writes a DONE that turned out not to be the last. */
  #settle(): void {
    if (this.#pending === undefined) return;
    writeDone(this.#writer, this.#kind, { ...this.#pending, more: true });
    this.#pending = undefined;
  }

  /** The last DONE of a batch; in a procedure the caller still has to write DONEPROC. */
  finish(): void {
    if (this.#kind === 'doneInProcedure') this.#settle();
    else writeDone(this.#writer, this.#kind, this.#pending ?? {});
    this.#pending = undefined;
  }
}
