import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lockFile, holderOf } from '../../../engine/state/lease.ts';
import { askToStop } from '../../../engine/state/stop-request.ts';
import { place, untimed } from '../../cli/pipe.ts';
import { heldPortal } from './held-portal.ts';
import { copyingYaml } from '../../support/copying.ts';

const copying = copyingYaml('people', 'schedule: [{ every: 1s }]\n');

const dealing = `version: 1
name: deals
connections:
  desk: { connector: file }
  portal: { connector: bitrix24, webhook: "\${secret:PORTAL_WEBHOOK}" }
schedule: [{ every: 2m }]
flows:
  deals:
    source: { connection: desk, file: deals.csv, key: [id] }
    key: id
    targets:
      deal:
        connection: portal
        entity: deal
        match: [{ name: id, by: [ORIGIN_ID] }]
        fields: { ORIGIN_ID: id, ORIGINATOR_ID: { const: DESK }, TITLE: title }
`;

/** Five records that have changed, in one batch; the portal holds the write of it. */
async function holding(argv: readonly string[]) {
  const { portal, webhook, held, open } = await heldPortal('crm.deal.update');
  const csv = (title: string) => `id,title\n${[1, 2, 3, 4, 5].map((id) => `${id},${title}\n`).join('')}`;
  const { start, pipe, path } = place({ 'deals.yaml': dealing, 'deals.csv': csv('Старое') });
  const env = { PORTAL_WEBHOOK: webhook };
  await pipe(['run', 'deals.yaml'], env);
  writeFileSync(path('deals.csv'), csv('Новое'));
  const first = start(['run', 'deals.yaml', ...argv], env);
  await Promise.race([held(), first.done.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
  const titles = () => portal.truth.deals().map((deal) => deal['TITLE']);
  return { first, open, titles, path, pipe: (words: readonly string[]) => pipe(words, env), portal };
}

const allNew = ['Новое', 'Новое', 'Новое', 'Новое', 'Новое'];

// Each starts up to four processes, one after the other.
const patient = { timeout: 120_000 };

describe('12. Ctrl+C ends a run gracefully', patient, () => {
  it.each([[[]], [['--loop']], [['--scheduled']]])(
    '12. with the batch done, the state saved, the files closed: %j',
    async (argv) => {
      const { first, open, titles, path, pipe } = await holding(argv);
      first.kill('SIGINT');
      await first.says('stopping when the request in flight has its answer');
      open();
      const done = await first.done;
      expect([done.exit, titles()]).toEqual([130, allNew]);
      expect([existsSync(path('home/deals.lock.holder.json')), existsSync(path('.pipe/deals/state.db-wal'))]).toEqual([
        false,
        false,
      ]);
      const next = await pipe(['run', 'deals.yaml']);
      expect([next.exit, next.stdout.match(/Delivered: .*/)?.[0], titles()]).toEqual([
        0,
        'Delivered: 5 (created 0, updated 0, unchanged 5, skipped 0)',
        allNew,
      ]);
    },
  );

  it('12. while the loop waits it ends at once', async () => {
    const { start } = place({ 'people.yaml': copying.replace('1s', '1h'), 'people.csv': 'id,name\n1,Орлова\n' });
    const loop = start(['run', 'people.yaml', '--loop']);
    await loop.says('Time: ');
    await loop.says('='.repeat(80));
    loop.kill('SIGTERM');
    const done = await loop.done;
    expect([done.exit, untimed(done.stderr)]).toEqual([
      143,
      [
        '='.repeat(80),
        'Sync started: <time>',
        'Read 1 new rows',
        'people: read 1, mapped 1, created 1, updated 0, unchanged 0, skipped 0, queued 0, rejected 0',
      ]
        .map((line) => `<time> - INFO - ${line}\n`)
        .join(''),
    ]);
  });

  it('12. asked for by a request beside the lock, as Windows needs it, is the same', async () => {
    const { first, open, titles, path } = await holding(['--loop']);
    const lock = lockFile(path('home'), 'deals');
    const holder = holderOf(lock);
    if (!holder) throw new Error('nobody holds the lock');
    askToStop(lock, { ...holder, pid: holder.pid + 1 });
    askToStop(lock, holder);
    await expect.poll(() => existsSync(`${lock}.stop`), { timeout: 30_000 }).toBe(false);
    open();
    expect([(await first.done).exit, titles()]).toEqual([143, allNew]);
  });
});

describe('53. One instance works', patient, () => {
  it.each([[[]], [['--scheduled']]])('53. a second start ends without a call: %j', async (argv) => {
    const { first, open, pipe, portal } = await holding([]);
    const before = portal.journal.requests.length;
    const second = await pipe(['run', 'deals.yaml', ...argv]);
    expect([second.exit, second.stdout, portal.journal.requests.length]).toEqual([3, '', before]);
    expect(second.stderr).toContain(`pipeline deals is being run by process ${first.pid} `);
    open();
    expect((await first.done).exit).toBe(0);
  });
});

describe('58. interval_minutes', patient, () => {
  it('58. is honoured by the loop, which delivers what has changed meanwhile', async () => {
    const { start, path } = place({ 'people.yaml': copying, 'people.csv': 'id,name\n1,Орлова\n' });
    const loop = start(['run', 'people.yaml', '--loop']);
    await loop.says('created 1');
    writeFileSync(path('people.csv'), 'id,name\n1,Орлова\n2,Зимин\n');
    await loop.says('Delivered: 2 (created 1, updated 0, unchanged 1');
    loop.kill('SIGINT');
    expect([(await loop.done).exit, readFileSync(path('copy.csv'), 'utf8')]).toEqual([
      130,
      'id,name\n1,Орлова\n2,Зимин\n',
    ]);
  });

  it('58. does not concern a single run, which runs whenever it is called', async () => {
    const { pipe } = place({ 'people.yaml': copying.replace('1s', '1h'), 'people.csv': 'id,name\n1,Орлова\n' });
    const [one, two] = [await pipe(['run', 'people.yaml']), await pipe(['run', 'people.yaml'])];
    expect([one.stdout, two.stdout].map((text) => text.includes('Read: 1'))).toEqual([true, true]);
  });

  it('58. is honoured by what a scheduler calls: nothing is due a second time', async () => {
    const { pipe } = place({ 'people.yaml': copying.replace('1s', '1h'), 'people.csv': 'id,name\n1,Орлова\n' });
    const [one, two] = [
      await pipe(['run', 'people.yaml', '--scheduled']),
      await pipe(['run', 'people.yaml', '--scheduled']),
    ];
    expect([one.exit, one.stdout.includes('Read: 1')]).toEqual([0, true]);
    expect(two).toEqual({ exit: 0, stdout: '', stderr: '' });
  });

  it('58. leaves out a flow that is switched off; whoever names it runs it', async () => {
    const off = copyingYaml('people', 'schedule: [{ every: 1h, flows: [people] }]\n').replace(
      '    source:',
      '    enabled: "false"\n    source:',
    );
    const { pipe } = place({ 'people.yaml': off, 'people.csv': 'id,name\n1,Орлова\n' });
    const scheduled = await pipe(['run', 'people.yaml', '--scheduled']);
    expect([scheduled.exit, scheduled.stdout]).toEqual([0, '']);
    expect(scheduled.stderr).toContain('this entry runs nothing: "enabled" switches off people');
    const named = await pipe(['run', 'people.yaml', '--flow', 'people']);
    expect([named.exit, named.stdout.includes('Read: 1')]).toEqual([0, true]);
  });

  it('58. is waited for after a run that failed, too', async () => {
    const { start, path } = place({ 'people.yaml': copying });
    const loop = start(['run', 'people.yaml', '--loop']);
    await loop.says('error file.');
    writeFileSync(path('people.csv'), 'id,name\n1,Орлова\n');
    await loop.says('created 1');
    loop.kill('SIGTERM');
    expect((await loop.done).exit).toBe(143);
  });
});

describe('flags of one run beside the schedule', () => {
  it.each([
    [['--loop', '--full'], '--loop and --full'],
    [['--scheduled', '--limit', '1'], '--scheduled and --limit'],
    [['--loop', '--scheduled'], '--loop and --scheduled'],
  ])('are refused: %j', async (argv, said) => {
    const { pipe } = place({ 'people.yaml': copying, 'people.csv': 'id,name\n' });
    const done = await pipe(['run', 'people.yaml', ...argv]);
    expect(done).toEqual({
      exit: 2,
      stdout: '',
      stderr: `error cli.flag_beside\n  ${said} say different things\n  fix: remove one of them\n`,
    });
  });

  it('and a file without a schedule has nothing to wait for', async () => {
    const { pipe } = place({ 'people.yaml': copying.replace(/schedule.*\n/, ''), 'people.csv': 'id,name\n' });
    const done = await pipe(['run', 'people.yaml', '--loop']);
    expect([done.exit, done.stderr.split('\n').slice(0, 2)]).toEqual([
      2,
      ['error cli.no_schedule', '  people.yaml says no times to run at'],
    ]);
  });
});
