import { describe, expect, it } from 'vitest';
import type { Question } from '../../engine/connector.ts';
import { lockstep } from '../../engine/run/ask/lockstep.ts';

const question = (name: string): Question => ({ by: { NAME: { anyOf: [name] } } });
const nameOf = ({ by }: Question) =>
  Object.values(by)
    .flatMap((wanted) => ('anyOf' in wanted ? wanted.anyOf.map(String) : []))
    .join();

describe('tasks in lockstep', () => {
  it('are answered together, round after round', async () => {
    const rounds: string[][] = [];
    const task = (questions: readonly string[]) => async (ask: (question: Question) => Promise<readonly object[]>) => {
      const answers: unknown[] = [];
      for (const name of questions) answers.push(...(await ask(question(name))));
      return answers;
    };
    const results = await lockstep(
      [task(['a1', 'a2', 'a3']), task([]), task(['c1']), task(['d1', 'd2'])],
      async (asked) => {
        rounds.push(asked.map(nameOf));
        return asked.map((each) => [{ NAME: nameOf(each).toUpperCase() }]);
      },
    );
    expect(rounds).toEqual([['a1', 'c1', 'd1'], ['a2', 'd2'], ['a3']]);
    expect(results).toEqual([
      [{ NAME: 'A1' }, { NAME: 'A2' }, { NAME: 'A3' }],
      [],
      [{ NAME: 'C1' }],
      [{ NAME: 'D1' }, { NAME: 'D2' }],
    ]);
  });

  it('fail alone when their own question cannot be answered', async () => {
    const settled = await lockstep(
      ['bad', 'good'].map((name) => async (ask: (question: Question) => Promise<readonly object[]>) => {
        try {
          return await ask(question(name));
        } catch (error) {
          return String(error);
        }
      }),
      async (asked) => asked.map((each) => (nameOf(each) === 'bad' ? new Error('20 hits') : [])),
    );
    expect(settled).toEqual(['Error: 20 hits', []]);
  });

  it('all fail when the call does', async () => {
    const failing = lockstep([async (ask) => ask(question('a'))], async () => {
      throw new Error('unreachable');
    });
    await expect(failing).rejects.toThrow('unreachable');
  });

  it('end at once when there are none', async () => {
    expect(await lockstep([], async () => [])).toEqual([]);
  });
});
