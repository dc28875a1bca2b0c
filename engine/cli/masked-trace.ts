import type { Field, Question, Row, Value, Write } from '../connector.ts';
import type { RecordTrace, TracedWrite, TraceEntry, TraceStep } from '../state/trace-ports.ts';
import { maskedRow } from './masked-row.ts';

export interface MaskedTrace {
  readonly asked: readonly (Omit<TraceEntry, 'asked' | 'source'> & { readonly asked: readonly MaskedStep[] })[];
  readonly writes: readonly MaskedWrite[];
}

export interface MaskedStep extends Omit<TraceStep, 'question'> {
  /** Wanted values by field; an empty list asks for rows without a value. */
  readonly by: Row;
}

export interface MaskedWrite extends Omit<TracedWrite, 'intent'> {
  readonly run: string;
  readonly at: number;
  readonly target: string;
  readonly operation: Write['operation'];
  /** The row before, and the fields or child rows sent; a field that was cleared has an empty list. */
  readonly before?: Row;
  readonly sent: Row;
}

/** The fields of a target as far as they are known: they say how they are masked. */
export type KnownFields = (target: string) => readonly Field[];

/**
 * A record's trace as it may be shown; without `fields` all of it may. Claims and the source row, which hold the same
 * data once more, are left out.
 */
export function maskedTrace({ asked, writes }: RecordTrace, fields: KnownFields | undefined): MaskedTrace {
  return {
    asked: asked.map(({ source: _source, ...entry }) => ({
      ...entry,
      asked: entry.asked.map((step) => maskedStep(step, fields)),
    })),
    writes: writes.map((write) => maskedWrite(write, fields)),
  };
}

function maskedStep({ question, rows, ...step }: TraceStep, fieldsOf: KnownFields | undefined): MaskedStep {
  const masked = masking(fieldsOf?.(step.target));
  return { ...step, by: masked(wantedValues(question)), ...(rows && { rows: rows.map(masked) }) };
}

function masking(fields: readonly Field[] | undefined): (row: Row) => Row {
  return (row) => (fields ? maskedRow(row, fields) : row);
}

function wantedValues({ by }: Question): Row {
  return Object.fromEntries(Object.entries(by).map(([name, wanted]) => [name, 'empty' in wanted ? [] : wanted.anyOf]));
}

function maskedWrite({ intent, ...answer }: TracedWrite, fieldsOf: KnownFields | undefined): MaskedWrite {
  const masked = masking(fieldsOf?.(intent.target));
  const { run, at, write, before } = intent;
  return {
    ...answer,
    run,
    at,
    target: intent.target,
    operation: write.operation,
    ...(before && { before: masked(before) }),
    sent: masked(sentValues(write)),
  };
}

function sentValues(write: Write): Row {
  if (write.operation === 'delete') return {};
  if (write.operation === 'rows') return { [write.list]: write.rows };
  return Object.fromEntries(Object.entries(write.values).map(([name, value]): [string, Value] => [name, value ?? []]));
}
