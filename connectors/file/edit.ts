import { randomUUID } from 'node:crypto';
import type { Outcome, PipeError, Row, Value, Write, WriteValues } from '../../engine/index.ts';
import { fileErrors } from './errors.ts';
import { keyOf } from './target.ts';
import type { TargetFile } from './target.ts';
import { encode } from './text.ts';

/** What a file holds before an edit, as far as the edit has to know. */
export interface Before {
  /** Columns of CSV in their order. */
  readonly columns: readonly string[];
  /** How many rows have a key; only keys the writes name are looked for. */
  readonly rows: ReadonlyMap<string, number>;
  /** The line of the last row whose key another row has too. */
  readonly twice: ReadonlyMap<string, number>;
}

/** What writes do to a file, worked out before a byte of it is written. */
export interface Edit {
  /** Columns of CSV after the edit: new ones come last, in the order the writes bring them. */
  readonly columns: readonly string[];
  /** Rows of the file that change, by key. */
  readonly patches: ReadonlyMap<string, WriteValues | 'deleted'>;
  /** Rows that are new, by key. */
  readonly added: ReadonlyMap<string, Row>;
  /** One for each write; they hold once the file is replaced. */
  readonly outcomes: ReadonlyMap<Write, Outcome>;
}

export function planEdit(table: TargetFile, before: Before, writes: readonly Write[]): Edit {
  const draft = new Draft(table, before);
  const outcomes = new Map(writes.map((write) => [write, draft.apply(write)]));
  return { outcomes, ...draft.result() };
}

/** The key a write names or brings, if it does. */
export function keyIn(write: Write, column: string): string | undefined {
  if (write.operation !== 'create') return write.key;
  const value = write.values[column];
  return value === undefined || value === null ? undefined : keyOf({ [column]: value }, column);
}

/** A row with values put in; null takes one out. */
export function patched(row: Row, values: WriteValues): Row {
  return rowFrom({ ...row, ...values });
}

function rowFrom(values: WriteValues): Row {
  const cells: [string, Value][] = [];
  for (const [name, value] of Object.entries(values)) if (value !== null) cells.push([name, value]);
  return Object.fromEntries(cells);
}

/** The edit while it grows: each write meets what those before it made. */
class Draft {
  private readonly table: TargetFile;
  private readonly before: Before;
  private readonly patches = new Map<string, WriteValues | 'deleted'>();
  private readonly added = new Map<string, Row>();
  private readonly columns: Set<string>;

  constructor(table: TargetFile, before: Before) {
    this.table = table;
    this.before = before;
    this.columns = new Set(before.columns);
  }

  result(): Omit<Edit, 'outcomes'> {
    return { columns: [...this.columns], patches: this.patches, added: this.added };
  }

  apply(write: Write): Outcome {
    const { file, key: column } = this.table;
    if (write.operation === 'rows') return refused(fileErrors.no_lists.error({ file, list: write.list }));
    if (write.operation === 'create') return this.create(write.values);
    const line = this.before.twice.get(write.key);
    if (line !== undefined) return refused(fileErrors.key_twice.error({ file, column, line }));
    if (!this.holds(write.key)) return refused(fileErrors.no_row.error({ file, column }));
    if (write.operation === 'update') return this.update(write.key, write.values);
    this.delete(write.key);
    return { ok: true, key: write.key };
  }

  private create(values: WriteValues): Outcome {
    const { file, key: column } = this.table;
    const brought = rowFrom(values);
    const given = keyOf(brought, column);
    const key = given ?? randomUUID();
    if (this.holds(key)) return refused(fileErrors.key_taken.error({ file, column }));
    const row = given === undefined ? { ...brought, [column]: key } : brought;
    const error = this.accept(row);
    if (error) return refused(error);
    this.added.set(key, row);
    return { ok: true, key };
  }

  private update(key: string, values: WriteValues): Outcome {
    const { file, key: column } = this.table;
    const changesKey = Object.hasOwn(values, column) && keyOf(rowFrom(values), column) !== key;
    if (changesKey) return refused(fileErrors.key_changed.error({ file, column }));
    const error = this.accept(rowFrom(values));
    if (error) return refused(error);
    const fresh = this.added.get(key);
    const patch = this.patches.get(key);
    if (fresh) this.added.set(key, patched(fresh, values));
    else this.patches.set(key, { ...(patch !== 'deleted' && patch), ...values });
    return { ok: true, key };
  }

  private delete(key: string): void {
    if (!this.added.delete(key)) this.patches.set(key, 'deleted');
  }

  private holds(key: string): boolean {
    if (this.added.has(key)) return true;
    return (this.before.rows.get(key) ?? 0) > 0 && this.patches.get(key) !== 'deleted';
  }

  /** Takes in the columns of a row, or says what of it the file's encoding cannot hold. */
  private accept(row: Row): PipeError | undefined {
    const { file, encoding } = this.table;
    const unfit =
      encoding !== 'utf-8' && Object.entries(row).find((cell) => encode(JSON.stringify(cell), encoding) === undefined);
    if (unfit) return fileErrors.not_encodable.error({ file, column: unfit[0], encoding });
    for (const name of Object.keys(row)) this.columns.add(name);
    return undefined;
  }
}

function refused(error: PipeError): Outcome {
  return { ok: false, applied: 'no', error };
}
