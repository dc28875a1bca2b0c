import type { Connector, Field, SourceBlock, TargetBlock, Window, WriteValues } from '../../engine/index.ts';

/**
 * What the suite has to know of a connector to try it against its contract. `test/conformance/<name>.ts` exports
 * `subjects`, one for each kind of system the connector talks to. It reaches the connector through what it is
 * handed, never by an import, so that removing a connector's folder breaks nothing.
 */
export interface Subject {
  /** A system of its own with its rows in it; called for every test. */
  prepare(connector: Connector): Promise<Prepared>;
}

export type Subjects = Readonly<Record<string, Subject>>;

export interface Prepared {
  /** A connection block without `connector`. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Where relative paths start; default the system's temporary folder. */
  readonly folder?: string;
  /** Milliseconds since 1970; default the machine's clock. */
  now?(): number;
  /** Present when the connector is a source. */
  readonly source?: SourceCase;
  /** Present when the connector is a sink. */
  readonly sink?: SinkCase;
  close(): Promise<void>;
}

export interface SourceCase {
  readonly block: SourceBlock;
  /** At least 12 rows with different stamps, none in the future. Absent: nothing tells when a row was changed. */
  readonly window?: Window;
  readonly rows: number;
  /** A key no row has, shaped as `describe` says; absent: rows cannot be fetched. */
  readonly goneKey?: Readonly<Record<string, string | number>>;
}

export interface SinkCase {
  readonly block: TargetBlock;
  /** An entity there is none of; absent: every name is one. */
  readonly unknownEntity?: string;
  /** A field that names a row, found by equality. */
  readonly mark: Field['name'];
  /** Another field of text that may be empty. */
  readonly note: Field['name'];
  /** Values of a row with this mark and, if given, this note, and whatever else the system asks for. */
  values(mark: string, note?: string): WriteValues;
  /** A key no row has. */
  readonly goneKey: string;
  /** False: the vendor deletes nothing. */
  readonly deletes?: boolean;
}

/** The subjects of a connector; a connector without them is refused aloud. */
export async function subjectsOf(name: string): Promise<Subjects> {
  const file = new URL(`${name}.ts`, import.meta.url);
  const module: unknown = await import(file.href);
  if (typeof module === 'object' && module !== null && 'subjects' in module && isSubjects(module.subjects)) {
    return module.subjects;
  }
  throw new TypeError(`test/conformance/${name}.ts exports no subjects`);
}

function isSubjects(value: unknown): value is Subjects {
  if (typeof value !== 'object' || value === null) return false;
  const subjects: readonly unknown[] = Object.values(value);
  return subjects.length > 0 && subjects.every((one) => typeof one === 'object' && one !== null && 'prepare' in one);
}
