import { describe, expect, it } from 'vitest';
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
    expect(keysOf((await pipe([...list, '--json', '--flow', 'again'])).stdout)).toEqual(['again 2', 'again 4']);
    expect(keysOf((await pipe([...list, '--json', '--in', 'pending'])).stdout)).toEqual([]);
    expect(keysOf((await pipe([...list, '--json', '--limit', '1'])).stdout)).toEqual(['people 2']);
    const text = await pipe([...list, '--limit', '1', '--lang', 'ru']);
    expect(text.stdout).toBe(`id  поток   ключ  состояние  попыток  срок  ошибка
1   people  2     failed     1              people.map.phone: ***** — не номер телефона

Очередь: всего=4, pending=0, failed=4, completed=0
`);
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
    expect([JSON.parse(flow.stdout), shapeErrors('queue-drop', flow.stdout)]).toEqual([{ rows: 2 }, []]);
    expect((await drop('--all', '--lang', 'ru')).stdout).toBe('удалено из очереди: 1\n');
  });

  it('is that of the state --state names', async () => {
    const { pipe } = place(peopleFiles);
    await pipe(['run', 'people.yaml', '--state', 'elsewhere']);
    const exits = async (...flags: readonly string[]) => {
      const counts = await pipe(['queue', 'list', 'people.yaml', '--json', ...flags]);
      const shown = await pipe(['queue', 'show', 'people.yaml', '2', ...flags]);
      const marked = await pipe(['queue', 'retry', 'people.yaml', '--json', ...flags]);
      expect(shapeErrors('queue-retry', marked.stdout)).toEqual([]);
      const dropped = await pipe(['queue', 'drop', 'people.yaml', '--all', '--json', ...flags]);
      const rows = [marked, dropped].map(({ stdout }) => JSON.parse(stdout).rows);
      return [JSON.parse(counts.stdout).counts.failed, shown.exit, ...rows];
    };
    expect(await exits()).toEqual([0, 2, 0, 0]);
    expect(await exits('--state', 'elsewhere')).toEqual([1, 0, 1, 1]);
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
