import type { Question, Row } from '../../connector.ts';
import { toPipeError } from '../../errors.ts';
import type { PipeError } from '../../errors.ts';
import type { TargetPlan } from '../../plan/change.ts';
import type { Ask } from '../../plan/match.ts';
import type { TracedPlan, TracePut, TraceStep } from '../../state/trace-ports.ts';
import type { FlowContext } from '../context.ts';
import type { PlannedRecord } from './plan-batch.ts';

/** Enough to see why a rung took or refused them; a question may have hundreds of answers. */
const rowsKept = 3;

/** Asks, and notes in `steps` what was asked and what came. */
export function traced(target: string, steps: TraceStep[], ask: Ask): Ask {
  return async (question) => {
    try {
      const rows = await ask(question);
      steps.push(answeredStep(target, question, rows));
      return rows;
    } catch (thrown) {
      const { code, parameters } = toPipeError(thrown);
      steps.push({ target, question, error: { code, parameters } });
      throw thrown;
    }
  };
}

function answeredStep(target: string, question: Question, rows: readonly Row[]): TraceStep {
  return { target, question, count: rows.length, rows: rows.slice(0, rowsKept) };
}

interface Traced extends Pick<PlannedRecord, 'record'> {
  readonly trace: readonly TraceStep[];
  readonly plans: ReadonlyMap<string, TargetPlan>;
  readonly failures: ReadonlyMap<string, PipeError>;
}

/** What is kept of a record's way through a wave, once it has gone it. */
export function tracePut(context: FlowContext, { record, trace, plans, failures }: Traced): TracePut {
  const source = context.sourceKey(record.source);
  const failed = [...failures].map(([target, { code, parameters }]): TracedPlan => ({
    target,
    changes: [],
    error: { code, parameters },
  }));
  const planned = [...plans].filter(([target]) => !failures.has(target)).map(([target, plan]) => decided(target, plan));
  return { key: record.key, asked: trace, plans: [...planned, ...failed], ...(source && { source }) };
}

function decided(target: string, { rung, skip, named, changes }: TargetPlan): TracedPlan {
  return {
    target,
    ...(rung !== undefined && { rung }),
    ...(skip !== undefined && { skip }),
    ...(named.length > 0 && { named: named.map(({ name }) => name) }),
    changes: changes.map((change) =>
      change.operation === 'create' ? { operation: 'create' } : { operation: change.operation, row: change.key },
    ),
  };
}
