import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { loadPipeline } from '../../../engine/config/load.ts';
import { place } from '../../cli/pipe.ts';
import { shapeErrors } from '../../cli/shape.ts';

vi.setConfig({ testTimeout: 180_000 });

const folder = resolve(import.meta.dirname, '../../../pipelines');
const shipped = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'));

const peopleYaml = `version: 1
name: people
description: People of a file become rows | deals.
connections:
  desk: { connector: file }
  base: { connector: sqlite, file: base.db }
  portal: { connector: bitrix24, webhook: "\${secret:WEBHOOK}" }
schedule: [{ every: 90m }, { cron: "0 8 * * *", mode: full, flows: [people] }]
brakes: { deletes: 5% }
flows:
  people:
    source: { connection: desk, file: people.csv, cursor: { field: changed, first: all, overlap: 2h } }
    key: id
    map:
      id: id
      name: $trim(name)
      stage: { from: status, table: { new: NEW }, otherwise: WON }
    require: [name]
    guard: [{ if: stage = "WON", skip: DONE }]
    targets:
      deal:
        connection: portal
        entity: deal
        match: [{ name: id, by: { ORIGIN_ID: id }, where: '$found.CLOSED = "N"', many: newest, order: -ID }]
      row:
        connection: base
        table: people
        key: [id]
        ddl: evolve
        guard: [{ if: stage = "NEW", keep: [name] }]
        fields: { id: id, name: { value: name, field: { type: text, title: Имя }, write: fill }, stage: stage }
        absent: { mark: gone_at }
`;

const peopleCsv = 'id,name,status,changed\n1,Кедров Илья,new,2026-03-01T10:00:00\n';

const withoutTables = `# people

People of a file become rows | deals.

\`\`\`mermaid
flowchart LR
  c0[("desk<br>file")]
  c1[("base<br>sqlite")]
  c2[("portal<br>bitrix24")]
  f0["people"]
  c0 --> f0
  f0 -.->|"deal"| c2
  f0 -->|"row"| c1
\`\`\`

## Schedule

- every 90m
- \`0 8 * * *\`: \`people\`, read as far back as \`cursor.full\` says

A run stops before it writes where it would

- delete more than 5 % of the rows looked at

## Variables

| variable | what it sets | without it |
| --- | --- | --- |
| \`WEBHOOK\` | portal.webhook: Address of an inbound webhook, https://\\<portal>/rest/\\<user>/\\<secret>/, with or without the last slash (a secret) | must be set |

## Flow \`people\`

Reads \`file: people.csv\` from **desk**, changes by \`changed\`: the first run goes back \`all\`, each run reads again \`2h\`.

### Record

| field | value |
| --- | --- |
| \`id\` | \`id\` |
| \`name\` | \`$trim(name)\` |
| \`stage\` | \`status\`: \`new\` → \`NEW\`, … → \`WON\` |

Key: \`id\`.

Rejected without \`name\`.

Ends by name, before any target

- \`stage = "WON"\` → **DONE**

### Target \`deal\`: \`deal\` from **portal** (only looked up)

Found by

1. **id**: \`ORIGIN_ID\` = \`id\`; where \`$found.CLOSED = "N"\`; in the order of \`-ID\`; several: newest

No row: nothing is done.

### Target \`row\`: \`people\` from **base**

Found by

1. **key**: \`id\` as mapped below

No row: it is created.

- \`stage = "NEW"\` → keep \`name\`

| field | value | written |
| --- | --- | --- |
| \`id\` | \`id\` |  |
| \`name\` | \`name\` | only where empty; made by \`pipe provision\`: \`text\` |
| \`stage\` | \`stage\` |  |

Rows whose record is gone get the time in \`gone_at\`.
`;

describe('pipe docs', () => {
  it('describes a pipeline whole, without one of its variables', async () => {
    const { pipe } = place({ 'people.yaml': peopleYaml });
    expect(await pipe(['docs', 'people.yaml'])).toEqual({ exit: 0, stdout: withoutTables, stderr: '' });
    const russian = await pipe(['docs', 'people.yaml', '--lang', 'ru', '--json'], {
      WEBHOOK: 'https://x.example/rest/1/s/',
    });
    expect([shapeErrors('docs', russian.stdout), russian.stdout]).toEqual([
      [],
      expect.not.stringContaining('x.example'),
    ]);
    expect(JSON.parse(russian.stdout).markdown).toContain('\n### Цель `deal`: `deal` из **portal** (только поиск)\n');
  });

  it.each(shipped)('names every field, expression and rung of %s, and is the same on any machine', async (name) => {
    const file = join(folder, name);
    const { pipe, path } = place();
    const { stdout } = await pipe(['docs', file]);
    const env = { SYNC_LEADS: 'true', FIRST_SYNC: '2d', SYNC_INTERVAL: '7m', SYNC_INTERVAL_MINUTES: '7' };
    await pipe(['docs', file, '--output', 'again.md'], env);
    expect(readFileSync(path('again.md'), 'utf8')).toBe(stdout);
    const { pipeline } = await loadPipeline(file, { env: {}, variables: 'optional' });
    const told = (pipeline?.flows ?? []).flatMap((flow) => [
      ...[...(flow.map?.values() ?? [])].flatMap((entry) => [
        entry.name,
        entry.value.kind === 'expression' ? entry.value.expression.text : '',
      ]),
      ...flow.targets.flatMap(({ fields = [], match, guards }) => [
        ...fields.map(({ field }) => field),
        ...match.map((rung) => rung.name),
        ...guards.map((guard) => guard.if.text),
      ]),
    ]);
    expect(told.length).toBeGreaterThan(5);
    const words = stdout.replaceAll('\\|', '|');
    expect(told.filter((text) => !words.includes(text.replaceAll(/\s+/g, ' ').trim()))).toEqual([]);
  });

  it('T108: every table and column of a target data base, with type, comment, sample and what feeds it', async () => {
    const { pipe } = place({ 'people.yaml': peopleYaml, 'people.csv': peopleCsv });
    const before = await pipe(['docs', 'people.yaml', '--tables']);
    expect(before.stdout.slice(withoutTables.length)).toBe(
      '\n## Tables\n\n### `people` from **base**\n\nIt is not there yet: the first run makes it.\n',
    );
    const env = { WEBHOOK: 'http://127.0.0.1:1/rest/1/s/' };
    const alone = peopleYaml.replace(/ {6}deal:\n(?: {8}.*\n)+/, '');
    const base = place({ 'people.yaml': alone, 'people.csv': peopleCsv });
    expect((await base.pipe(['run', 'people.yaml'], env)).exit).toBe(0);
    const [first, again] = [
      await base.pipe(['docs', 'people.yaml', '--tables']),
      await base.pipe(['docs', 'people.yaml', '--tables']),
    ];
    expect(again).toEqual(first);
    expect(first.stdout.slice(first.stdout.indexOf('## Tables'))).toBe(`## Tables

### \`people\` from **base**

| column | type | comment | sample | fed by |
| --- | --- | --- | --- | --- |
| \`id\` | text |  | \`1\` | \`people.row\`: \`id\` |
| \`name\` | text |  | \`К**** И****\` | \`people.row\`: \`name\` |
| \`stage\` | text |  | \`NEW\` | \`people.row\`: \`stage\` |
| \`gone_at\` | datetime |  |  | \`people.row\`: absent |
`);
    const revealed = await base.pipe(['docs', 'people.yaml', '--tables', '--reveal']);
    expect(revealed.stdout).toContain('| `Кедров Илья` |');
  });
});
