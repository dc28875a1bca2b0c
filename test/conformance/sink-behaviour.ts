import { describe, expect, it } from 'vitest';
import { PipeError } from '../../engine/index.ts';
import type { Answer, Connector, Outcome, Question, Sink, Value } from '../../engine/index.ts';
import { rejection } from '../support/iterate.ts';
import { openSink, running, stopped } from './opened.ts';
import type { SinkCase, Subject } from './subject.ts';

/** What the contract promises of every sink. */
export function behavesLikeSink(connector: Connector, subject: Subject): void {
  const opened = (): ReturnType<typeof openSink> => openSink(connector, subject);

  describe('as a sink: its description', () => {
    it('knows the entity and names its fields once', async () => {
      const { sink, entity, with: given } = await opened();
      await sink.write([{ operation: 'create', entity, values: given.values('А-1', 'первый') }], running());
      const description = await sink.describe(entity, running());
      const names = description.fields.map((field) => field.name);
      expect(description.entity).toBe(entity);
      expect(names).toEqual([...new Set(names)]);
      expect(names).toEqual(expect.arrayContaining([given.mark, given.note]));
    });

    it('says that there is no such entity', async () => {
      const { sink, with: given } = await opened();
      if (given.unknownEntity === undefined) return;
      const error = await rejection(sink.describe(given.unknownEntity, running()));
      expect(error).toBeInstanceOf(PipeError);
      expect(error).toMatchObject({ kind: 'input' });
    });
  });

  describe('as a sink: find', () => {
    it('answers in the order of the questions, also those nothing satisfies', async () => {
      const { sink, entity, with: given } = await opened();
      const keys = await create(sink, entity, given, ['А-1', 'А-2', 'А-3']);
      const questions = ['А-3', 'нет такого', 'А-1', 'А-2', 'А-1'].map((mark) => marked(given, mark));
      const answers = await sink.find(entity, questions, [given.mark], running());
      expect(answers.map(keysOf)).toEqual([[keys[2]], [], [keys[0]], [keys[1]], [keys[0]]]);
    });

    it('gives all rows that have any of the values', async () => {
      const { sink, entity, with: given } = await opened();
      const keys = await create(sink, entity, given, ['А-1', 'А-2', 'А-3']);
      const question = { by: { [given.mark]: { anyOf: ['А-3', 'нет такого', 'А-1'] } } };
      const [answer] = await sink.find(entity, [question], [given.mark], running());
      expect([...keysOf(answer)].sort()).toEqual([keys[0], keys[2]].sort(byText));
    });

    it('wants every field of a question satisfied', async () => {
      const { sink, entity, with: given } = await opened();
      const [key] = await create(sink, entity, given, ['А-1', 'А-2'], 'первый');
      const both = (mark: string, note: string): Question => ({
        by: { [given.mark]: { anyOf: [mark] }, [given.note]: { anyOf: [note] } },
      });
      const answers = await sink.find(entity, [both('А-1', 'первый'), both('А-1', 'второй')], [], running());
      expect(answers.map(keysOf)).toEqual([[key], []]);
    });

    it('finds what has no value', async () => {
      const { sink, entity, with: given } = await opened();
      await create(sink, entity, given, ['А-1'], 'первый');
      const [bare] = await create(sink, entity, given, ['А-2']);
      const question = (mark: string): Question => ({
        by: { [given.mark]: { anyOf: [mark] }, [given.note]: { empty: true } },
      });
      const answers = await sink.find(entity, [question('А-1'), question('А-2')], [given.note], running());
      expect(answers.map(keysOf)).toEqual([[], [bare]]);
    });

    it('reads the fields it is asked for', async () => {
      const { sink, entity, with: given } = await opened();
      await create(sink, entity, given, ['А-1'], 'первый');
      expect(await notes(sink, entity, given, ['А-1'])).toMatchObject([{ mark: 'А-1', note: 'первый' }]);
    });

    it('has no answers to no questions', async () => {
      const { sink, entity, with: given } = await opened();
      expect(await sink.find(entity, [], [given.mark], running())).toEqual([]);
    });

    it('throws the reason of an abort before the call', async () => {
      const { sink, entity, with: given } = await opened();
      await create(sink, entity, given, ['А-1']);
      const { signal, reason } = stopped();
      expect(await rejection(sink.find(entity, [marked(given, 'А-1')], [given.mark], signal))).toBe(reason);
    });
  });

  describe('as a sink: scan', () => {
    it('is there when the connector says so, and only then', async () => {
      const { sink } = await opened();
      expect(sink.scan !== undefined).toBe(connector.sink?.scan === true);
    });

    it('gives every row once, in pages, with the fields it is asked for', async () => {
      const { sink, entity, with: given } = await opened();
      if (!sink.scan) return;
      expect(await scanned(sink, entity, given)).toEqual([]);
      const marks = Array.from({ length: 120 }, (_, index) => `А-${index}`);
      const keys = await create(sink, entity, given, marks, 'первый');
      const rows = await scanned(sink, entity, given);
      const wanted = marks.map((mark, index) => ({ key: keys[index] ?? '', mark, note: 'первый' }));
      expect(rows.sort((a, b) => byText(a.key, b.key))).toEqual(wanted.sort((a, b) => byText(a.key, b.key)));
    });

    it('throws the reason of an abort', async () => {
      const { sink, entity, with: given } = await opened();
      if (!sink.scan) return;
      await create(sink, entity, given, ['А-1']);
      const { signal, reason } = stopped();
      expect(await rejection(scanned(sink, entity, given, signal))).toBe(reason);
    });
  });

  describe('as a sink: write', () => {
    it('changes only the fields an update names', async () => {
      const { sink, entity, with: given } = await opened();
      const [first = '', second = ''] = await create(sink, entity, given, ['А-1', 'А-2'], 'прежний');
      const values = { [given.note]: 'новый' };
      expect(await sink.write([{ operation: 'update', entity, key: second, values }], running())).toEqual([
        { ok: true, key: second },
      ]);
      expect(await notes(sink, entity, given, ['А-1', 'А-2'])).toEqual([
        { key: first, mark: 'А-1', note: 'прежний' },
        { key: second, mark: 'А-2', note: 'новый' },
      ]);
    });

    it('finds in the same request what it has made, where it has `writeAndFind`', async () => {
      const { sink, entity, with: given } = await opened();
      const marks = ['А-1', 'А-2'];
      const writes = marks.map((mark) => ({ operation: 'create' as const, entity, values: given.values(mark) }));
      const question = { by: { [given.mark]: { anyOf: marks } } };
      const both = await sink.writeAndFind?.(writes, question, [given.mark], running());
      const rows = both?.answer?.ok === true ? both.answer.rows.map(({ key }) => key) : [];
      const made = both?.outcomes.flatMap((outcome) => (outcome.ok ? [outcome.key] : [])) ?? [];
      expect(rows.toSorted()).toEqual(both?.answer ? made.toSorted() : []);
    });

    it('clears a field with null', async () => {
      const { sink, entity, with: given } = await opened();
      const [key = ''] = await create(sink, entity, given, ['А-1'], 'прежний');
      await sink.write([{ operation: 'update', entity, key, values: { [given.note]: null } }], running());
      expect(await notes(sink, entity, given, ['А-1'])).toEqual([{ key, mark: 'А-1', note: undefined }]);
    });

    it('gives one outcome for each write, in order, and makes those beside a refused one', async () => {
      const { sink, entity, with: given } = await opened();
      const [key = ''] = await create(sink, entity, given, ['А-1'], 'прежний');
      const outcomes = await sink.write(
        [
          { operation: 'create', entity, values: given.values('А-2') },
          { operation: 'update', entity, key: given.goneKey, values: { [given.note]: 'новый' } },
          { operation: 'update', entity, key, values: { [given.note]: 'новый' } },
        ],
        running(),
      );
      expect(outcomes.map(brief)).toEqual(['ok', 'no', 'ok']);
      expect(outcomes[2]).toEqual({ ok: true, key });
      const found = await notes(sink, entity, given, ['А-1', 'А-2']);
      expect(found.map((row) => row.key)).toEqual([key, keyIn(outcomes[0])]);
    });

    it('deletes a row', async () => {
      const { sink, entity, with: given } = await opened();
      expect(connector.sink?.deletes === true).toBe(given.deletes !== false);
      if (given.deletes === false) return;
      const [first = '', second] = await create(sink, entity, given, ['А-1', 'А-2']);
      expect(await sink.write([{ operation: 'delete', entity, key: first }], running())).toEqual([
        { ok: true, key: first },
      ]);
      expect((await notes(sink, entity, given, ['А-1', 'А-2'])).map((row) => row.key)).toEqual([second]);
    });

    it('has no outcomes for no writes', async () => {
      const { sink } = await opened();
      expect(await sink.write([], running())).toEqual([]);
    });

    it('does nothing after an abort', async () => {
      const { sink, entity, with: given } = await opened();
      await create(sink, entity, given, ['А-1']);
      const { signal, reason } = stopped();
      const writing = sink.write([{ operation: 'create', entity, values: given.values('А-2') }], signal);
      const result = await writing.then(
        (outcomes) => outcomes.map(brief),
        (error: unknown) => error,
      );
      expect([reason, ['no']]).toContainEqual(result);
      expect(await notes(sink, entity, given, ['А-2'])).toEqual([]);
    });

    it('says how much goes into one request and how long one may still take effect', async () => {
      const { sink } = await opened();
      expect(Number.isInteger(sink.writesPerRequest) && sink.writesPerRequest >= 1).toBe(true);
      expect(sink.settleMs).toBeGreaterThanOrEqual(0);
    });
  });
}

function marked(given: SinkCase, mark: string): Question {
  return { by: { [given.mark]: { anyOf: [mark] } } };
}

async function create(
  sink: Sink,
  entity: string,
  given: SinkCase,
  marks: readonly string[],
  note?: string,
): Promise<readonly string[]> {
  const outcomes = await sink.write(
    marks.map((mark) => ({ operation: 'create', entity, values: given.values(mark, note) })),
    running(),
  );
  return outcomes.map(keyIn);
}

interface Note {
  readonly key: string;
  readonly mark: Value | undefined;
  readonly note: Value | undefined;
}

/** What the rows with these marks hold; a sink may read more of a row than it was asked for. */
async function notes(sink: Sink, entity: string, given: SinkCase, marks: readonly string[]): Promise<readonly Note[]> {
  const questions = marks.map((mark) => marked(given, mark));
  const answers = await sink.find(entity, questions, [given.mark, given.note], running());
  return answers
    .flatMap((answer) => (answer.ok ? answer.rows : []))
    .map(({ key, values }) => ({ key, mark: values[given.mark], note: values[given.note] }));
}

async function scanned(sink: Sink, entity: string, given: SinkCase, signal: AbortSignal = running()): Promise<Note[]> {
  const rows: Note[] = [];
  for await (const page of sink.scan?.(entity, [given.mark, given.note], signal) ?? []) {
    rows.push(...page.map(({ key, values }) => ({ key, mark: values[given.mark], note: values[given.note] })));
  }
  return rows;
}

function keyIn(outcome: Outcome | undefined): string {
  if (outcome?.ok === true) return outcome.key;
  throw outcome?.error ?? new Error('a write has no outcome');
}

function keysOf(answer: Answer | undefined): readonly string[] {
  if (answer?.ok === true) return answer.rows.map((row) => row.key);
  throw answer?.error ?? new Error('a question has no answer');
}

function brief(outcome: Outcome): string {
  return outcome.ok ? 'ok' : outcome.applied;
}

function byText(a: string | undefined, b: string | undefined): number {
  return (a ?? '') < (b ?? '') ? -1 : 1;
}
