import type { Question, Row } from '../../connector.ts';
import type { Ask } from '../../plan/match.ts';

/** The rows that answer a question, or why that cannot be said. */
export type Answered = readonly Row[] | Error;

interface Waiting {
  readonly question: Question;
  readonly resolve: (rows: readonly Row[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Lets many tasks ask as if each were alone and answers them together: when every task that is not done waits for an
 * answer, their questions go out in one call. No timer, no order but that of the tasks.
 */
export async function lockstep<Result>(
  tasks: readonly ((ask: Ask) => Promise<Result>)[],
  answer: (questions: readonly Question[]) => Promise<readonly Answered[]>,
): Promise<readonly Result[]> {
  let running = tasks.length;
  let waiting: Waiting[] = [];

  const pause = (): void => {
    running -= 1;
    if (running > 0 || waiting.length === 0) return;
    const round = waiting;
    waiting = [];
    running = round.length;
    void answerRound(round, answer);
  };

  const ask: Ask = (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject });
      pause();
    });

  // Every task comes to its end, also beside one that fails: nobody asks on after the caller has gone.
  const ends = await Promise.allSettled(tasks.map((task) => task(ask).finally(pause)));
  return ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
}

async function answerRound(
  round: readonly Waiting[],
  answer: (questions: readonly Question[]) => Promise<readonly Answered[]>,
): Promise<void> {
  try {
    const answers = await answer(round.map((waiting) => waiting.question));
    round.forEach((waiting, index) => {
      const rows = answers[index];
      if (rows === undefined || rows instanceof Error) waiting.reject(rows ?? new Error('a question got no answer'));
      else waiting.resolve(rows);
    });
  } catch (error) {
    for (const waiting of round) waiting.reject(error instanceof Error ? error : new Error(String(error)));
  }
}
