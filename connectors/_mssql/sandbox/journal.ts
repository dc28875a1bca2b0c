/** What clients asked, in the order of arrival. */
export interface JournalEntry {
  /** The clinic's clock when the request arrived. */
  readonly at: Date;
  readonly login: string;
  /** @@SPID of the connection. */
  readonly connection: number;
  readonly sql: string;
  /** By name without @; dates as Date, decimals as text. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Rows sent to the client so far. */
  readonly rows: number;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  /** Numbers of the errors sent. */
  readonly errors: readonly number[];
}

export type OpenEntry = { -readonly [K in keyof JournalEntry]: JournalEntry[K] } & { errors: number[] };
