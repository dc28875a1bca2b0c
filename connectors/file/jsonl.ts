import type { Field, FieldType, Row, Value } from '../../engine/index.ts';
import { fileErrors } from './errors.ts';
import type { LineRow, TableFile } from './table.ts';

/** How many rows tell what columns a file of JSON lines has. */
const sampleRows = 1000;

/** One JSON object on each line; null is nothing, and so is a blank line. */
export async function* jsonlRows(table: TableFile, text: AsyncGenerator<string>): AsyncGenerator<LineRow> {
  let line = 0;
  for await (const piece of text) {
    const lines = piece.split('\n');
    // A piece ends with its line break, the last one of the file need not.
    if (lines.at(-1) === '') lines.pop();
    for (const json of lines) {
      line++;
      if (json.trim() !== '') yield { line, place: line, row: jsonlRow(table, json, line), text: json };
    }
  }
}

/** Columns in the order in which the first rows bring them, with the type all of those have in common. */
export async function jsonlColumns(rows: AsyncIterable<LineRow>): Promise<readonly Field[]> {
  const types = new Map<string, FieldType>();
  let left = sampleRows;
  for await (const { row } of rows) {
    for (const [name, value] of Object.entries(row)) types.set(name, common(types.get(name), typeOf(value)));
    if (--left === 0) break;
  }
  return [...types].map(([name, type]) => ({ name, type }));
}

/** A line of the file with its line break. */
export function jsonLine(row: Row): string {
  return `${JSON.stringify(row)}\n`;
}

/** The row a line holds. */
export function jsonlRow({ file }: TableFile, json: string, line: number): Row {
  let row: Value | undefined;
  try {
    const parsed: unknown = largeNumber.test(json) ? JSON.parse(json, exactNumbers) : JSON.parse(json);
    // Most rows have no null: those are taken as they were parsed, not built a second time.
    row = hasNull(parsed) ? valueOf(parsed) : (parsed as Value);
  } catch (cause) {
    if (cause instanceof RangeError) throw fileErrors.too_deep.error({ file, line }, { cause });
    throw fileErrors.not_json.error({ file, line, form: '{"name": value}' }, { cause });
  }
  if (typeof row === 'object' && !isList(row)) return row;
  throw fileErrors.not_json.error({ file, line, form: '{"name": value}' });
}

/** What may be a number that a double cannot hold: it has sixteen digits, or an exponent. */
const largeNumber = /\d{16}|\d[eE]/;

/** An integer that a double cannot hold stays as it is written, and so does what is beyond all doubles. */
function exactNumbers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const isLarge = typeof value === 'number' && (Number.isInteger(value) || !Number.isFinite(value));
  return isLarge && !Number.isSafeInteger(value) ? (context?.source ?? value) : value;
}

function hasNull(parsed: unknown): boolean {
  if (typeof parsed !== 'object') return false;
  return parsed === null || Object.values(parsed).some(hasNull);
}

function valueOf(parsed: unknown): Value | undefined {
  switch (typeof parsed) {
    case 'string':
    case 'number':
    case 'boolean':
      return parsed;
    case 'object':
      return parsed === null ? undefined : structureOf(parsed);
    default:
      return undefined;
  }
}

function structureOf(parsed: object): Value {
  if (Array.isArray(parsed)) return parsed.map(valueOf).filter((value) => value !== undefined);
  const members: [string, Value][] = [];
  for (const [name, member] of Object.entries(parsed)) {
    const value = valueOf(member);
    if (value !== undefined) members.push([name, value]);
  }
  return Object.fromEntries(members);
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function typeOf(value: Value): FieldType {
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return Number.isInteger(value) ? 'integer' : 'number';
    case 'boolean':
      return 'boolean';
    default:
      return 'json';
  }
}

function common(before: FieldType | undefined, now: FieldType): FieldType {
  if (before === undefined || before === now) return now;
  const numeric = (type: FieldType): boolean => type === 'integer' || type === 'number';
  return numeric(before) && numeric(now) ? 'number' : 'json';
}
