import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { diffText, keepRecords } from '../../engine/cli/render/diff.ts';
import { temporaryFolder } from '../support/folder.ts';
import { rehearse } from './rehearsal.ts';
import type { Rehearsal } from './rehearsal.ts';

const yaml = `version: 1
name: towns
connections:
  desk: { connector: file }
  base: { connector: sqlite, file: towns.db }
flows:
  regions:
    source: { connection: desk, file: regions.csv, key: [id] }
    key: id
    targets:
      regions: { connection: base, table: regions, key: [code], ddl: evolve, fields: { code: id, name: name } }
  towns:
    after: [regions]
    source: { connection: desk, file: towns.csv, key: [id] }
    key: id
    targets:
      towns:
        connection: base
        table: towns
        key: [id]
        ddl: evolve
        absent: delete
        within: $found.kind = "town"
        fields:
          id: id
          name: name
          kind: { const: town }
          region: { ref: regions, by: { code: region }, take: name, missing: skip }
`;

interface Stand {
  readonly rehearsal: Rehearsal;
  readonly plan: string;
  towns(text: string): void;
  sql(text: string): readonly unknown[];
}

async function stand(): Promise<Stand> {
  const folder = temporaryFolder();
  const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
  put('towns.yaml', yaml);
  put('regions.csv', 'id,name\n69,Тверская\n60,Псковская\n');
  put('towns.csv', 'id,name,region\n1,Тверь,69\n2,Псков,60\n3,Торжок,69\n4,Остров,60\n');
  const rehearsal = await rehearse(join(folder, 'towns.yaml'), {});
  return {
    rehearsal,
    plan: join(folder, 'plan.jsonl'),
    towns: (text) => put('towns.csv', `id,name,region\n${text}`),
    sql: (text) => {
      const db = new Sqlite(join(folder, 'towns.db'));
      const statement = db.prepare(text);
      const rows = statement.reader ? statement.all() : [statement.run().changes];
      db.close();
      return rows;
    },
  };
}

describe('a diff of tables', () => {
  it('takes from a table what an earlier flow is yet to put there', async () => {
    const { rehearsal, sql } = await stand();
    const { diff, records } = await rehearsal.diff();
    expect(diff.tables.map(({ entity }) => entity)).toEqual(['regions', 'towns']);
    const regions = records
      .flatMap(({ changes }) => changes.flatMap(({ fields }) => fields))
      .filter(({ name }) => name === 'region');
    expect(regions.map(({ after }) => after)).toEqual(['Тверская', 'Псковская', 'Тверская', 'Псковская']);
    await rehearsal.run();
    expect(sql('SELECT region FROM towns ORDER BY id')).toEqual(regions.map(({ after }) => ({ region: after })));
  });

  it('shows deletions first, and says how much more there is', async () => {
    const { rehearsal, towns } = await stand();
    await rehearsal.run();
    towns('1,Тверь,60\n2,Псков,60\n3,Торжок на Тверце,69\n');
    const { diff, records } = await rehearsal.diff();
    const kept = keepRecords(2);
    for (const record of records) kept.keep(record);
    expect(diffText(diff, kept, 'en', false).split('\n').slice(0, 10)).toEqual([
      'towns 4: no record any more',
      '  - towns 4',
      '      - name: Остров',
      '      - kind: town',
      '      - region: Псковская',
      'towns 1',
      '  ~ towns 1 by "key"',
      '      ~ region: Тверская → Псковская',
      '… and 1 more; `--json` has all of them',
      '',
    ]);
  });
});

describe('a plan of tables', () => {
  it('deletes what it said it would, and leaves alone and names what changed since', async () => {
    const { rehearsal, plan, towns, sql } = await stand();
    await rehearsal.run();
    towns('1,Тверь,60\n2,Псков,69\n');
    await rehearsal.diff({}, plan);
    sql(`UPDATE towns SET name = 'Остров на Великой' WHERE id = '4'`);
    sql(`UPDATE towns SET name = 'Плесков' WHERE id = '2'`);
    const result = await rehearsal.apply(plan);
    expect(result.exitCode).toBe(4);
    expect(result.left.map(({ key, row, error }) => [key, row, error.code])).toEqual([
      ['2', '2', 'run.changed_since'],
      ['4', '4', 'run.changed_since'],
    ]);
    expect(sql('SELECT id, name, region FROM towns ORDER BY id')).toEqual([
      { id: '1', name: 'Тверь', region: 'Псковская' },
      { id: '2', name: 'Плесков', region: 'Псковская' },
      { id: '4', name: 'Остров на Великой', region: 'Псковская' },
    ]);
  });

  it('does not do again what somebody has undone', async () => {
    const { rehearsal, plan, towns, sql } = await stand();
    await rehearsal.run();
    towns('1,Тверь,60\n2,Псков,60\n3,Торжок,69\n4,Остров,60\n');
    await rehearsal.diff({}, plan);
    expect(await rehearsal.apply(plan)).toMatchObject({ exitCode: 0, left: [] });
    sql(`UPDATE towns SET region = 'Тверская' WHERE id = '1'`);
    expect(await rehearsal.apply(plan)).toMatchObject({ exitCode: 4, left: [{ row: '1' }] });
    expect(sql(`SELECT region FROM towns WHERE id = '1'`)).toEqual([{ region: 'Тверская' }]);
  });
});
