import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import type { Connection, Outcome, Sink, Write, WriteValues } from '../../engine/index.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { testHost } from '../../test/support/host.ts';
import { rejection } from '../../test/support/iterate.ts';
import type { Settings } from './config.ts';
import { connect } from './connection.ts';

const signal = new AbortController().signal;

describe('a new file', () => {
  it('is described by its key alone and holds nothing', async () => {
    const { sink } = given();
    expect(await sink.describe('people.csv', signal)).toEqual({
      entity: 'people.csv',
      fields: [{ name: 'id', type: 'text' }],
      openFields: true,
      id: 'id',
      lists: [],
    });
    expect(await sink.find('people.csv', [{ by: { id: { anyOf: ['1'] } } }], ['id'], signal)).toEqual([
      { ok: true, rows: [] },
    ]);
  });

  it('begins with its key and takes columns as the rows bring them', async () => {
    const { sink, text } = given();
    await sink.write([create({ name: 'Орлова', id: 7 }), create({ id: '8', vip: true, tags: ['a'] })], signal);
    expect(text()).toBe('id,name,vip,tags\n7,Орлова,,\n8,,true,"[""a""]"\n');
  });

  it('suits Excel in Russia with a mark and semicolons', async () => {
    const { sink, text } = given({ bom: true, separator: ';' });
    await sink.write([create({ id: '1', note: 'a;b\nc' })], signal);
    expect(text()).toBe('\uFEFFid;note\n1;"a;b\nc"\n');
  });

  it('chooses a key for a row that brings none', async () => {
    const { sink, text } = given();
    const [outcome] = await sink.write([create({ name: 'Орлова' })], signal);
    const key = outcome?.ok ? outcome.key : '';
    expect(key).toMatch(/^[0-9a-f-]{36}$/);
    expect(text()).toBe(`id,name\n${key},Орлова\n`);
  });

  it('keeps types in JSON lines', async () => {
    const { sink, text } = given({}, 'people.jsonl');
    await sink.write([create({ id: 1, vip: true, deep: { a: [1] } }, 'people.jsonl')], signal);
    expect(text()).toBe('{"id":1,"vip":true,"deep":{"a":[1]}}\n');
  });

  it('needs its folder to be there', async () => {
    const { sink } = given({ folder: 'gone' });
    expect(await rejection(sink.write([create({ id: '1' })], signal))).toMatchObject({ code: 'file.no_folder' });
  });
});

describe('a file that stands', () => {
  it('gets rows at its end, whether or not its last line is ended', async () => {
    const { sink, text } = given({}, 'people.csv', 'id,name\r\n1,Орлова');
    await sink.write([create({ id: '2', name: 'Ким' })], signal);
    expect(text()).toBe('id,name\r\n1,Орлова\r\n2,Ким\r\n');
  });

  it('gets a new column in its first line', async () => {
    const { sink, text } = given({}, 'people.csv', '\uFEFFid,name\n1,Орлова\n');
    await sink.write([create({ id: '2', phone: '+79990000001' })], signal);
    expect(text()).toBe('\uFEFFid,name,phone\n1,Орлова,\n2,,+79990000001\n');
  });

  it('changes only the fields a write names, and clears with null', async () => {
    const { sink, text } = given({}, 'people.csv', 'id,name,phone\n1,Орлова,5\n2,Ким,6\n');
    expect(await sink.write([update('1', { name: 'Юрьева' }), update('2', { phone: null })], signal)).toEqual([
      { ok: true, key: '1' },
      { ok: true, key: '2' },
    ]);
    expect(text()).toBe('id,name,phone\n1,Юрьева,5\n2,Ким,\n');
  });

  it('keeps the lines of JSON it does not change as they stand', async () => {
    const lines = '{ "id": "1", "x": null }\n{"id":"2","x":1,"y":2}\n{"id":"3"}\n';
    const { sink, text } = given({}, 'people.jsonl', lines);
    await sink.write(
      [update('2', { x: null, z: 3 }, 'people.jsonl'), { operation: 'delete', entity: 'people.jsonl', key: '3' }],
      signal,
    );
    expect(text()).toBe('{ "id": "1", "x": null }\n{"id":"2","y":2,"z":3}\n');
  });

  it('sees within one call what the writes before did', async () => {
    const { sink, text } = given({}, 'people.csv', 'id,name\n1,a\n');
    const outcomes = await sink.write(
      [
        { operation: 'delete', entity: 'people.csv', key: '1' },
        update('1', { name: 'b' }),
        create({ id: '1', name: 'c' }),
        update('1', { name: 'd' }),
        create({ id: '1', name: 'e' }),
      ],
      signal,
    );
    expect(outcomes.map(codeOf)).toEqual(['ok', 'file.no_row', 'ok', 'ok', 'file.key_taken']);
    expect(text()).toBe('id,name\n1,d\n');
  });

  it('refuses a single write and makes the others', async () => {
    const { sink, text } = given({}, 'people.csv', 'id,name\n1,a\n2,b\n2,c\n');
    const outcomes = await sink.write(
      [
        update('2', { name: 'x' }),
        update('1', { id: '9' }),
        { operation: 'rows', entity: 'people.csv', key: '1', list: 'products', rows: [] },
        update('1', { id: '1', name: 'y' }),
      ],
      signal,
    );
    expect(outcomes.map(codeOf)).toEqual(['file.key_twice', 'file.key_changed', 'file.no_lists', 'ok']);
    expect(text()).toBe('id,name\n1,y\n2,b\n2,c\n');
  });

  it('refuses the character its encoding does not have, and that record alone', async () => {
    const { sink, path } = given({ encoding: 'cp1251' });
    const outcomes = await sink.write([create({ id: '1', name: '🦷' }), create({ id: '2', name: 'Ёж №2' })], signal);
    expect(outcomes.map(codeOf)).toEqual(['file.not_encodable', 'ok']);
    expect(iconv.decode(readFileSync(path), 'cp1251')).toBe('id,name\n2,Ёж №2\n');
  });

  it('is named when it has no column for the key', async () => {
    const { sink } = given({ key: 'code' }, 'people.csv', 'id,name\n');
    expect(await rejection(sink.describe('people.csv', signal))).toMatchObject({
      code: 'file.no_key_column',
      parameters: { file: 'people.csv', column: 'code' },
    });
    expect(await rejection(sink.write([create({ code: '1' })], signal))).toMatchObject({ code: 'file.no_key_column' });
  });

  it('stays the file a link points to', async () => {
    const { sink, folder } = given({}, 'people.csv', 'id\n1\n');
    symlinkSync('people.csv', join(folder, 'link.csv'));
    await sink.write([create({ id: '2' }, 'link.csv')], signal);
    expect(readFileSync(join(folder, 'people.csv'), 'utf8')).toBe('id\n1\n2\n');
    expect(readdirSync(folder).sort()).toEqual(['link.csv', 'people.csv']);
  });

  it('stays as it was when a write to it fails, with nothing beside it', async () => {
    const { sink, text, folder } = given({}, 'people.csv', 'id,name\n1,a\n2\n');
    expect(await rejection(sink.write([create({ id: '3' })], signal))).toMatchObject({ code: 'file.cell_count' });
    expect(text()).toBe('id,name\n1,a\n2\n');
    expect(readdirSync(folder)).toEqual(['people.csv']);
  });

  it('takes every write of calls that overlap', async () => {
    const { sink, text } = given();
    const ids = Array.from({ length: 20 }, (_, index) => String(index));
    await Promise.all(ids.map((id) => sink.write([create({ id })], signal)));
    expect(text()).toBe(['id', ...ids, ''].join('\n'));
  });
});

describe('several files in one call', () => {
  it('have their outcomes in the order of the writes', async () => {
    const { sink, folder } = given();
    const outcomes = await sink.write(
      [create({ id: '1' }, 'a.csv'), create({ id: '2' }, 'b.csv'), create({ id: '1' }, 'a.csv')],
      signal,
    );
    expect(outcomes.map(codeOf)).toEqual(['ok', 'ok', 'file.key_taken']);
    expect(readFileSync(join(folder, 'b.csv'), 'utf8')).toBe('id\n2\n');
  });

  it('are reported one by one when a later one cannot be written', async () => {
    const { sink, folder } = given();
    mkdirSync(join(folder, 'b.csv'));
    const outcomes = await sink.write([create({ id: '1' }, 'a.csv'), create({ id: '2' }, 'b.csv')], signal);
    expect(outcomes.map(codeOf)).toEqual(['ok', 'file.system']);
    expect(outcomes[1]).toMatchObject({ ok: false, applied: 'no' });
  });
});

describe('find', () => {
  const table = 'id,name,phone\n1,Орлова,5\n2,Ким,\n3,Ким,7\n,Пак,8\n';

  it('answers each question with the rows that satisfy all of it', async () => {
    const { sink } = given({}, 'people.csv', table);
    const answers = await sink.find(
      'people.csv',
      [
        { by: { name: { anyOf: ['Ким', 'Орлова'] }, phone: { anyOf: [7, 5] } } },
        { by: { name: { anyOf: ['Ким'] }, phone: { empty: true } } },
        { by: { gone: { empty: true }, id: { anyOf: ['2'] } } },
        { by: { phone: { anyOf: ['9'] } } },
      ],
      ['phone', 'gone'],
      signal,
    );
    expect(answers).toEqual([
      {
        ok: true,
        rows: [
          { key: '1', values: { phone: '5' } },
          { key: '3', values: { phone: '7' } },
        ],
      },
      { ok: true, rows: [{ key: '2', values: {} }] },
      { ok: true, rows: [{ key: '2', values: {} }] },
      { ok: true, rows: [] },
    ]);
  });

  it('does not pass over a row without a key', async () => {
    const { sink } = given({}, 'people.csv', table);
    const [answer] = await sink.find('people.csv', [{ by: { name: { anyOf: ['Пак'] } } }], [], signal);
    expect(answer).toMatchObject({ ok: false, error: { code: 'file.no_key', parameters: { line: 5 } } });
  });
});

describe('check', () => {
  it('says of each file whether it can be read or written', async () => {
    const { connection, folder } = given({}, 'people.csv', 'id,name\n');
    const uses = {
      sources: [{ file: 'people.csv' }, { file: 'gone.csv' }],
      entities: ['people.csv', 'new.csv', 'gone/new.csv'].map((entity) => ({ entity, fields: [] })),
    };
    const results = await connection.check(uses, signal);
    expect(results.map(({ what, fact, error }) => [what.en, fact.en, error?.message.replaceAll(folder, '…')])).toEqual([
      ['file people.csv', 'it can be read and has 2 columns', undefined],
      ['file gone.csv', 'cannot be read', 'there is no file gone.csv in …'],
      ['file people.csv', 'it and its folder can be written to', undefined],
      ['file new.csv', 'it is not there yet; its folder can be written to', undefined],
      ['file gone/new.csv', 'cannot be written to', 'there is no folder …/gone to write gone/new.csv into'],
    ]);
    expect(results.map(({ what, ok, fact }) => [what.ru, ok, fact.ru])).toEqual([
      ['файл people.csv', true, 'читается, столбцов: 2'],
      ['файл gone.csv', false, 'не читается'],
      ['файл people.csv', true, 'в него и в его папку можно писать'],
      ['файл new.csv', true, 'его пока нет; в его папку можно писать'],
      ['файл gone/new.csv', false, 'в него нельзя писать'],
    ]);
  });
});

interface Given {
  readonly connection: Connection;
  readonly sink: Sink;
  readonly folder: string;
  readonly path: string;
  text(): string;
}

function given(settings: Settings = {}, name = 'people.csv', content?: string): Given {
  const folder = temporaryFolder();
  const path = join(folder, name);
  if (content !== undefined) writeFileSync(path, content);
  const connection = connect(settings, testHost(folder));
  const sink = connection.sink?.({ file: name });
  if (sink === undefined) throw new Error('file is a sink');
  return { connection, sink, folder, path, text: () => readFileSync(path, 'utf8') };
}

function create(values: WriteValues, entity = 'people.csv'): Write {
  return { operation: 'create', entity, values };
}

function update(key: string, values: WriteValues, entity = 'people.csv'): Write {
  return { operation: 'update', entity, key, values };
}

function codeOf(outcome: Outcome): string {
  return outcome.ok ? 'ok' : outcome.error.code;
}
