import { EventEmitter } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { flowLineText, follow } from '../../engine/cli/render/flow-line.ts';
import type { FlowLines } from '../../engine/cli/render/flow-line.ts';
import { showProgress } from '../../engine/cli/render/progress.ts';
import { spokenText, waitText } from '../../engine/log/spoken.ts';
import { runErrors } from '../../engine/run/errors.ts';
import { untimed } from './pipe.ts';
import type { FlowCounts, RunEvent } from '../../engine/events/events.ts';
import type { Language } from '../../engine/messages/template.ts';

const counts: FlowCounts = {
  read: 100,
  mapped: 99,
  created: 3,
  updated: 5,
  unchanged: 90,
  skipped: 1,
  queued: 1,
  rejected: 1,
  deleted: 0,
  targets: [],
};

const flow = 'receptions';
const started: RunEvent = { type: 'flow-started', at: 1000, flow, mode: 'incremental' };
const read: RunEvent = { type: 'batch-read', at: 1500, flow, rows: 100 };
const ahead: RunEvent = { type: 'batch-read', at: 2500, flow, rows: 100 };
const waiting: RunEvent = { type: 'waiting', at: 2500, for: 'bitrix24:portal.example', ms: 1200 };
const done: RunEvent = { type: 'batch-done', at: 3000, flow, counts };
const finished: RunEvent = { type: 'flow-finished', at: 3000, flow, counts, seconds: 2 };

function textAfter(events: readonly RunEvent[], language: Language = 'en'): string {
  const lines = events.reduce<FlowLines>(follow, new Map());
  const line = lines.get(flow);
  return line ? flowLineText(flow, line, events.at(-1)?.at ?? 0, language) : '';
}

describe("a flow's line", () => {
  it.each([
    [[started], '… receptions: read 0; 0 rows/s'],
    [[started, read], '… receptions: read 100; 200 rows/s'],
    [
      [started, read, done, ahead, waiting],
      '… receptions: read 200, mapped 99, created 3, updated 5, unchanged 90, skipped 1, queued 1, rejected 1; 133 rows/s; ' +
        'waits for bitrix24:portal.example, 2 s',
    ],
    [
      [started, read, waiting, done],
      '… receptions: read 100, mapped 99, created 3, updated 5, unchanged 90, skipped 1, queued 1, rejected 1; 50 rows/s',
    ],
    [
      [started, read, done, finished],
      '✓ receptions: read 100, mapped 99, created 3, updated 5, unchanged 90, skipped 1, queued 1, rejected 1; 50 rows/s',
    ],
  ])('tells where it is and what holds it up (%#)', (events, text) => {
    expect(textAfter(events)).toBe(text);
  });

  it('speaks Russian', () => {
    expect(textAfter([started, read, waiting], 'ru')).toBe(
      '… receptions: получено 100; 67 строк/с; ждёт bitrix24:portal.example, 2 с',
    );
  });

  it('does not wait once it is done', () => {
    expect(textAfter([started, read, finished, waiting])).not.toContain('waits');
  });
});

describe('a line of its own', () => {
  const named = { type: 'record-named', at: 0, flow, key: 'F1_12345' } as const;
  it.each<[RunEvent, string]>([
    [{ ...named, target: 'deal', name: 'АВТОПРИВЯЗКА', rows: ['77'] }, 'АВТОПРИВЯЗКА: F1_12345 (deal 77)'],
    [
      { ...named, target: 'deal', name: 'МНОЖЕСТВЕННЫЕ СДЕЛКИ', rows: ['77', '78'] },
      'МНОЖЕСТВЕННЫЕ СДЕЛКИ: F1_12345 (deal 77, 78)',
    ],
    [{ ...named, target: 'deal', name: 'IGNORE', rows: [] }, 'IGNORE: F1_12345'],
    [{ ...named, target: 'deal', name: 'PROTECTED', rows: ['77'] }, 'PROTECTED: F1_12345 (deal 77)'],
    [
      {
        type: 'record-queued',
        at: 0,
        flow,
        key: 'F1_1',
        error: { code: runErrors.no_key.code, parameters: { field: 'id' } },
      },
      'QUEUE: F1_1: у ключевого поля «id» нет значения',
    ],
    [
      {
        type: 'record-queued',
        at: 0,
        flow,
        key: 'F1_1',
        error: { code: runErrors.no_key.code, parameters: { field: 'id' } },
        retryAt: 1,
      },
      'QUEUE: F1_1: у ключевого поля «id» нет значения (будет повторено)',
    ],
    [
      {
        type: 'warning',
        at: 0,
        error: { code: runErrors.unknown_table_value.code, parameters: { field: 'stage', value: 'Новый' } },
      },
      'поле stage: значения «Новый» нет в таблице; исправление: добавьте значение в таблицу',
    ],
  ])('is said of what the log is searched for (%#)', (event, text) => {
    expect(spokenText(event, 'ru')).toBe(text);
  });

  it('is not said of anything else', () => {
    expect([started, read, waiting, done, finished].map((event) => spokenText(event, 'en'))).toEqual(
      Array.from({ length: 5 }, () => undefined),
    );
  });
});

const told: RunEvent = {
  type: 'row-written',
  at: 3000,
  flow,
  key: 'F1_1',
  target: 'deal',
  row: '77',
  operation: 'created',
};
const over: RunEvent = {
  type: 'run-finished',
  at: 3000,
  run: 'r',
  exitCode: 0,
  seconds: 2,
  requests: 0,
  queue: { pending: 0, waiting: 0, quarantined: 0, failed: 0, completed: 0, superseded: 0 },
};

/** What a terminal was sent. */
function terminal(isTTY: boolean) {
  const written: string[] = [];
  const stream = Object.assign(new EventEmitter(), {
    isTTY,
    columns: 200,
    rows: 50,
    write: (text: string) => written.push(text) > 0,
  });
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => stripVTControlCharacters(written.join('')) };
}

describe('progress', () => {
  const named: RunEvent = { type: 'record-named', at: 3000, flow, key: 'F1_1', name: 'IGNORE', rows: [] };

  const voice = { level: 'INFO', format: 'text', language: 'en' } as const;
  const warned: RunEvent = {
    type: 'warning',
    at: 3000,
    key: 'F1_1',
    error: { code: runErrors.no_key.code, parameters: { field: 'id' } },
  };

  it('44. On a console that is no terminal it is the lines of the log, but for the result, which is on stdout', async () => {
    const { stream, text } = terminal(false);
    const progress = await showProgress(stream, voice);
    const longWait: RunEvent = { ...waiting, for: 'portal', ms: 8000 };
    for (const event of [started, read, named, waiting, longWait, done, finished, over]) progress.listen(event);
    progress.say('stopping');
    progress.end();
    expect(untimed(text())).toBe(
      `<time> - INFO - Read 100 new rows
<time> - INFO - IGNORE: F1_1
<time> - INFO - waits for portal, 8 s
<time> - INFO - receptions: read 100, mapped 99, created 3, updated 5, unchanged 90, skipped 1, queued 1, rejected 1
stopping
`,
    );
  });

  it('is a live line on a terminal, which the words stand above', async () => {
    const { stream, text } = terminal(true);
    const progress = await showProgress(stream, voice);
    for (const event of [started, read, { ...read, at: 1510 }, named, told, warned, finished]) progress.listen(event);
    progress.end();
    const lines = text().split('\n').filter(Boolean);
    expect(lines).toEqual([
      '… receptions: read 0; 0 rows/s',
      '… receptions: read 100; 200 rows/s',
      'IGNORE: F1_1',
      '… receptions: read 200; 100 rows/s',
      'WARNING: F1_1: the key field "id" has no value; fix: give the row what its key is made of, or leave such rows out in the source',
      '… receptions: read 200; 100 rows/s',
      expect.stringMatching(/^✓ receptions: read 200, mapped 99/),
    ]);
  });
});

it('a wait after a failure says why', () => {
  const error = { code: runErrors.required_empty.code, parameters: { fields: 'phone' } };
  expect(waitText({ for: 'portal', ms: 1200, error }, 'en')).toBe('waits for portal, 2 s: required: phone');
  expect(waitText({ for: 'portal', ms: 1200 }, 'en')).toBe('waits for portal, 2 s');
});
