import type sql from 'mssql';
import { errors } from './errors.ts';
import type { Column } from './values.ts';

/** How many rows may wait for their reader before the server is asked to hold on. */
const highWater = 512;

/** Rows of one result of a statement, as the driver read them. */
export interface Chunk {
  /** Which result: from 0, in the order of the server. */
  readonly result: number;
  readonly columns: readonly Column[];
  readonly rows: readonly unknown[][];
}

/**
 * The rows of one running statement, pulled: the reader's pace pauses the socket, and through it the server. Holds
 * the cursor on the server; `cancel` ends it. Every event of the driver ends here, so none can reach the process.
 */
export class RowFlow {
  private readonly request: sql.Request;
  private readonly silenceMs: number;
  private readonly mostResults: number;
  private columns: readonly Column[] = [];
  private waiting: (Chunk & { readonly rows: unknown[][] })[] = [];
  private held = 0;
  private failure: { readonly error: unknown } | undefined;
  private done = false;
  private abandoned = false;
  private results = 0;
  private readonly sleepers = new Set<() => void>();

  constructor(request: sql.Request, silenceMs: number, mostResults: number) {
    this.request = request;
    this.silenceMs = silenceMs;
    this.mostResults = mostResults;
    request.on('recordset', (columns: unknown) => this.begin(columns));
    request.on('row', (row: unknown) => this.push(row));
    request.on('error', (error: unknown) => this.fail(error));
    request.on('done', () => this.end());
  }

  /** The next rows as they came, an empty list at the end. Throws what went wrong, in the driver's words. */
  async next(): Promise<readonly Chunk[]> {
    if (this.held === 0 && !this.done) await this.activity();
    if (this.failure) throw this.failure.error;
    const chunks = this.waiting;
    this.empty();
    if (!this.done) this.request.resume();
    return chunks;
  }

  /** Ends the statement on the server and waits for its word, at most the driver's cancelTimeout. */
  async cancel(): Promise<void> {
    this.abandoned = true;
    this.empty();
    if (this.done) return;
    this.request.cancel();
    this.request.resume();
    while (!this.done) await new Promise<void>((resolve) => this.sleepers.add(resolve));
  }

  /** Fails the flow from outside; the reader hears of it at once. */
  fail(error: unknown): void {
    // The first error tells most: 208 before the 8180 that only says that nothing was prepared.
    this.failure ??= { error };
    this.wake();
  }

  private begin(columns: unknown): void {
    this.results += 1;
    if (this.results > this.mostResults) this.fail(errors.several_results.error({}));
    else this.columns = Array.isArray(columns) ? columns.map(columnOf) : [];
  }

  private push(row: unknown): void {
    if (!Array.isArray(row) || this.abandoned) return;
    const result = this.results - 1;
    const last = this.waiting.at(-1);
    if (last?.result === result) last.rows.push(row);
    else this.waiting.push({ result, columns: this.columns, rows: [row] });
    this.held += 1;
    if (this.held >= highWater) this.request.pause();
    this.wake();
  }

  private empty(): void {
    this.waiting = [];
    this.held = 0;
  }

  private end(): void {
    this.done = true;
    this.wake();
  }

  /** Until something comes; a server silent for too long is an error of its own. */
  private async activity(): Promise<void> {
    while (this.held === 0 && !this.done && !this.failure) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => this.fail(this.silent()), this.silenceMs);
        this.sleepers.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  private silent(): Error {
    return errors.query_timeout.error({ seconds: this.silenceMs / 1000 }, { retry: true });
  }

  private wake(): void {
    for (const rise of this.sleepers) rise();
    this.sleepers.clear();
  }
}

function columnOf(described: unknown): Column {
  const { name, type, scale } = Object(described) as { name?: unknown; type?: unknown; scale?: unknown };
  return {
    name: typeof name === 'string' ? name : '',
    type,
    scale: typeof scale === 'number' ? scale : undefined,
  };
}
