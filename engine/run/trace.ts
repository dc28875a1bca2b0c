import type { Question, Row } from '../connector.ts';
import { toPipeError } from '../errors.ts';
import type { Ask } from '../plan/match.ts';
import type { TraceStep } from '../state/ports.ts';

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
