import { appendFileSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FoundRow, Row, Sink, Write } from '../../engine/index.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { testHost } from '../../test/support/host.ts';
import { rejection } from '../../test/support/iterate.ts';
import { append } from './append.ts';
import type { Settings } from './config.ts';
import { connect } from './connection.ts';

const signal = new AbortController().signal;
const before = 'id,name\n1,Орлова\n';
const coming = '2,Ким\n3,Пак\n';
const noProcess = 4_194_305;

/** A file as a process left it that died amid an append, or whoever came after it. */
function left(content: string, { pid = noProcess, note = coming, link = false } = {}) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'people.csv'), content);
  const head = `${Buffer.byteLength(before)} ${Buffer.byteLength(coming)} ${pid}\n`;
  writeFileSync(join(folder, '.people.csv.appending'), head + note);
  if (link) symlinkSync('people.csv', join(folder, 'link.csv'));
  const name = link ? 'link.csv' : 'people.csv';
  const { sink, rows } = open(folder, name);
  return {
    rows,
    sink,
    path: join(folder, 'people.csv'),
    add: (id: string) => sink.write([create(id, name)], signal),
    text: () => readFileSync(join(folder, 'people.csv'), 'utf8'),
    files: () => readdirSync(folder).filter((one) => one !== 'link.csv'),
  };
}

function open(folder: string, name: string, settings: Settings = {}) {
  const connection = connect(settings, testHost(folder));
  const sink = connection.sink?.({ file: name });
  if (!sink) throw new Error('file is a sink');
  const rows = async (): Promise<readonly Row[]> => {
    const read: Row[] = [];
    const request = { mode: 'full', batch: 100, params: {}, signal } as const;
    for await (const batch of connection.source?.({ file: name }).read(request) ?? []) read.push(...batch.rows);
    return read;
  };
  return { sink, rows };
}

async function scanned(pages: AsyncIterable<readonly FoundRow[]> | undefined): Promise<readonly FoundRow[]> {
  const rows: FoundRow[] = [];
  for await (const page of pages ?? []) rows.push(...page);
  return rows;
}

function create(id: string, entity: string): Write {
  return { operation: 'create', entity, values: { id } };
}

describe('an append that was cut short', () => {
  it.each([false, true])('is not read, and undone by the next write (through a link: %s)', async (link) => {
    const torn = left(`${before}2,К`, { link });
    expect(await torn.rows()).toEqual([{ id: '1', name: 'Орлова' }]);
    await torn.add('9');
    expect(torn.text()).toBe(`${before}9,\n`);
    expect(torn.files()).toEqual(['people.csv']);
  });

  it('is passed over by a scan', async () => {
    const { sink } = left(`${before}2,К`);
    expect(await scanned(sink.scan?.('people.csv', ['name'], signal))).toEqual([
      { key: '1', values: { name: 'Орлова' } },
    ]);
  });

  it('is passed over by a scan that has begun before it', async () => {
    const many = Array.from({ length: 5000 }, (_, id) => `${id},Орлова\n`).join('');
    const { sink, path } = left(`id,name\n${many}`, { note: '' });
    const scan = sink.scan?.('people.csv', [], signal)[Symbol.asyncIterator]();
    const first = await scan?.next();
    appendFileSync(path, '5000,Ор');
    let rows = first?.done === false ? first.value.length : 0;
    for (let page = await scan?.next(); page?.done === false; page = await scan?.next()) rows += page.value.length;
    expect(rows).toBe(5000);
  });

  it('stays when all of it is there', async () => {
    const whole = left(before + coming);
    expect(await whole.rows()).toHaveLength(3);
    await whole.add('9');
    expect(whole.text()).toBe(`${before}${coming}9,\n`);
  });

  it('leaves alone what somebody has written into the file since', async () => {
    const edited = left(`${before}4,Юн\n`);
    await edited.add('9');
    expect(edited.text()).toBe(`${before}4,Юн\n9,\n`);
  });

  it('had not begun when its note is not whole', async () => {
    const early = left(before, { note: '2,' });
    await early.add('9');
    expect(early.text()).toBe(`${before}9,\n`);
    expect(early.files()).toEqual(['people.csv']);
  });

  it('is not touched while its process lives: the write is refused and may be tried again', async () => {
    const running = left(`${before}2,К`, { pid: process.ppid });
    expect(await rejection(running.add('9'))).toMatchObject({ code: 'file.changed', retry: true });
    expect(running.text()).toBe(`${before}2,К`);
  });

  it('keeps a second one from beginning', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'people.csv');
    writeFileSync(path, before);
    writeFileSync(join(folder, '.people.csv.appending'), '');
    expect(await rejection(append(path, Buffer.from(coming)))).toMatchObject({ code: 'EEXIST' });
    expect(readFileSync(path, 'utf8')).toBe(before);
  });
});

describe('the index of a file', () => {
  const cell = fc.stringMatching(/^[а-яa-z0-9" ,;\r\n]{0,6}$/);
  const rows = fc.array(fc.record({ name: cell, note: cell }), { maxLength: 30 });

  it.each<[string, Settings, string]>([
    ['people.csv', {}, '\n'],
    ['people.csv', { encoding: 'cp1251', separator: ';' }, '\r\n'],
    ['people.jsonl', {}, '\n'],
  ])('finds in %s what a look at every row finds, also rows added since: %j', async (name, settings, lineBreak) => {
    await fc.assert(
      fc.asyncProperty(rows, rows, async (standing, added) => {
        const folder = temporaryFolder();
        const path = join(folder, name);
        const all = [...standing, ...added].map((row, id) => ({ id: String(id), ...row }));
        const first = all.slice(0, standing.length);
        const csv = [['id', 'name', 'note'], ...first.map(Object.values)]
          .map((cells) => line(cells, settings))
          .join(lineBreak);
        const json = first.map((row) => `${JSON.stringify(row)}\n\n`).join('');
        writeFileSync(
          path,
          iconv.encode(name.endsWith('.csv') ? `${csv}${lineBreak}` : json, settings.encoding ?? 'utf-8'),
        );
        const { sink } = open(folder, name, settings);
        await answered(sink, name, all);
        const half = Math.floor(added.length / 2);
        for (const part of [all.slice(standing.length, standing.length + half), all.slice(standing.length + half)]) {
          await sink.write(
            part.map((values) => ({ operation: 'create', entity: name, values })),
            signal,
          );
        }
        const trimmed = (text: string) => (text === '' ? undefined : text);
        for (const [index, keys] of (await answered(sink, name, all)).entries()) {
          const wanted = all[index]?.name ?? '';
          const same = all.filter((row) => trimmed(row.name) === wanted).map((row) => row.id);
          expect(keys).toEqual(same);
        }
      }),
      { numRuns: 40 },
    );
  });
});

/** The keys of the rows that have the name of each of these. */
async function answered(sink: Sink, entity: string, rows: readonly { readonly name: string }[]) {
  const answers = await sink.find(
    entity,
    rows.map(({ name }) => ({ by: { name: { anyOf: [name] } } })),
    [],
    signal,
  );
  return answers.map((answer) => (answer.ok ? answer.rows.map(({ key }) => key) : answer.error.code));
}

function line(cells: readonly string[], { separator = ',' }: Settings): string {
  return cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(separator);
}
