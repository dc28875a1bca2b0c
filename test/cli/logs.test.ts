import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { rotatingFile } from '../../engine/log/rotating-file.ts';
import { peopleCsv, peopleFiles } from './people.ts';
import { place, untimed } from './pipe.ts';
import type { Place } from './pipe.ts';
import { shapeErrors } from './shape.ts';

const rule = '='.repeat(80);
const goodFiles = { ...peopleFiles, 'people.csv': peopleCsv.replace(',12345,', ',+79160000000,') };
const russian = { LANG: 'ru_RU.UTF-8' };

/** All that stands in the log files of a place. */
function logged({ path }: Place, folder = 'logs'): string {
  return readdirSync(path(folder))
    .sort()
    .map((name) => readFileSync(path(`${folder}/${name}`), 'utf8'))
    .join('');
}

const day = (number: number, more = '') => `logs/people_2026-03-${number}${more}.txt`;
const line = (at: string, level: string, text: string) => `2026-03-${at} - ${level} - ${text}\n`;

/** Two days of a clinic: the second has two files. */
const written = {
  ...peopleFiles,
  [day(10)]:
    `\uFEFF${line('10 23:59:00', 'INFO', 'Успешно синхронизировано: 1 / 1')}${line('10 23:59:30', 'ERROR', 'QUEUE: F1_1: нет ответа')}`,
  [day(11)]:
    `\uFEFF${line('11 00:01:00', 'INFO', 'Начало синхронизации: 2026-03-11 00:01:00')}${line('11 00:01:01', 'INFO', 'Успешно синхронизировано: 2 / 3')}${line('11 00:01:02', 'ERROR', 'QUEUE: F1_2: нет ответа')}`,
  [day(11, '.2')]:
    `\uFEFF${line('11 00:03:01', 'INFO', 'Delivered: 3 / 3')}${line('11 00:03:02', 'WARNING', 'QUEUE: F1_3: нет ответа (будет повторено)')}${line('11 00:05:02', 'CRITICAL', 'ошибка в самой программе')}`,
};

describe('44. pipe run', () => {
  it('logs into logs/<pipeline>_<date>.txt beside the pipeline, and the same to the console', async () => {
    const here = place(goodFiles);
    const { exit, stderr } = await here.pipe(['run', 'people.yaml'], russian);
    expect(exit).toBe(0);
    expect(readdirSync(here.path('logs'))).toEqual([expect.stringMatching(/^people_\d{4}-\d\d-\d\d\.txt$/)]);
    const text = logged(here).slice(1);
    expect(untimed(text).replace(/\d\.\d\dс/, '0.00с')).toBe(
      [
        rule,
        'Начало синхронизации: <time>',
        'Получено 3 новых записей из БД',
        'people: получено 3, трансформировано 3, создано 3, обновлено 0, без изменений 0, пропущено 0, в очереди 0, отклонено 0',
        'Успешно синхронизировано: 3 / 3',
        rule,
        'Результаты синхронизации',
        rule,
        'Получено из БД:       3',
        'Трансформировано:     3',
        'Синхронизировано:     3',
        'Ошибок:               0',
        'Время выполнения:     0.00с',
        rule,
        'Очередь: всего=0, pending=0, failed=0, completed=0',
      ]
        .map((said) => `<time> - INFO - ${said}\n`)
        .join(''),
    );
    expect(text.startsWith(stderr)).toBe(true);
  });

  it('says in the log why it did not begin', async () => {
    const here = place(goodFiles);
    mkdirSync(here.path('.pipe'));
    writeFileSync(here.path('.pipe/people'), 'no folder');
    const { exit } = await here.pipe(['run', 'people.yaml']);
    expect(exit).toBe(3);
    expect(untimed(logged(here))).toMatch(/^\uFEFF<time> - ERROR - .*people cannot be used: .*; fix: .*\n$/);
  });

  it('says in the log of its file what is wrong with that, for nobody reads the stderr of a service', async () => {
    const here = place({ ...goodFiles, 'people.yaml': goodFiles['people.yaml'].replace('flows:', 'flwos:') });
    const { exit } = await here.pipe(['run', 'people.yaml']);
    expect([exit, untimed(logged(here).slice(1))]).toEqual([
      2,
      expect.stringMatching(/^<time> - ERROR - .*"flwos".*"flows"/),
    ]);
  });

  it('goes on without a log that cannot be written, and says so once', async () => {
    const { pipe, path } = place({ ...goodFiles, logs: 'a file of that name' });
    const { exit, stderr } = await pipe(['run', 'people.yaml']);
    expect([exit, readFileSync(path('copy.csv'), 'utf8').split('\n')]).toEqual([
      0,
      expect.objectContaining({ length: 5 }),
    ]);
    expect(stderr.split('\n').filter((said) => said.includes('log.unwritable'))).toEqual(['warning log.unwritable']);
    expect(stderr).toContain(`the log in ${path('logs')} cannot be written (ENOTDIR); the run goes on without it\n`);
  });
});

describe('46. The level of the log', () => {
  it.each([
    [[], {}, ['INFO', 'ERROR']],
    [[], { PIPE_LOG_LEVEL: 'ERROR' }, ['ERROR']],
    [['--log-level', 'debug'], { PIPE_LOG_LEVEL: 'ERROR' }, ['INFO', 'DEBUG', 'ERROR']],
  ])('with %j and %j is that of the least that is kept', async (flags, env, found) => {
    const here = place(peopleFiles);
    await here.pipe(['run', 'people.yaml', ...flags], env);
    expect([...new Set([...logged(here).matchAll(/ - ([A-Z]+) - /g)].map(([, level]) => level))]).toEqual(found);
  });

  it.each([
    [
      ['--log-level', 'LOUD'],
      {},
      'log.unknown_setting\n  --log-level does not know "LOUD"\n  fix: write "DEBUG" | "INFO"',
    ],
    [[], { PIPE_LOG_LEVEL: 'WARN' }, 'log.unknown_setting\n  PIPE_LOG_LEVEL does not know "WARN"\n'],
    [[], { PIPE_LOG_FORMAT: 'xml' }, 'log.unknown_setting\n  PIPE_LOG_FORMAT does not know "xml"\n'],
    [[], { PIPE_LOG_PERSONAL: 'yes' }, 'log.unknown_setting\n  PIPE_LOG_PERSONAL does not know "yes"\n'],
    [[], { PIPE_LOG_DAYS: '0' }, 'log.wrong_number\n  PIPE_LOG_DAYS does not take "0"\n'],
    [[], { PIPE_LOG_MEGABYTES: '1.5' }, 'log.wrong_number\n  PIPE_LOG_MEGABYTES does not take "1.5"\n'],
  ])('and other settings: %j with %j are refused before anything is read', async (flags, env, says) => {
    const { exit, stdout, stderr } = await place(goodFiles).pipe(['run', 'people.yaml', ...flags], env);
    expect([exit, stdout, stderr.slice(0, 6 + says.length)]).toEqual([2, '', `error ${says}`]);
  });
});

it('48. age and size are settings, and so is the folder', async () => {
  const here = place({ ...goodFiles, 'kept/people_2020-01-01.txt': '', 'kept/people_2999-01-01.txt': '' });
  await here.pipe(['run', 'people.yaml'], { PIPE_LOG_FOLDER: 'kept', PIPE_LOG_DAYS: '7', PIPE_LOG_MEGABYTES: '1' });
  expect(readdirSync(here.path('kept'))).toEqual([expect.not.stringMatching(/2020|2999/), 'people_2999-01-01.txt']);
});

it('49. PIPE_LOG_PERSONAL=full is told in every run it is set for', async () => {
  const here = place(goodFiles);
  await here.pipe(['run', 'people.yaml'], { PIPE_LOG_PERSONAL: 'full' });
  expect(untimed(logged(here))).toContain(
    '<time> - WARNING - names, phones and e-mails go into the log in full (PIPE_LOG_PERSONAL); fix: remove',
  );
});

it('42. The queue is listed with id, key, state and attempts, and its line is in the log to the letter', async () => {
  const wrongFiles = { ...peopleFiles, 'people.csv': peopleCsv.replace('+79161234567', '123') };
  const here = place(wrongFiles);
  await here.pipe(['run', 'people.yaml'], russian);
  const statistics = 'Очередь: всего=2, pending=0, failed=2, completed=0';
  const { stdout } = await here.pipe(['queue', 'list', 'people.yaml'], russian);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(statistics);
  const cells = stdout.split('\n').map((row) => row.trim().split(/ {2,}/));
  expect(cells.filter((row) => row.includes('failed')).map((row) => row.slice(0, 5))).toEqual([
    ['1', 'people', '1', 'failed', '0'],
    ['2', 'people', '2', 'failed', '0'],
  ]);
  expect(logged(here).trimEnd().split('\n').at(-1)).toMatch(new RegExp(` - INFO - ${statistics}$`));
});

describe('51. pipe logs', () => {
  it('shows the newest day and what it came to: runs that delivered, and errors', async () => {
    const { pipe } = place(written);
    const { exit, stdout } = await pipe(['logs', 'people.yaml'], russian);
    expect([exit, stdout]).toEqual([
      0,
      `2026-03-11 00:01:00 - INFO - Начало синхронизации: 2026-03-11 00:01:00
2026-03-11 00:01:01 - INFO - Успешно синхронизировано: 2 / 3
2026-03-11 00:01:02 - ERROR - QUEUE: F1_2: нет ответа
2026-03-11 00:03:01 - INFO - Delivered: 3 / 3
2026-03-11 00:03:02 - WARNING - QUEUE: F1_3: нет ответа (будет повторено)
2026-03-11 00:05:02 - CRITICAL - ошибка в самой программе

2026-03-11: запусков с «Успешно синхронизировано» — 2, строк с ERROR — 2
`,
    ]);
  });

  it('counts a run once, though its result says in English, too, what was delivered', async () => {
    const { pipe } = place(goodFiles);
    await pipe(['run', 'people.yaml']);
    const { stdout } = await pipe(['logs', 'people.yaml']);
    expect(stdout).toContain('INFO - Delivered:            3\n');
    expect(stdout).toMatch(/: runs with "Delivered" 1, lines with ERROR 0\n$/);
  });

  it('of a day that is not asked for shows the last twenty lines, and counts all', async () => {
    const lines = Array.from({ length: 30 }, (_, index) => line('12 10:00:00', 'ERROR', `ошибка ${index}`));
    const { pipe } = place({ ...peopleFiles, [day(12)]: `\uFEFF${lines.join('')}` });
    const { stdout } = await pipe(['logs', 'people.yaml']);
    expect(stdout).toBe(`${lines.slice(10).join('')}\n2026-03-12: runs with "Delivered" 0, lines with ERROR 30\n`);
    expect((await pipe(['logs', 'people.yaml', '--day', '2026-03-12'])).stdout).toBe(
      `${lines.join('')}\n2026-03-12: runs with "Delivered" 0, lines with ERROR 30\n`,
    );
  });

  it('--day and --grep choose, whatever the case; the numbers stay those of the day', async () => {
    const { pipe } = place(written);
    const { stdout } = await pipe(['logs', 'people.yaml', '--day', '2026-03-10', '--grep', 'queue']);
    expect(stdout).toBe(
      `2026-03-10 23:59:30 - ERROR - QUEUE: F1_1: нет ответа\n\n2026-03-10: runs with "Delivered" 1, lines with ERROR 1\n`,
    );
    expect((await pipe(['logs', 'people.yaml', '--grep', 'PROTECTED'])).stdout).toBe(
      '2026-03-11: runs with "Delivered" 2, lines with ERROR 2\n',
    );
  });

  it('--json gives lines and numbers as data, also of a log that is JSON itself', async () => {
    const { pipe } = place(peopleFiles);
    await pipe(['run', 'people.yaml'], { PIPE_LOG_FORMAT: 'json' });
    const { stdout } = await pipe(['logs', 'people.yaml', '--json', '--grep', 'error']);
    expect(shapeErrors('logs', stdout)).toEqual([]);
    expect(JSON.parse(stdout)).toEqual({
      pipeline: 'people',
      day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      lines: [
        {
          time: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
          level: 'ERROR',
          text: 'QUEUE: 2: people.map.phone: ***** is no phone number',
        },
      ],
      delivered: 1,
      errors: 1,
    });
  });

  it('--follow shows what comes, over a full file and midnight, until Ctrl+C', async () => {
    const { start, path } = place(written);
    const file = rotatingFile({ folder: path('logs'), name: 'people', extension: 'txt', keepDays: 30, maxBytes: 300 });
    onTestFinished(file.close);
    const follower = start(['logs', 'people.yaml', '--follow', '--grep', 'F1_']);
    await follower.says('F1_3');
    file.write(line('11 23:59:58', 'INFO', 'Обновляем сделку 1 для F1_4'), Date.UTC(2026, 2, 11, 12));
    await follower.says('F1_4');
    file.write(line('11 23:59:59', 'INFO', 'Обновляем сделку 1 для F1_5'), Date.UTC(2026, 2, 11, 12));
    await follower.says('F1_5');
    expect(readdirSync(path('logs'))).toContain('people_2026-03-11.3.txt');
    file.write(line('12 00:00:00', 'INFO', 'Обновляем сделку 1 для F1_6'), Date.UTC(2026, 2, 12, 12));
    file.write(line('12 00:00:01', 'INFO', 'не то'), Date.UTC(2026, 2, 12, 12));
    await follower.says('F1_6');
    follower.kill('SIGINT');
    const { exit, stdout } = await follower.done;
    expect([exit, stdout]).toEqual([
      130,
      `2026-03-11 00:03:02 - WARNING - QUEUE: F1_3: нет ответа (будет повторено)
2026-03-11 23:59:58 - INFO - Обновляем сделку 1 для F1_4
2026-03-11 23:59:59 - INFO - Обновляем сделку 1 для F1_5
2026-03-12 00:00:00 - INFO - Обновляем сделку 1 для F1_6
`,
    ]);
  });

  it('--follow waits for the rest of a line, and goes on when a file is deleted', async () => {
    const { start, path } = place(written);
    const follower = start(['logs', 'people.yaml', '--follow', '--json']);
    await follower.says('CRITICAL');
    rmSync(path(day(11, '.2')));
    const whole = line('12 00:00:00', 'INFO', 'Обновляем сделку 1 для F1_7');
    writeFileSync(path(day(12)), `\uFEFF${whole}${whole.slice(0, 40)}`);
    await follower.says('F1_7');
    writeFileSync(path(day(12)), `${whole.slice(40, -1)} — и всё\n`, { flag: 'a' });
    await follower.says('и всё');
    follower.kill('SIGTERM');
    const { exit, stdout } = await follower.done;
    const lines = stdout.trimEnd().split('\n').slice(-2);
    expect([exit, ...lines.map((said) => JSON.parse(said))]).toEqual([
      143,
      { time: '2026-03-12 00:00:00', level: 'INFO', text: 'Обновляем сделку 1 для F1_7' },
      { time: '2026-03-12 00:00:00', level: 'INFO', text: 'Обновляем сделку 1 для F1_7 — и всё' },
    ]);
  });

  it('--follow ends, and says nothing, when what reads it has read enough: | head', async () => {
    const { start, path } = place(written);
    const follower = start(['logs', 'people.yaml', '--follow']);
    await follower.says('CRITICAL');
    follower.stopReading();
    writeFileSync(path(day(12)), `\uFEFF${line('12 00:00:00', 'INFO', 'Обновляем сделку 1 для F1_7')}`);
    const { exit, stderr } = await follower.done;
    expect([exit, stderr]).toEqual([0, '']);
  });

  it.each([
    [
      'a pipeline that never ran',
      {},
      [],
      'log.none_yet\n  pipeline people has no log in logs\n  fix: `pipe run people.yaml` writes one',
    ],
    ['to follow one that never ran', {}, ['--follow'], 'log.none_yet\n'],
    [
      'a day written as people do',
      written,
      ['--day', '11.03.2026'],
      'log.bad_day\n  --day is "11.03.2026", which is not a day\n',
    ],
    [
      'a day no month has',
      written,
      ['--day', '2026-02-30'],
      'log.bad_day\n  --day is "2026-02-30", which is not a day\n',
    ],
    [
      'a day without a log',
      written,
      ['--day', '2026-03-09'],
      'log.no_day\n  pipeline people has no log of 2026-03-09\n  fix: the days there are: 2026-03-10 to 2026-03-11\n',
    ],
  ])('%s ends with 2 and says what is wrong', async (_what, files, flags, says) => {
    const { pipe, folder } = place({ ...peopleFiles, ...files });
    const { exit, stdout, stderr } = await pipe(['logs', 'people.yaml', ...flags]);
    const said = stderr.replace(`${folder}/`, '').slice(0, `error ${says}`.length);
    expect([exit, stdout, said]).toEqual([2, '', `error ${says}`]);
  });

  it('a log folder that is a file ends with 3: this machine is at fault', async () => {
    const { pipe, path } = place({ ...peopleFiles, logs: '' });
    const { exit, stdout, stderr } = await pipe(['logs', 'people.yaml']);
    expect([exit, stdout, stderr.split('\n')[1]]).toEqual([
      3,
      '',
      `  the log in ${path('logs')} cannot be read (ENOTDIR)`,
    ]);
  });
});
