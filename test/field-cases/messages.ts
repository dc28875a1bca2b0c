import { readFileSync, readdirSync } from 'node:fs';
import type { Field, LoadCounts, Value } from '../../engine/connector.ts';

/** A case is a file of JSON lines, a message each; `in` names the sinks it holds for, absent: all. */
export type Message = { readonly in?: readonly string[] } & (
  | SchemaMessage
  | { readonly record: string; readonly values: Values }
  | CommitMessage
  | RowsMessage
);

/** The table as it is to be from here on: made, or evolved. */
export interface SchemaMessage {
  readonly schema: string;
  readonly key: readonly string[];
  readonly columns: readonly Field[];
  /** Code of what planning it throws. */
  readonly fails?: string;
}

/** The records since the last commit, in one transaction. */
export interface CommitMessage {
  readonly commit: string;
  readonly counts?: LoadCounts;
  /** By their number among the records of this commit, from 0, with the column the error names, where it can, and the code where all say the same. */
  readonly refused?: readonly { readonly record: number; readonly column?: string; readonly code?: string }[];
  readonly fails?: string;
}

/** What another client reads in the table, in whatever order. */
export interface RowsMessage {
  readonly rows: string;
  readonly are: readonly Values[];
}

export type Values = Readonly<Record<string, Value | null>>;

export interface FieldCase {
  readonly name: string;
  readonly messages: readonly Message[];
}

/** All cases of the folder. `{ "$repeat": ["Ж", 3] }` stands for `ЖЖЖ`, `{ "$nest": 2 }` for `{"inner":{"inner":"дно"}}`. */
export function fieldCases(): readonly FieldCase[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.jsonl'))
    .toSorted()
    .map((file) => ({
      name: file.slice(0, -'.jsonl'.length).replaceAll('-', ' '),
      messages: readFileSync(new URL(file, import.meta.url), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line, expanded) as Message),
    }));
}

function expanded(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('$repeat' in value && Array.isArray(value.$repeat)) {
    const [text, times] = value.$repeat;
    return String(text).repeat(Number(times));
  }
  if ('$nest' in value) {
    let nested: unknown = 'дно';
    for (let depth = 0; depth < Number(value.$nest); depth++) nested = { inner: nested };
    return nested;
  }
  return value;
}
