import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canaries } from '../../connectors/ident/sandbox/index.ts';
import { rotatingFile } from '../../engine/log/rotating-file.ts';
import { runLog } from '../../engine/log/run-log.ts';
import type { RunOptions } from '../../engine/run/context.ts';
import { startMainJob } from './main-job.ts';
import type { MainJob, MainJobOptions } from './main-job.ts';

/** The main job with its log, as `pipe run` writes it, at its lowest level and in both formats. */
async function loggedJob(options: MainJobOptions) {
  const job = await startMainJob(options);
  const folder = mkdtempSync(join(tmpdir(), 'pipe-log-'));
  const rotation = { folder, name: 'ident-to-bitrix', keepDays: 30, maxBytes: 100_000_000 };
  const files = [
    rotatingFile({ ...rotation, extension: 'txt' }),
    rotatingFile({ ...rotation, extension: 'jsonl' }),
  ] as const;
  const logs = [
    runLog({ level: 'DEBUG', format: 'text', language: 'ru' }, files[0].write),
    runLog({ level: 'DEBUG', format: 'json', language: 'ru' }, files[1].write),
  ];
  const read = (extension: string) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(extension))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('');
  return {
    job,
    text: () => read('.txt'),
    everything: () => read(''),
    run: async (given: Partial<RunOptions> = {}) => {
      const result = await job.run({ tellRows: 'masked', ...given });
      for (const event of job.events) for (const log of logs) log(event);
      return result;
    },
    close: async () => {
      for (const file of files) file.close();
      rmSync(folder, { recursive: true, force: true });
      await job.close();
    },
  };
}

describe('47. The words a log is searched for stand in its lines:', () => {
  let desk: Awaited<ReturnType<typeof loggedJob>>;
  let before: string;
  let lines: readonly string[];
  const cases = { ignored: 0, guarded: 0, linked: 0, failed: 0 };
  const deals: { readonly newest: number; readonly other: number } = { newest: 0, other: 0 };

  const execute = (sql: string) => desk.job.clinic.execute(sql);
  const dealOf = (job: MainJob, visit: number) =>
    Number(job.portal.truth.deals().find((row) => row['UF_CRM_1769072841035'] === `F1_${visit}`)?.['ID']);
  const touch = (visit: number, set = '') =>
    execute(`UPDATE dbo.Receptions SET ${set} DateTimeChanged = '${desk.job.clinic.now()}' WHERE ID = ${visit}`);

  beforeAll(async () => {
    desk = await loggedJob({ appointments: 40, limits: 'off' });
    await desk.run();
    before = desk.text();
    const { job } = desk;
    const open = job.portal.truth.deals().filter((row) => row['CLOSED'] === 'N');
    const visits = open.map((row) => Number(String(row['UF_CRM_1769072841035']).slice(3)));
    [cases.ignored = 0, cases.guarded = 0, cases.failed = 0] = visits;
    job.portal.edit('deal', dealOf(job, cases.ignored), { STAGE_ID: 'WON' });
    job.portal.edit('deal', dealOf(job, cases.guarded), { STAGE_ID: 'EXECUTING' });
    job.clock.time += 60_000;
    await touch(cases.ignored);
    await touch(cases.guarded);
    await touch(cases.failed, 'ID_Staffs = NULL,');
    const [last] = await execute('SELECT MAX(ID) AS id FROM dbo.Receptions');
    const id = Number(last?.['id']);
    cases.linked = id + 1;
    const contact = job.portal.truth.deals().find((row) => row['UF_CRM_1769072841035'] === `F1_${id}`)?.['CONTACT_ID'];
    const byHand = { TITLE: 'Лечение', STAGE_ID: 'NEW', CATEGORY_ID: '0', CONTACT_ID: String(contact) };
    Object.assign(deals, { other: job.portal.create('deal', byHand) });
    job.clock.time += 60_000;
    Object.assign(deals, { newest: job.portal.create('deal', byHand) });
    const now = job.clinic.now();
    await execute(`INSERT INTO dbo.Receptions (ID, ID_Patients, ID_Staffs, ID_Armchairs, PlanStart, PlanEnd, ReceptionAdded, DateTimeAdded, DateTimeChanged)
      SELECT ${id + 1}, ID_Patients, ID_Staffs, ID_Armchairs, PlanStart, PlanEnd, '${now}', '${now}', '${now}' FROM dbo.Receptions WHERE ID = ${id}`);
    await desk.run();
    lines = desk.text().slice(before.length).split('\n');
  }, 120_000);
  afterAll(() => desk.close());

  const said = (word: string) =>
    lines.flatMap((line) => (line.includes(word) ? [line.split(' - ').slice(1).join(' - ')] : []));

  it('АВТОПРИВЯЗКА, where a deal a manager made is linked', () => {
    expect(said('АВТОПРИВЯЗКА')).toEqual([`INFO - АВТОПРИВЯЗКА: F1_${cases.linked} (deal ${deals.newest})`]);
    expect(said(`Обновляем сделку ${deals.newest}`)).toEqual([
      `INFO - Обновляем сделку ${deals.newest} для F1_${cases.linked}`,
    ]);
  });

  it('МНОЖЕСТВЕННЫЕ СДЕЛКИ, a warning with all their ids', () => {
    expect(said('МНОЖЕСТВЕННЫЕ СДЕЛКИ')).toEqual([
      `WARNING - МНОЖЕСТВЕННЫЕ СДЕЛКИ: F1_${cases.linked} (deal ${deals.newest}, ${deals.other})`,
    ]);
  });

  it('IGNORE, where a closed deal is left alone', () => {
    expect(said('IGNORE')).toEqual([`INFO - IGNORE: F1_${cases.ignored} (deal ${dealOf(desk.job, cases.ignored)})`]);
  });

  it('PROTECTED, where a stage is', () => {
    expect(said('PROTECTED')).toEqual([
      `INFO - PROTECTED: F1_${cases.guarded} (deal ${dealOf(desk.job, cases.guarded)})`,
    ]);
  });

  it('QUEUE and ERROR, where a record waits for a person', () => {
    expect(said('QUEUE')).toEqual([`ERROR - QUEUE: F1_${cases.failed}: не заполнено обязательное: doctor`]);
    expect(said('ERROR')).toEqual(said('QUEUE'));
  });

  it('45. and what was found, made and delivered, of the shipped pipeline', () => {
    const contact =
      /^INFO - Создан контакт \d+ для \p{L}\*{4} \p{L}\*{4}(?: \p{L}\*{4})?, телефон \+7999\*{3}\d{4} \(F1_\d+\)$/u;
    const deal = /^INFO - Создана сделка \d+ для F1_\d+$/;
    const first = before.split('\n').map((line) => line.split(' - ').slice(1).join(' - '));
    expect(first.filter((line) => line.includes('Создан контакт')).filter((line) => !contact.test(line))).toEqual([]);
    expect(first.filter((line) => deal.test(line))).toHaveLength(40);
    expect(first).toContain('INFO - Получено 40 новых записей из БД');
    expect(first).toContain('INFO - Успешно синхронизировано: 40 / 40');
    const found = /^INFO - Найден контакт \d+: \p{L}\*{4} \p{L}\*{4}.*, телефон \+7999\*{3}\d{4} \(F1_\d+\)$/u;
    expect(said('Найден контакт').length).toBeGreaterThan(0);
    expect(said('Найден контакт').filter((line) => !found.test(line))).toEqual([]);
  });
});

it('49. 50. no canary is in a log of rejects, warnings and queue rows, in neither format at any level', async () => {
  const desk = await loggedJob({ appointments: 300, flaws: true, limits: 'off' });
  desk.job.portal.fail({
    method: 'crm.deal.add',
    nth: 3,
    fault: { error: 'ERROR_CORE', description: 'Сделка не создана' },
  });
  await desk.job.clinic.execute(
    `UPDATE dbo.Persons SET MobilePhone = '12345' WHERE ID = (SELECT MAX(ID_Patients) FROM dbo.Receptions)`,
  );
  await desk.run();
  await desk.run({ full: true });
  const log = desk.everything();
  expect(log).toContain('ERROR - QUEUE: ');
  const people = await desk.job.clinic.execute(
    `SELECT DISTINCT s.Surname AS surname, s.MobilePhone AS phone FROM dbo.Patients p JOIN dbo.Persons s ON s.ID = p.ID_Persons`,
  );
  const known = people
    .flatMap(({ surname, phone }) => [surname, phone])
    .filter((value) => String(value ?? '').length > 4);
  expect(JSON.stringify(desk.job.portal.truth.contacts()).includes(canaries.phones[0])).toBe(true);
  expect([...Object.values(canaries).flat(), ...known.map(String)].filter((value) => log.includes(value))).toEqual([]);
  await desk.close();
}, 120_000);
