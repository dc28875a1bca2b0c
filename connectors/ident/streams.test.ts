import { describe, expect, it } from 'vitest';
import type { Field, Row, Value } from '../../engine/index.ts';
import { all, always, openClinic, questionsOf } from './sandbox/clinic-for-test.ts';
import { tables } from './sandbox/schema.ts';
import { optionalColumns } from './stream.ts';
import type { Stream } from './stream.ts';
import { streams } from './streams.ts';

const signal = new AbortController().signal;
const named = streams.map((stream) => [stream.name, stream] as const);

/** Every column of the sandbox: `Persons.Phone`. */
const everyColumn = tables.flatMap((statement) => {
  const [, table = '', columns = ''] = /^CREATE TABLE dbo\.(\w+) \(([^]*)\)$/.exec(statement) ?? [];
  return columns.split(/,\s+(?![^(]*\))/).flatMap((column) => {
    const name = /^\[?(\w+)/.exec(column)?.[1];
    return name === undefined || table === '' ? [] : [`${table}.${name}`];
  });
});

const bare = (table: string, column: string): string => `${table.slice('dbo.'.length)}.${column}`;
const needed = (stream: Stream): readonly string[] =>
  Object.entries(stream.required).flatMap(([table, columns]) => columns.map((column) => bare(table, column)));
const welcome = (stream: Stream): readonly string[] =>
  [...optionalColumns(stream)].flatMap(([table, columns]) => Object.keys(columns).map((column) => bare(table, column)));

/** A stream with stamps is read by them, so that they are asked for. */
const windowOf = (stream: Stream) => (stream.stamps ? { window: always } : {});

async function readAs(
  { connect }: Awaited<ReturnType<typeof openClinic>>,
  stream: Stream,
  login: object = {},
): Promise<Row[]> {
  const source = connect(login).source?.({ stream: stream.name });
  const request = { mode: 'incremental', batch: 500, params: {}, signal, ...windowOf(stream) } as const;
  const first = await all(source?.read(request) ?? none());
  if (!stream.stamps) return first.rows;
  await all(source?.read({ ...request, ...(first.cursor && { cursor: first.cursor }) }) ?? none());
  return first.rows;
}

async function* none() {}

/** What of a value the description has not said. */
function undescribed(row: Row, fields: readonly Field[], path = ''): readonly string[] {
  const missing = fields.filter(({ name, optional }) => optional === false && row[name] === undefined);
  const unknown = Object.keys(row).filter((name) => !fields.some((field) => field.name === name));
  const wrong = fields.flatMap((field) => {
    const value = row[field.name];
    const at = `${path}${field.name}`;
    if (value === undefined) return [];
    if (!field.multiple) return wrongValue(value, field, at);
    return Array.isArray(value) ? value.flatMap((each: Value) => wrongValue(each, field, at)) : [`${at}: no list`];
  });
  return [...missing.map(({ name }) => `${path}${name} is missing`), ...unknown.map((name) => path + name), ...wrong];
}

function wrongValue(value: Value, field: Field, at: string): readonly string[] {
  if (field.type === 'json') return undescribed(value as Row, field.fields ?? [], `${at}.`);
  const kinds: Partial<Record<Field['type'], (given: Value) => boolean>> = {
    integer: Number.isSafeInteger,
    number: Number.isFinite,
    boolean: (given) => typeof given === 'boolean',
    datetime: (given) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/.test(String(given)),
    text: (given) => typeof given === 'string' && given.trim() !== '',
  };
  return kinds[field.type]?.(value) ? [] : [`${at}: ${JSON.stringify(value)}`];
}

describe.each(named)('the stream %s', (_name, stream) => {
  it('gives rows as it describes them, in the order of their ID, and the same rows by key', async () => {
    const clinic = await openClinic({}, stream.name);
    const rows = await readAs(clinic, stream);
    expect(rows.flatMap((row) => undescribed(row, stream.fields))).toEqual([]);
    const ids = rows.map((row) => Number(row['id']));
    expect(ids.length).toBeGreaterThan(1);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    expect(
      await clinic.source.fetch?.(
        ids.map((id) => ({ id })),
        signal,
      ),
    ).toEqual(expect.arrayContaining(rows));
  });

  it('19. asks in one round trip for the rows of a batch and in one for all they have several of', async () => {
    const { clinic, read, source } = await openClinic({ appointments: 60 }, stream.name);
    const whole = { mode: 'full', params: {}, signal } as const;
    const { rows } = await all(source.read({ ...whole, batch: 500 }));
    const collections = Object.keys(stream.around ?? {}).length;
    const batch = [1, ...(collections > 0 ? [collections] : [])];
    expect(questionsOf(clinic)).toEqual([welcome(stream).length > 0 ? 2 : 1, ...batch]);
    const before = clinic.journal.length;
    await all(stream.stamps ? read({ window: always, batch: 500 }) : source.read({ ...whole, batch: rows.length }));
    // The columns are known by then.
    expect(questionsOf(clinic, before)).toEqual([1, ...batch]);
  });

  it('reads no column it does not name', async () => {
    const known = new Set([...needed(stream), ...welcome(stream)]);
    const deny = everyColumn.filter((column) => !known.has(column));
    expect(deny.length).toBeGreaterThan(30);
    const clinic = await openClinic({
      appointments: 13,
      logins: [{ user: 'narrow', password: 'p', readOnly: true, deny }],
    });
    const rows = await readAs(clinic, stream, { user: 'narrow', password: 'p' });
    expect(rows).toEqual(await readAs(clinic, stream));
  });

  it('goes without what not every IDENT has, and check says what rows then lack', async () => {
    const deny = welcome(stream);
    const clinic = await openClinic({
      appointments: 60,
      logins: [{ user: 'poor', password: 'p', readOnly: true, deny }],
    });
    const rich = await readAs(clinic, stream);
    const poor = await readAs(clinic, stream, { user: 'poor', password: 'p' });
    expect(poor.length).toBeGreaterThan(0);
    expect(poor.map((row) => row['id'])).toEqual(rich.map((row) => row['id']));
    const uses = { sources: [{ stream: stream.name }], entities: [] };
    const results = await clinic.connect({ user: 'poor', password: 'p' }).check(uses, signal);
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    const warned = results.flatMap(({ what, error }) => {
      const columns = String(error?.parameters['columns'] ?? '').split(', ');
      return error ? columns.map((column) => `${what.en.replace('table dbo.', '')}.${column}`) : [];
    });
    expect(warned.sort()).toEqual([...deny].sort());
  });

  it('cannot go without what it needs, and check names each such column', async () => {
    const columns = needed(stream);
    const logins = columns.map((column) => ({ user: column, password: 'p', readOnly: true, deny: [column] }));
    const clinic = await openClinic({ appointments: 13, logins });
    const uses = { sources: [{ stream: stream.name }], entities: [] };
    for (const user of columns) {
      const login = { user, password: 'p' };
      await expect(readAs(clinic, stream, login)).rejects.toMatchObject({ kind: 'environment' });
      const results = await clinic.connect(login).check(uses, signal);
      const [table = '', column] = user.split('.');
      expect(results.filter(({ ok }) => !ok).map(({ error }) => error?.message)).toEqual([
        `the login sees no ${column} in table dbo.${table}`,
      ]);
    }
  }, 60_000);
});

describe('a stream without stamps', () => {
  it.each(['doctors', 'branches', 'services'])('%s says so when it is asked for a cursor', async (name) => {
    const { read } = await openClinic({ appointments: 3 }, name);
    await expect(all(read())).rejects.toThrow(`the stream ${name} has no stamps, so it is read whole each time`);
  });
});

it('pipe check asks for the tables of the streams that the pipeline reads, and no others', async () => {
  const { connection } = await openClinic({ appointments: 3 });
  const tablesOf = async (names: readonly string[]) => {
    const results = await connection.check({ sources: names.map((stream) => ({ stream })), entities: [] }, signal);
    return results.flatMap(({ what }) => (what.en.startsWith('table ') ? [what.en.slice('table dbo.'.length)] : []));
  };
  expect(await tablesOf(['branches'])).toEqual(['OwnCompanies']);
  expect(await tablesOf(['branches', 'services'])).toEqual([
    'OwnCompanies',
    'ServiceItems',
    'ServiceItemPrices',
    'ServiceItemContents',
    'ServiceFolders',
    'ServiceCategories',
  ]);
  expect(await tablesOf([])).toEqual([]);
});
