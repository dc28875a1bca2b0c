import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runTest } from '../../engine/cases/run-test.ts';
import type { TestResult } from '../../engine/cases/run-test.ts';
import { updateTest } from '../../engine/cases/update-test.ts';
import { temporaryFolder } from '../support/folder.ts';
import { tableSystem } from '../support/table-connector.ts';

const { connector } = tableSystem('tables', []);
const registry = { connectorNames: () => ['tables'], loadConnector: async () => connector };

const pipeline = `
version: 1
name: test
connections: { tables: { connector: tables } }
flows:
  visits:
    source: { connection: tables }
    key: id
    map: { id: $string(id), name: name, phone: phone, items: items, city: city, age: '$age(birthday)' }
    targets:
      person:
        connection: tables
        entity: person
        fields: { NAME: name, PHONE: { value: phone, type: MOBILE } }
      visit:
        connection: tables
        entity: visit
        match: [{ name: id, by: { VISIT: id }, many: all }]
        fields:
          VISIT: id
          PERSON: $person.id
          CITY: { ref: cities, by: { NAME: city }, take: CODE, missing: skip }
          NOTE: { value: name, write: always }
        rows: { lines: 'items.{ "NAME": name }' }
`;

async function run(cases: string): Promise<{ readonly result: TestResult; readonly file: string }> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'test.yaml'), pipeline);
  const file = join(folder, 'test.test.yaml');
  writeFileSync(file, cases);
  return { result: await runTest(file, registry), file };
}

const differencesIn = ({ cases }: TestResult) =>
  cases.flatMap(({ differences }) =>
    differences.map(({ path, expected, actual }) => [
      path.slice(path.indexOf('expect') + 1).join('.'),
      expected,
      actual,
    ]),
  );

it('a target without a key of its own is made once, and found by the mark of its record', async () => {
  const { result } = await run(`
cases:
  - name: made, then there
    source: [{ id: 1, name: Илья, phone: "+79161234567" }, { id: 1, name: Илья, phone: "+79161234567" }]
    expect:
      - whole: changes
        changes:
          person: { create: { NAME: Илья, PHONE: [{ value: "+79161234567", type: MOBILE }] } }
          visit: { create: { VISIT: "1", PERSON: new:person, NOTE: Илья } }
      - changes: { person: { unchanged: true, row: new:person, rung: tag }, visit: unchanged }
`);
  expect([result.findings, differencesIn(result)]).toEqual([[], []]);
});

it('a rung that takes all rows has a list of changes, and a row that is not referred to ends its target', async () => {
  const { result } = await run(`
now: 2026-03-10T12:00:00+03:00
cases:
  - name: two rows
    source: { id: 1, city: Тверь, items: [{ name: Осмотр }], birthday: 1980-03-11 }
    target:
      tables:
        visit: [{ id: 5, VISIT: "1", NOTE: старое }, { id: 6, VISIT: "1", CITY: "69", lines: [{ NAME: Осмотр }] }]
        cities: [{ id: 1, NAME: Тверь, CODE: "69" }]
    expect:
      record: { age: 45 }
      changes:
        person: create
        visit:
          - { update: { CITY: "69", NOTE: }, row: "5", rows: { lines: [{ NAME: Осмотр }] } }
          - { update: { PERSON: new:person }, row: "6" }
  - name: no such city
    source: { id: 1, city: Псков }
    expect:
      changes: { person: none, visit: { skip: NO cities, log: [NO cities] } }
`);
  expect([result.findings, differencesIn(result)]).toEqual([[], [['changes.person', 'none', { create: {} }]]]);
});

it('a whole expectation tells every other field, list and skip, and a short one every write nobody named', async () => {
  const { result, file } = await run(`
cases:
  - name: whole
    source: { id: 1, name: Илья, items: [{ name: Осмотр }], city: Псков }
    expect: { whole: true, record: { id: "1" }, changes: { person: { create: {} } } }
  - name: short
    source: { id: 1, items: [{ name: Осмотр }] }
    expect: { changes: {} }
  - name: cleared is not the same as not sent
    source: { id: 1 }
    target: { tables: { visit: [{ id: 5, VISIT: "1", CITY: "69" }] } }
    expect: { changes: { person: create, visit: { update: { CITY: , NOTE: } } } }
`);
  expect(differencesIn(result)).toEqual([
    ['record.name', undefined, 'Илья'],
    ['record.items', undefined, [{ name: 'Осмотр' }]],
    ['record.city', undefined, 'Псков'],
    ['changes.person.create.NAME', undefined, 'Илья'],
    ['changes.visit', undefined, { skip: 'NO cities', log: ['NO cities'] }],
    ['changes.person', undefined, { create: {} }],
    [
      'changes.visit',
      undefined,
      { create: { VISIT: '1', PERSON: 'new:person' }, rows: { lines: [{ NAME: 'Осмотр' }] } },
    ],
    ['changes.visit.update.CITY', null, undefined],
    ['changes.visit.update.NOTE', null, undefined],
  ]);
  expect(updateTest(file, result.cases)).toEqual({ cases: 3, findings: [] });
  expect(readFileSync(file, 'utf8')).toContain('    expect: { changes: { person: create, visit: { update: { } } } }\n');
  expect(differencesIn(await runTest(file, registry))).toEqual([]);
});

it('an expectation behind an anchor is not rewritten, and that is said', async () => {
  const { result, file } = await run(`
cases:
  - name: one
    source: { id: 1 }
    expect: &first { record: { id: "2" } }
  - name: two
    source: { id: 1 }
    expect: *first
`);
  const text = readFileSync(file, 'utf8');
  const { cases, findings } = updateTest(file, result.cases);
  expect([cases, findings.map(({ code, where }) => [code, where?.line])]).toEqual([1, [['cases.not_rewritten', 6]]]);
  expect(readFileSync(file, 'utf8')).toBe(text.replace('"2"', '"1"'));
});
