import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import type { Cursor, ReadRequest, Row, Source, SourceBatch, Window } from '../../engine/index.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { testHost } from '../../test/support/host.ts';
import type { TestHost } from '../../test/support/host.ts';
import { collect, rejection } from '../../test/support/iterate.ts';
import { connect } from './connection.ts';

const noon = Date.parse('2026-03-10T12:00:00Z');
const window: Window = { field: 'changed', firstMs: 'all', overlapMs: 0, fullMs: 'all' };

describe('a CSV file', () => {
  it('gives rows of text, and nothing for an empty cell', async () => {
    const { source } = given('id,name,phone\n1,Орлова,\n2,"Ким, Пак",+79990000001\n,,\n\n');
    expect(await rowsOf(source)).toEqual([
      { id: '1', name: 'Орлова' },
      { id: '2', name: 'Ким, Пак', phone: '+79990000001' },
    ]);
  });

  it.each([
    ['a UTF-8 mark', Buffer.from('\uFEFFid;имя\r\n1;Ёлкина\r\n'), {}],
    ['cp1251', iconv.encode('id;имя\r\n1;Ёлкина\r\n', 'cp1251'), { encoding: 'cp1251' }],
  ])('is read with %s', async (_name, bytes, block) => {
    const { source } = given(bytes, { separator: ';', ...block });
    expect(await rowsOf(source)).toEqual([{ id: '1', имя: 'Ёлкина' }]);
  });

  it('has its cells apart by tabs when it is called .tsv', async () => {
    const { source } = given('id\tname\n1\tОрлова\n', { file: 'people.tsv' });
    expect(await rowsOf(source)).toEqual([{ id: '1', name: 'Орлова' }]);
  });

  it('keeps a column named __proto__ a column', async () => {
    const { source } = given('id,__proto__\n1,x\n');
    expect(Object.entries((await rowsOf(source))[0] ?? {})).toEqual([
      ['id', '1'],
      ['__proto__', 'x'],
    ]);
  });

  it('describes its columns and its key', async () => {
    const { source } = given('id,name\n', { key: ['id'] });
    expect(await source.describe(running())).toEqual({
      fields: [
        { name: 'id', type: 'text' },
        { name: 'name', type: 'text' },
      ],
      key: ['id'],
    });
  });

  it.each<readonly [string, string | Buffer, Block, string]>([
    ['an empty file', '', {}, 'people.csv has no first line with the names of the columns'],
    ['a column without a name', 'id,,name\n', {}, 'column 2 of people.csv has no name'],
    ['two columns of one name', 'id,name,name\n', {}, 'columns 2 and 3 of people.csv have the same name'],
    ['another separator', 'id;name\n1;2\n', {}, 'the first line of people.csv is one name and holds ";"'],
    ['a short line', 'id,name\n1,a\n2\n', {}, 'people.csv, line 3: 1 cells where the first line names 2 columns'],
    ['a stray quote', 'id,name\n1,a"b\n', {}, 'people.csv, line 2: the double quotes do not pair up'],
    ['a quote left open', 'id,name\n1,"ab\n2,c\n', {}, 'people.csv, line 3: the double quotes do not pair up'],
    [
      'cp1251 read as UTF-8',
      iconv.encode('id,name\n1,a\n2,Орлова\n', 'cp1251'),
      {},
      'people.csv, line 3: the text is not utf-8',
    ],
    [
      'UTF-8 read as cp1251',
      'id,name\n1,Орлова\n',
      { encoding: 'cp1251' },
      'people.csv, line 2: the text is not cp1251',
    ],
  ])('is refused for %s', async (_name, content, block, message) => {
    const { source } = given(content, block);
    expect(await rejection(rowsOf(source))).toMatchObject({ message });
  });

  it('gives the rows before a bad line first', async () => {
    const { source } = given('id,name\n1,a\n2,b\n3\n');
    const batches: SourceBatch[] = [];
    const reading = async (): Promise<void> => {
      for await (const batch of source.read(request({ batch: 1 }))) batches.push(batch);
    };
    expect(await rejection(reading())).toMatchObject({ code: 'file.cell_count' });
    expect(batches.map((batch) => batch.rows)).toEqual([[{ id: '1', name: 'a' }]]);
  });
});

describe('a file of JSON lines', () => {
  it('gives typed rows without nulls', async () => {
    const lines = ['{"id":1,"name":null,"tags":["a",null],"deep":{"x":null,"y":true}}', '', '{"id":9007199254740993}'];
    const { source } = given(lines.join('\r\n'), { file: 'people.jsonl' });
    expect(await rowsOf(source)).toEqual([{ id: 1, tags: ['a'], deep: { y: true } }, { id: '9007199254740993' }]);
  });

  it('keeps as text what is larger than any number of JavaScript', async () => {
    const { source } = given('{"id":1e400,"sum":[-1e400,1e3]}\n', { file: 'people.jsonl' });
    expect(await rowsOf(source)).toEqual([{ id: '1e400', sum: ['-1e400', 1000] }]);
  });

  it('names the line whose lists lie deeper in each other than can be followed', async () => {
    const { source } = given(`{"id":1}\n{"id":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n`, {
      file: 'people.jsonl',
    });
    expect(await rejection(rowsOf(source))).toMatchObject({ code: 'file.too_deep', parameters: { line: 2 } });
  });

  it('describes the types its rows have in common', async () => {
    const { source } = given('{"a":1,"b":1}\n{"a":1.5,"b":"x","c":true}\n{"d":[1],"e":"y"}\n', { file: 'a.ndjson' });
    const { fields } = await source.describe(running());
    expect(fields.map((field) => `${field.name} ${field.type}`)).toEqual([
      'a number',
      'b json',
      'c boolean',
      'd json',
      'e text',
    ]);
  });

  it.each([['[1]'], ['{"id":1},'], ['text']])('names the line that holds %s', async (line) => {
    const { source } = given(`{"id":1}\n${line}\n`, { file: 'people.jsonl' });
    expect(await rejection(rowsOf(source))).toMatchObject({
      message: 'people.jsonl, line 2: this is no JSON object',
    });
  });
});

describe('a file that cannot be read', () => {
  it('is named with the folder it was looked for in', async () => {
    const folder = temporaryFolder();
    const source = open(testHost(folder), { file: 'gone.csv' });
    expect(await rejection(rowsOf(source))).toMatchObject({
      code: 'file.not_found',
      kind: 'environment',
      parameters: { file: 'gone.csv', folder },
    });
  });

  it('is a folder', async () => {
    const folder = temporaryFolder();
    const source = open(testHost(folder), { file: '.', format: 'csv' });
    expect(await rejection(rowsOf(source))).toMatchObject({ message: 'the system answered EISDIR about .' });
  });

  it('has a name that does not tell its format', () => {
    const folder = temporaryFolder();
    expect(() => open(testHost(folder), { file: 'people.dat' })).toThrow(
      'the name people.dat does not tell whether the file is CSV or JSON lines',
    );
  });
});

describe('reading in windows', () => {
  const table = [
    'id,changed',
    '1,2026-03-10T11:00:00Z',
    '2,2026-03-10T09:00:00Z',
    '3,',
    '4,2026-03-10T14:00:00+03:00',
    '5,2027-01-01T00:00:00Z',
  ].join('\n');

  it('goes on where the last read ended, the last stamp included', async () => {
    const { source } = given(table);
    const [batch] = await collect(source.read(request({ window })));
    // 5 lies in the future: it must not carry the cursor away.
    expect(batch?.cursor).toEqual({ from: '2026-03-10T12:00:00.000Z' });
    expect(await idsAfter(source, { from: '2026-03-10T11:00:00.000Z' })).toEqual(['1', '3', '4', '5']);
  });

  it('begins earlier by the overlap', async () => {
    const { source } = given(table);
    const cursor = { from: '2026-03-10T11:00:00.000Z' };
    expect(await idsAfter(source, cursor, { overlapMs: 2 * 3_600_000 })).toEqual(['1', '2', '3', '4', '5']);
  });

  it('goes back as far as first without a cursor and as far as full in a full read', async () => {
    const { source } = given(table);
    const spans = { ...window, firstMs: 2 * 3_600_000, fullMs: 4 * 3_600_000 };
    expect(await ids(source.read(request({ window: spans })))).toEqual(['1', '3', '4', '5']);
    expect(await ids(source.read(request({ window: spans, mode: 'full' })))).toEqual(['1', '2', '3', '4', '5']);
  });

  it('takes bounds given by hand, the upper one excluded, and keeps no cursor', async () => {
    const { source } = given(table);
    const bounds = { since: '2026-03-10T09:00:00Z', until: '2026-03-10T11:00:00Z' };
    const batches = await collect(source.read(request({ window, ...bounds })));
    expect(batches).toEqual([{ rows: [{ id: '2', changed: '2026-03-10T09:00:00Z' }, { id: '3' }] }]);
  });

  it('refuses bounds where there is no cursor', async () => {
    const { source } = given(table);
    const reading = collect(source.read(request({ since: '2026-03-10' })));
    expect(await rejection(reading)).toMatchObject({ code: 'file.no_cursor' });
  });

  it('names the column of the cursor when the file has none, and repeats nothing of its first line', async () => {
    const { source } = given('id,name\n1,a\n');
    expect(await rejection(collect(source.read(request({ window }))))).toMatchObject({
      code: 'file.no_column',
      parameters: { file: 'people.csv', column: 'changed' },
    });
  });

  it('warns once of rows whose stamp cannot be read, and delivers them', async () => {
    const { source, host } = given('id,changed\n1,10.03.2026\n2,2026-03-10T09:00:00Z\n3,yesterday\n');
    expect(await idsAfter(source, { from: '2026-03-10T11:00:00.000Z' })).toEqual(['1', '3']);
    expect(host.warnings.map((warning) => warning.parameters)).toEqual([
      { file: 'people.csv', field: 'changed', rows: 2, line: 2 },
    ]);
  });

  it('rewinds and warns when the clock is behind the cursor', async () => {
    const { source, host } = given(table);
    expect(await idsAfter(source, { from: '2026-05-01T00:00:00.000Z' })).toEqual(['3', '5']);
    expect(host.warnings.map((warning) => warning.code)).toContain('file.clock_behind');
  });

  it('counts up numbers', async () => {
    const { source } = given('id,changed\n1,100\n2,99\n3,101\n');
    const [batch] = await collect(source.read(request({ window })));
    expect(batch?.cursor).toEqual({ from: 101 });
    expect(await idsAfter(source, { from: 100 })).toEqual(['1', '3']);
  });

  it('goes on in the middle of a file, and from its own lower bound when the file was changed since', async () => {
    const { source, path } = given(table);
    const [first] = await collect(source.read(request({ window, batch: 2, limit: 2 })));
    const cursor = first?.cursor ?? {};
    expect(await idsAfter(source, cursor)).toEqual(['3', '4', '5']);
    writeFileSync(path, `${table}\n6,2026-03-10T10:00:00Z\n`);
    expect(await idsAfter(source, cursor)).toEqual(['1', '2', '3', '4', '5', '6']);
  });
});

function given(content: string | Buffer, block: Block = {}): { source: Source; host: TestHost; path: string } {
  const folder = temporaryFolder();
  const host = testHost(folder, () => noon);
  const path = join(folder, block.file ?? 'people.csv');
  writeFileSync(path, content);
  return { source: open(host, { file: 'people.csv', ...block }), host, path };
}

type Block = Readonly<{ file?: string; separator?: string; encoding?: string; key?: readonly string[] }>;

function open(host: TestHost, block: Row): Source {
  const source = connect({}, host).source?.(block);
  if (source === undefined) throw new Error('file is a source');
  return source;
}

function running(): AbortSignal {
  return new AbortController().signal;
}

function request(changes: Partial<ReadRequest> = {}): ReadRequest {
  return { mode: 'incremental', batch: 100, params: {}, signal: running(), ...changes };
}

async function rowsOf(source: Source): Promise<readonly Row[]> {
  return (await collect(source.read(request()))).flatMap((batch) => batch.rows);
}

async function ids(batches: AsyncIterable<SourceBatch>): Promise<readonly unknown[]> {
  return (await collect(batches)).flatMap((batch) => batch.rows.map((row) => row['id']));
}

function idsAfter(source: Source, cursor: Cursor, spans: Partial<Window> = {}): Promise<readonly unknown[]> {
  return ids(source.read(request({ cursor, window: { ...window, ...spans } })));
}
