/** One HTTP request under /rest. `status` is 0 when the connection was dropped or left hanging. */
export interface RequestEntry {
  readonly method: string;
  /** Commands begun, failed ones too: 1 for a single call, 0 for a call refused at the door. */
  readonly commands: number;
  readonly status: number;
  /** Milliseconds by the portal's clock. */
  readonly at: number;
  /** Counted from 1 over the portal's life. */
  readonly number: number;
  /** Ticks: when its head came, and when the portal was done with it, answered or not. */
  readonly from: number;
  readonly to: number;
}

export interface CommandEntry {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly batched: boolean;
  /** Under "error" in the answer; absent when the command succeeded. */
  readonly error?: string | number;
  /** The number of its request and its place among the commands of it, from 1. */
  readonly request: number;
  readonly place: number;
  /** Ticks: when it was begun, and when it was done. */
  readonly from: number;
  readonly to: number;
}

/** Something the reference does not describe: answered with SANDBOX_UNKNOWN, or let pass where it says it is ignored. */
export interface RefusalEntry {
  readonly method: string;
  readonly what: string;
  readonly answered: 'error' | 'ignored';
}

export interface Journal {
  readonly requests: readonly RequestEntry[];
  /** The latest commands, the last 100,000 at least; `counts` forgets nothing. */
  readonly commands: readonly CommandEntry[];
  readonly refusals: readonly RefusalEntry[];
  /** How many commands of each method were carried out, failed ones too. */
  readonly counts: Readonly<Record<string, number>>;
  reset(): void;
}

export interface JournalWriter extends Journal {
  /** The next number of the one count all moments of the portal share. */
  tick(): number;
  request(entry: RequestEntry): void;
  command(entry: CommandEntry): void;
  refusal(entry: RefusalEntry): void;
}

const keptCommands = 100_000;

export function createJournal(tick: () => number): JournalWriter {
  const requests: RequestEntry[] = [];
  const commands: CommandEntry[] = [];
  const refusals: RefusalEntry[] = [];
  let counts: Record<string, number> = {};
  return {
    tick,
    requests,
    commands,
    refusals,
    get counts() {
      return counts;
    },
    reset() {
      requests.length = commands.length = refusals.length = 0;
      counts = {};
    },
    request: (entry) => void requests.push(entry),
    command(entry) {
      counts[entry.method] = (counts[entry.method] ?? 0) + 1;
      if (commands.length >= 2 * keptCommands) commands.splice(0, keptCommands);
      commands.push(entry);
    },
    refusal: (entry) => void refusals.push(entry),
  };
}
