import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../engine/state/clock.ts';
import { openState } from '../../engine/state/open-state.ts';
import { root } from '../support/clone.ts';
import { delivery, intent, put, startRun } from '../state/samples.ts';
import { peopleCsv, peopleFiles, peopleYaml } from './people.ts';
import { place } from './pipe.ts';
import type { Place } from './pipe.ts';
import { shapeErrors } from './shape.ts';

const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;

/** Two flows over the same people: 2 has no good phone in either, 4 has none and waits too. */
async function queued(): Promise<Place> {
  const second = peopleYaml
    .slice(peopleYaml.indexOf('  people:'))
    .replace('  people:', '  again:')
    .replace('file: copy.csv', 'file: again.csv');
  const stand = place({
    ...peopleFiles,
    'people.yaml': peopleYaml + second,
    'people.csv': `${peopleCsv}4,Ясенева Алла,8916,2026-03-04T10:00:00\n`,
    'again.csv': peopleFiles['copy.csv'],
  });
  expect((await stand.pipe(['run', 'people.yaml'])).exit).toBe(4);
  return stand;
}

/** What a run leaves of creates whose answer was lost and that nobody can look up. */
async function quarantine(folder: string, keys: readonly string[]): Promise<void> {
  const state = await openState(folder, { pipeline: 'people', clock: systemClock });
  const epoch = await startRun(state);
  await state.saveIntents(keys.map((key) => intent({ id: key, key, flow: 'people', epoch })));
  await state.commit(
    delivery({
      epoch,
      flow: 'people',
      receipts: keys.map((key) => ({ intent: key, outcome: 'unknown', at: 3000 })),
      queued: keys.map((key) => put({ key, state: 'quarantined', error: { code: 'run.row_gone', parameters: {} } })),
    }),
  );
  await state.close();
}

function keysOf(stdout: string): readonly string[] {
  return JSON.parse(stdout).rows.map(({ flow, key }: { flow: string; key: string }) => `${flow} ${key}`);
}

describe('pipe queue', () => {
  it('lists what waits, by flow, by state, and no more than asked for', async () => {
    const { pipe } = await queued();
    const list = ['queue', 'list', 'people.yaml'];
    const all = await pipe([...list, '--json']);
    expect([all.exit, all.stderr, shapeErrors('queue-list', all.stdout)]).toEqual([0, '', []]);
    expect(keysOf(all.stdout)).toEqual(['people 2', 'people 4', 'again 2', 'again 4']);
    const again = await pipe([...list, '--json', '--flow', 'again']);
    expect([keysOf(again.stdout), JSON.parse(again.stdout).counts]).toEqual([
      ['again 2', 'again 4'],
      { pending: 0, waiting: 0, quarantined: 0, failed: 2, completed: 0, superseded: 0 },
    ]);
    expect(keysOf((await pipe([...list, '--json', '--in', 'pending'])).stdout)).toEqual([]);
    expect(keysOf((await pipe([...list, '--json', '--limit', '1'])).stdout)).toEqual(['people 2']);
    const text = await pipe([...list, '--limit', '1', '--lang', 'ru']);
    expect(text.stdout).toBe(`id  поток   ключ  состояние  попыток  срок  ошибка
1   people  2     failed     0              people.map.phone: ***** — не номер телефона

Очередь: всего=4, pending=0, failed=4, completed=0
`);
  });

  it.runIf(process.platform === 'linux')('gives a terminal no orders that came with the rows', async () => {
    const here = place({
      'orders.yaml': `version: 1
name: orders
connections: { desk: { connector: file } }
flows:
  orders:
    source: { connection: desk, file: orders.jsonl }
    key: id
    map: { id: id, sum: '$number(sum)' }
    targets: { copy: { connection: desk, file: copy.csv, key: [id], fields: { id: id, sum: sum } } }
`,
      'orders.jsonl': String.raw`{"id":"A\u001b[2J\u0007B","sum":"x"}`,
    });
    expect((await here.pipe(['run', 'orders.yaml'])).exit).toBe(4);
    const bin = join(root, 'engine/cli/bin.ts');
    const command = `${process.execPath} ${bin} queue list ${here.path('orders.yaml')}`;
    const terminal = spawn('script', ['-qec', command, '/dev/null'], { env: { PATH: process.env['PATH'] } });
    const shown = (await textOf(terminal.stdout)).split('\r\n')[1];
    expect(shown).toMatch(/^1 +orders +A�\[2J�B +failed /);
    expect((await here.pipe(['queue', 'list', 'orders.yaml'])).stdout).toContain('A\u001B[2J\u0007B');
  });

  it('shows one row masked by its column names, and in clear with --reveal', async () => {
    const { pipe } = await queued();
    const show = ['queue', 'show', 'people.yaml'];
    const text = await pipe([...show, '2', '--flow', 'again']);
    expect(text.exit).toBe(0);
    expect(text.stdout).toMatch(
      new RegExp(`^again 2: failed, ${time}
  again\\.map\\.phone: \\*{5} is no phone number
  fix: correct the number in the source
{
  "id": "2",
  "name": "О\\*{4} В\\*{4}",
  "phone": "\\*{5}",
  "changed": "2026-03-02T10:00:00"
}
$`),
    );
    const data = await pipe([...show, '1', '--reveal', '--json']);
    expect(shapeErrors('queue-show', data.stdout)).toEqual([]);
    expect(JSON.parse(data.stdout)).toMatchObject({
      flow: 'people',
      key: '2',
      source: { name: 'Ольхина Вера', phone: '12345' },
    });
  });

  it('marks rows for the next run, which tries just those', async () => {
    const { pipe } = await queued();
    const retry = async (...flags: readonly string[]) =>
      JSON.parse((await pipe(['queue', 'retry', 'people.yaml', '--json', ...flags])).stdout).rows;
    expect(await retry('--in', 'waiting')).toBe(0);
    expect(await retry('2', '--flow', 'again')).toBe(1);
    const run = await pipe(['run', 'people.yaml', '--json']);
    const rejected = JSON.parse(run.stdout).flows.map((flow: { rejected: number }) => flow.rejected);
    expect([run.exit, rejected]).toEqual([4, [0, 1]]);
    const all = await pipe(['queue', 'retry', 'people.yaml']);
    expect(all.stdout).toBe('4 marked; the next `pipe run people.yaml` tries them again\n');
  });

  it('drops what is named and nothing else', async () => {
    const { pipe } = await queued();
    const drop = (...flags: readonly string[]) => pipe(['queue', 'drop', 'people.yaml', ...flags]);
    const nothing = await drop();
    expect(nothing).toEqual({
      exit: 2,
      stdout: '',
      stderr: `error cli.drop_what
  \`pipe queue drop\` was not told what to drop
  fix: name a row, or give --flow, --in or --all
`,
    });
    expect((await drop('--all', '--in', 'failed')).stderr).toContain('error cli.drop_all_or_some\n');
    expect((await drop('--in', 'pending')).stdout).toBe('0 dropped\n');
    expect((await drop('4', '--flow', 'people')).stdout).toBe('1 dropped\n');
    const flow = await drop('--flow', 'again', '--json');
    expect([JSON.parse(flow.stdout), shapeErrors('queue-drop', flow.stdout)]).toEqual([{ rows: 2, inDoubt: 0 }, []]);
    expect((await drop('--all', '--lang', 'ru')).stdout).toBe('удалено из очереди: 1\n');
  });

  it('gives out what waits, a line each, masked, in a file only its owner reads', async () => {
    const { pipe, path } = await queued();
    const run = ['queue', 'export', 'people.yaml'];
    writeFileSync(path('old.jsonl'), 'what lay there before', { mode: 0o644 });
    expect(await pipe([...run, '--output', 'old.jsonl'])).toEqual({ exit: 0, stdout: '', stderr: '' });
    expect(statSync(path('old.jsonl')).mode & 0o777).toBe(0o600);
    const lines = readFileSync(path('old.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line)).map(({ flow, key, source }) => [flow, key, source.name])).toEqual([
      ['people', '2', 'О**** В****'],
      ['people', '4', 'Я**** А****'],
      ['again', '2', 'О**** В****'],
      ['again', '4', 'Я**** А****'],
    ]);
    const again = await pipe([...run, '--flow', 'again', '--json']);
    expect([shapeErrors('queue-export', again.stdout), keysOf(again.stdout)]).toEqual([[], ['again 2', 'again 4']]);
    expect((await pipe([...run, '--in', 'pending'])).stdout).toBe('');
  });

  it('gives out a table for Excel, in clear with --reveal', async () => {
    const { pipe } = await queued();
    const { stdout } = await pipe([
      'queue',
      'export',
      'people.yaml',
      '--format',
      'csv',
      '--flow',
      'people',
      '--reveal',
    ]);
    expect(stdout).toBe(`\uFEFFqueue_id,flow,key,state,attempts,code,error,fix,id,name,phone,changed
1,people,2,failed,0,transform.wrong_phone,people.map.phone: ***** is no phone number,correct the number in the source,2,Ольхина Вера,12345,2026-03-02T10:00:00
2,people,4,failed,0,transform.wrong_phone,people.map.phone: **** is no phone number,correct the number in the source,4,Ясенева Алла,8916,2026-03-04T10:00:00
`);
  });

  it('neither lists nor gives out closed rows, unless asked for them', async () => {
    const { pipe, path } = await queued();
    writeFileSync(path('people.csv'), peopleCsv.replace(',12345,2026-03-02', ',+79160000000,2026-03-09'));
    expect((await pipe(['run', 'people.yaml'])).exit).toBe(0);
    const keys = async (verb: string, ...flags: readonly string[]) =>
      keysOf((await pipe(['queue', verb, 'people.yaml', '--json', ...flags])).stdout);
    for (const verb of ['list', 'export']) {
      expect(await keys(verb)).toEqual(['people 4', 'again 4']);
      expect(await keys(verb, '--in', 'superseded')).toEqual(['people 2', 'again 2']);
    }
  });

  it('leaves a row in quarantine to a word about itself: it arrived, or it is missing', async () => {
    const { pipe, path } = place(peopleFiles);
    await quarantine(path('.pipe'), ['7', '8', '9']);
    const bulk = await pipe(['queue', 'retry', 'people.yaml']);
    expect(bulk.stdout).toBe(
      '0 marked; the next `pipe run people.yaml` tries them again\n' +
        '3 stay in quarantine: decide about each, see `pipe queue show people.yaml <id>`\n',
    );
    expect((await pipe(['queue', 'drop', 'people.yaml', '--all'])).stdout).toBe(
      '0 dropped\n3 stay, since a write of theirs has no answer yet; `pipe run people.yaml` finds out\n',
    );
    expect((await pipe(['queue', 'show', 'people.yaml', '7'])).stdout).toContain(
      '\n  it is there: pipe queue drop people.yaml 1 --flow people\n' +
        '  it is not, write it: pipe queue retry people.yaml 1 --flow people\n',
    );
    const missing = await pipe(['queue', 'retry', 'people.yaml', '7', '--json']);
    const arrived = await pipe(['queue', 'drop', 'people.yaml', '8', '--json']);
    expect([missing, arrived].map(({ stdout }) => JSON.parse(stdout))).toEqual([
      { rows: 1, inDoubt: 0 },
      { rows: 1, inDoubt: 0 },
    ]);
    const state = await openState(path('.pipe'), { pipeline: 'people', clock: systemClock });
    expect((await state.openIntents()).map(({ key }) => key)).toEqual(['9']);
    expect((await state.due('people', 0, 9)).map(({ key }) => key)).toEqual(['7']);
    expect((await state.queue({ state: 'completed' })).map(({ key }) => key)).toEqual(['8']);
    await state.close();
  });

  it('is that of the state --state names', async () => {
    const { pipe } = place(peopleFiles);
    await pipe(['run', 'people.yaml', '--state', 'elsewhere']);
    const exits = async (...flags: readonly string[]) => {
      const counts = await pipe(['queue', 'list', 'people.yaml', '--json', ...flags]);
      const shown = await pipe(['queue', 'show', 'people.yaml', '2', ...flags]);
      const marked = await pipe(['queue', 'retry', 'people.yaml', '--json', ...flags]);
      expect(shapeErrors('queue-retry', marked.stdout)).toEqual([]);
      const given = await pipe(['queue', 'export', 'people.yaml', '--json', ...flags]);
      const dropped = await pipe(['queue', 'drop', 'people.yaml', '--all', '--json', ...flags]);
      const rows = [marked, dropped].map(({ stdout }) => JSON.parse(stdout).rows);
      return [JSON.parse(counts.stdout).counts.failed, shown.exit, keysOf(given.stdout).length, ...rows];
    };
    expect(await exits()).toEqual([0, 2, 0, 0, 0]);
    expect(await exits('--state', 'elsewhere')).toEqual([1, 0, 1, 1, 1]);
  });

  it('makes no folder of a misspelt --state, and does not call it empty', async () => {
    const { pipe, path } = place(peopleFiles);
    for (const look of [['status'], ['queue', 'list'], ['state', 'show']]) {
      const done = await pipe([...look, 'people.yaml', '--state', 'elsewere']);
      expect([done.exit, done.stderr]).toEqual([
        2,
        `error cli.no_state
  there is no state in elsewere
  fix: write --state as \`pipe run\` has it, or leave it out for .pipe beside the file
`,
      ]);
    }
    expect(existsSync(path('elsewere'))).toBe(false);
  });

  it('says which row or flow there is none of', async () => {
    const { pipe } = place(peopleFiles);
    const row = await pipe(['queue', 'show', 'people.yaml', '77']);
    expect(row).toEqual({
      exit: 2,
      stdout: '',
      stderr: `error cli.no_queue_row
  the queue has no row "77"
  fix: see \`pipe queue list people.yaml\` for ids and keys
`,
    });
    const flow = await pipe(['queue', 'list', 'people.yaml', '--flow', 'peple', '--json']);
    expect([flow.exit, flow.stderr, shapeErrors('failure', flow.stdout)]).toEqual([2, '', []]);
    expect(JSON.parse(flow.stdout).error).toMatchObject({ code: 'cli.unknown_flow', fix: 'write "people"' });
  });
});
