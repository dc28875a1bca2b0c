import { describe, expect, it } from 'vitest';
import type { FlowCounts, RunEvent } from '../../engine/events/events.ts';
import { levels } from '../../engine/log/level.ts';
import type { Level } from '../../engine/log/level.ts';
import { runLog } from '../../engine/log/run-log.ts';
import type { Format } from '../../engine/log/run-log.ts';
import type { Language } from '../../engine/messages/template.ts';
import { runErrors } from '../../engine/run/errors.ts';
import { inMoscow, moscow } from './moscow.ts';

inMoscow();

const flow = 'receptions';
const key = 'F1_12345';
const at = (second: number) => moscow(`2025-01-29 14:30:${second}`);

const counts: FlowCounts = {
  read: 50,
  mapped: 50,
  created: 3,
  updated: 15,
  unchanged: 30,
  skipped: 0,
  queued: 1,
  rejected: 1,
  deleted: 0,
  targets: [],
};
const queue = { pending: 0, waiting: 0, quarantined: 0, failed: 2, completed: 0, superseded: 0 };
const contact = { en: 'contact', ru: { nominative: 'контакт', accusative: 'контакт' } };
const deal = { en: 'deal', ru: { nominative: 'сделка', accusative: 'сделку', feminine: true } } as const;
const ivanov = { name: 'И**** И**** И****', phone: '+7999***4567' };

const started: RunEvent = { type: 'run-started', at: at(15), run: 'r1', pipeline: 'visits', version: 1 };
const flowStarted: RunEvent = { type: 'flow-started', at: at(15), flow, mode: 'incremental' };
const read: RunEvent = { type: 'batch-read', at: at(16), flow, rows: 5 };
const found: RunEvent = {
  type: 'row-found',
  at: at(17),
  flow,
  key,
  target: 'contact',
  row: '12345',
  called: contact,
  person: { name: ivanov.name },
};
const updated: RunEvent = {
  type: 'row-written',
  at: at(18),
  flow,
  key,
  target: 'deal',
  row: '67890',
  operation: 'updated',
  called: deal,
};
const done: RunEvent = { type: 'batch-done', at: at(18), flow, counts };
const flowFinished: RunEvent = { type: 'flow-finished', at: at(18), flow, counts, seconds: 3.45 };
const finished: RunEvent = {
  type: 'run-finished',
  at: at(18),
  run: 'r1',
  exitCode: 4,
  seconds: 3.45,
  requests: 12,
  queue,
};
const noKey = { code: runErrors.no_key.code, parameters: { field: 'id' } };
const queued: RunEvent = { type: 'record-queued', at: at(18), flow, key, error: noKey };

interface Asked {
  readonly language?: Language;
  readonly level?: Level;
  readonly format?: Format;
}

function logOf(events: readonly RunEvent[], { language = 'ru', level = 'INFO', format = 'text' }: Asked = {}): string {
  const lines: string[] = [];
  const listen = runLog({ language, level, format }, (line) => void lines.push(line));
  for (const event of events) listen(event);
  return lines.join('');
}

const textsOf = (events: readonly RunEvent[], asked: Asked = {}) =>
  logOf(events, asked)
    .split('\n')
    .filter(Boolean)
    .map((line) => line.slice('2025-01-29 14:30:15 - '.length));

const rule = '='.repeat(80);

describe('45. A run is told line by line as its program told it:', () => {
  it('time, level and text, from «Начало синхронизации» to «Успешно синхронизировано»', () => {
    expect(logOf([started, flowStarted, read, found, updated, done, flowFinished, finished])).toBe(
      `2025-01-29 14:30:15 - INFO - ${rule}
2025-01-29 14:30:15 - INFO - Начало синхронизации: 2025-01-29 14:30:15
2025-01-29 14:30:16 - INFO - Получено 5 новых записей из БД
2025-01-29 14:30:17 - INFO - Найден контакт 12345: И**** И**** И**** (F1_12345)
2025-01-29 14:30:18 - INFO - Обновляем сделку 67890 для F1_12345
2025-01-29 14:30:18 - INFO - receptions: получено 50, трансформировано 50, создано 3, обновлено 15, без изменений 30, пропущено 0, в очереди 1, отклонено 1
2025-01-29 14:30:18 - INFO - Успешно синхронизировано: 48 / 50
2025-01-29 14:30:18 - INFO - ${rule}
2025-01-29 14:30:18 - INFO - Результаты синхронизации
2025-01-29 14:30:18 - INFO - ${rule}
2025-01-29 14:30:18 - INFO - Получено из БД:       50
2025-01-29 14:30:18 - INFO - Трансформировано:     50
2025-01-29 14:30:18 - INFO - Синхронизировано:     48
2025-01-29 14:30:18 - INFO - Ошибок:               2
2025-01-29 14:30:18 - INFO - Время выполнения:     3.45с
2025-01-29 14:30:18 - INFO - ${rule}
2025-01-29 14:30:18 - INFO - Очередь: всего=2, pending=0, failed=2, completed=0
`,
    );
  });

  it('plain English where the language is English', () => {
    expect(textsOf([started, flowStarted, read, found, updated, flowFinished, finished], { language: 'en' })).toEqual([
      `INFO - ${rule}`,
      'INFO - Sync started: 2025-01-29 14:30:15',
      'INFO - Read 5 new rows',
      'INFO - Found contact 12345: И**** И**** И**** (F1_12345)',
      'INFO - Updating deal 67890 for F1_12345',
      'INFO - Delivered: 48 / 50',
      `INFO - ${rule}`,
      'INFO - Results',
      `INFO - ${rule}`,
      'INFO - Read:                 50',
      'INFO - Mapped:               50',
      'INFO - Delivered:            48',
      'INFO - Errors:               2',
      'INFO - Time:                 3.45s',
      `INFO - ${rule}`,
      'INFO - Queue: total=2, pending=0, waiting=0, quarantined=0, failed=2, completed=0, superseded=0',
    ]);
  });

  it.each<[Partial<RunEvent>, string, string]>([
    [{ operation: 'created' }, 'Создана сделка 67890 для F1_12345', 'Created deal 67890 for F1_12345'],
    [{ operation: 'deleted' }, 'Удалена сделка 67890 для F1_12345', 'Deleted deal 67890 for F1_12345'],
    [
      { operation: 'adopted' },
      'Найдена сделка 67890 после записи без ответа (F1_12345)',
      'Found deal 67890 after a write without an answer (F1_12345)',
    ],
    [
      { operation: 'created', called: contact, person: ivanov },
      'Создан контакт 67890 для И**** И**** И****, телефон +7999***4567 (F1_12345)',
      'Created contact 67890 for И**** И**** И****, phone +7999***4567 (F1_12345)',
    ],
    [
      { operation: 'deleted', called: contact },
      'Удалён контакт 67890 для F1_12345',
      'Deleted contact 67890 for F1_12345',
    ],
  ])('%j as a sentence', (more, ru, en) => {
    const event = { ...updated, ...more } as RunEvent;
    expect([textsOf([event]), textsOf([event], { language: 'en' })]).toEqual([[`INFO - ${ru}`], [`INFO - ${en}`]]);
  });

  it('a read that brings nothing says so, a day without changes does not look dead', () => {
    const nothing = { ...counts, read: 0 };
    expect(textsOf([started, flowStarted, { ...flowFinished, counts: nothing }]).slice(2)).toEqual([
      'INFO - Получено 0 новых записей из БД',
    ]);
  });

  it('a text that a vendor broke into lines stays one line', () => {
    const refused = { ...queued, key: 'F1_1\r\n2025-01-29 14:30:18 - INFO - F1_2' } as RunEvent;
    expect(logOf([refused])).toBe(
      '2025-01-29 14:30:18 - ERROR - QUEUE: F1_1 2025-01-29 14:30:18 - INFO - F1_2: у ключевого поля «id» нет значения\n',
    );
  });

  it('a key gives the terminal no orders and takes no line of its own', () => {
    const refused = { ...queued, key: 'F1\u001B[2J\u0085\u2028F2' } as RunEvent;
    expect(textsOf([refused])).toEqual(['ERROR - QUEUE: F1 [2J F2: у ключевого поля «id» нет значения']);
  });

  it('a second run in one process is counted from nothing', () => {
    const lines = textsOf([started, done, finished, started, finished]);
    expect(lines.filter((line) => line.includes('Успешно'))).toEqual([
      'INFO - Успешно синхронизировано: 48 / 50',
      'INFO - Успешно синхронизировано: 0 / 0',
    ]);
  });
});

describe('46. Of five levels those below the one that is set are not said:', () => {
  const events: readonly RunEvent[] = [
    { ...updated, called: undefined } as unknown as RunEvent,
    updated,
    { type: 'warning', at: at(18), key, error: noKey },
    queued,
    { type: 'run-failed', at: at(18), pipeline: 'visits', exitCode: 1, error: noKey },
  ];
  it.each(levels.map((level, index) => [level, levels.slice(index)] as const))('%s keeps %j', (level, kept) => {
    expect(textsOf(events, { level }).map((line) => line.split(' - ')[0])).toEqual(kept);
  });

  it('no word of what is not said is made', () => {
    let made = 0;
    const told = {
      ...updated,
      get row() {
        made += 1;
        return '1';
      },
    };
    logOf([told], { level: 'WARNING' });
    expect(made).toBe(0);
    logOf([told]);
    expect(made).toBe(1);
  });

  it.each<[RunEvent, string]>([
    [{ ...found, lookUp: true }, 'DEBUG'],
    [{ type: 'waiting', at: 0, for: 'portal', ms: 1000 }, 'DEBUG'],
    [{ type: 'waiting', at: 0, for: 'portal', ms: 5000 }, 'INFO'],
    [{ type: 'waiting', at: 0, for: 'portal', ms: 1000, error: noKey }, 'WARNING'],
    [{ ...queued, retryAt: 1 }, 'WARNING'],
    [{ type: 'run-failed', at: 0, pipeline: 'visits', exitCode: 3, error: noKey }, 'ERROR'],
    [{ type: 'run-failed', at: 0, pipeline: 'visits', exitCode: 3, error: noKey, isRunning: true }, 'WARNING'],
    [flowStarted, 'DEBUG'],
  ])('%j is %s', (event, level) => {
    expect(textsOf([event], { level: 'DEBUG' })[0]?.split(' - ')[0]).toBe(level);
  });
});

describe('52. The result block', () => {
  it('has the labels and the counts of all flows, between lines of eighty =', () => {
    const plans: RunEvent = { type: 'flow-finished', at: at(18), flow: 'plans', counts, seconds: 1 };
    const lines = textsOf([started, flowFinished, plans, finished]);
    expect(lines.slice(lines.indexOf('INFO - Результаты синхронизации') - 1).slice(0, 9)).toEqual(
      [
        rule,
        'Результаты синхронизации',
        rule,
        'Получено из БД:       100',
        'Трансформировано:     100',
        'Синхронизировано:     96',
        'Ошибок:               4',
        'Время выполнения:     3.45с',
        rule,
      ].map((line) => `INFO - ${line}`),
    );
  });

  it('of a run that broke off counts what was done before, after the reason', () => {
    const lines = textsOf([started, done, { ...finished, exitCode: 3, error: noKey }]);
    expect(lines.slice(3, 5)).toEqual([
      'ERROR - у ключевого поля «id» нет значения; исправление: заполните, из чего строится ключ, или не читайте такие строки из источника',
      'INFO - Успешно синхронизировано: 48 / 50',
    ]);
    expect(lines).toContain('INFO - Синхронизировано:     48');
  });

  it('of a run that was stopped says so', () => {
    expect(textsOf([started, done, { ...finished, exitCode: 130 }])[3]).toBe(
      'WARNING - Остановлено; начатое завершено, следующий запуск продолжит с этого места',
    );
  });
});

it('42. The queue line has four numbers; what is held is pending, what was replaced is completed', () => {
  const rows = { pending: 1, waiting: 2, quarantined: 3, failed: 4, completed: 5, superseded: 6 };
  expect(textsOf([{ ...finished, queue: rows }]).at(-1)).toBe(
    'INFO - Очередь: всего=21, pending=6, failed=4, completed=11',
  );
});

describe('as JSON', () => {
  it('a line is one object: time, level, text and the event itself', () => {
    const lines = logOf([started, updated, finished], { format: 'json', language: 'en' }).split('\n');
    expect(lines.filter(Boolean).map((line) => JSON.parse(line))).toEqual([
      {
        time: '2025-01-29T14:30:15.000+03:00',
        level: 'INFO',
        text: 'Sync started: 2025-01-29 14:30:15',
        type: 'run-started',
        run: 'r1',
        pipeline: 'visits',
        version: 1,
      },
      {
        time: '2025-01-29T14:30:18.000+03:00',
        level: 'INFO',
        text: 'Updating deal 67890 for F1_12345',
        type: 'row-written',
        flow,
        key,
        target: 'deal',
        row: '67890',
        operation: 'updated',
      },
      {
        time: '2025-01-29T14:30:18.000+03:00',
        level: 'INFO',
        text: 'Delivered: 0 / 0',
        type: 'run-finished',
        run: 'r1',
        exitCode: 4,
        seconds: 3.45,
        requests: 12,
        queue,
      },
    ]);
  });
});
