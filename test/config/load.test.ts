import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderDiagnostic } from '../../engine/messages/code-frame.ts';
import { temporaryFolder } from '../support/folder.ts';
import { changed, environment, inOneLine, loadFiles, sound } from './fixture.ts';
import type { FixtureOptions } from './fixture.ts';

async function load(text: string, options?: FixtureOptions) {
  const folder = temporaryFolder();
  const { pipelines, findings } = await loadFiles(folder, { 'pipeline.yaml': text }, options);
  const [pipeline] = pipelines;
  if (!pipeline) throw new Error(findings.map((finding) => inOneLine(finding, folder)).join('\n'));
  return { pipeline, findings, lines: findings.map((finding) => inOneLine(finding, folder)) };
}

describe('a sound pipeline', () => {
  it('is read whole, defaults filled in', async () => {
    const { pipeline, lines } = await load(sound);
    expect(lines).toEqual([]);
    expect(pipeline).toMatchObject({
      name: 'sample',
      values: { filial: 1 },
      schedule: [],
      brakes: {},
      flows: [
        {
          name: 'visits',
          after: [],
          source: { connection: 'clinic', block: { stream: 'visits' }, batch: 500 },
          key: 'id',
          require: [],
          retry: { delaysMs: [30_000, 60_000, 300_000] },
          queue: { limit: 1000, keepMs: 604_800_000, whenFull: 'stop' },
          targets: [
            {
              name: 'deal',
              entity: 'deal',
              block: { entity: 'deal' },
              key: ['ID'],
              match: [
                { name: 'key', by: [{ field: 'ID', value: { kind: 'mapped' } }], refused: 'next', many: 'error' },
              ],
              missing: 'create',
              guards: [],
              fields: [
                {
                  field: 'ID',
                  write: 'notNull',
                  items: [{ value: { kind: 'expression', expression: { text: 'id' } } }],
                },
                { field: 'TITLE', write: 'notNull' },
              ],
              rows: [],
              absent: 'keep',
            },
          ],
        },
      ],
    });
    expect(pipeline.connections.get('clinic')?.settings).toEqual({
      server: 'localhost',
      timezone: 'Europe/Moscow',
      port: 1433,
    });
    expect(pipeline.connections.get('portal')?.settings).toEqual({ webhook: environment.WEBHOOK });
  });

  it('gives variables the type their key wants', async () => {
    const text = changed([
      'server: localhost',
      'server: "${env:HOST:-db}.local", port: "${env:PORT}", encrypt: "${env:TLS}"',
    ]);
    const { pipeline } = await load(text, { env: { ...environment, PORT: '1434', TLS: 'false' } });
    expect(pipeline.connections.get('clinic')?.settings).toMatchObject({
      server: 'db.local',
      port: 1434,
      encrypt: false,
    });
  });

  it('reads a secret from the file that NAME_FILE names', async () => {
    const folder = temporaryFolder();
    await loadFiles(folder, { webhook: '\uFEFFhttps://portal.example/rest/1/xyz/\r\n' }, { main: [] });
    const env = { ...environment, WEBHOOK: undefined, WEBHOOK_FILE: `${folder}/webhook` };
    const { pipeline, lines } = await load(sound, { env });
    expect(lines).toEqual([]);
    expect(pipeline.connections.get('portal')?.settings).toEqual({ webhook: 'https://portal.example/rest/1/xyz/' });
  });

  it('reads a secret from the vault where the environment has none, or one that is empty', async () => {
    const asked: string[] = [];
    const vault = (name: string) => {
      asked.push(name);
      return name === 'WEBHOOK' ? environment.WEBHOOK : undefined;
    };
    const { pipeline } = await load(sound, { env: { ...environment, WEBHOOK: '' }, vault });
    expect(pipeline.connections.get('portal')?.settings).toMatchObject({ webhook: environment.WEBHOOK });
    expect(asked).toEqual(['WEBHOOK']);
  });

  it('takes a variable that is set to nothing for one that is not set: a warning while nothing runs, an error then', async () => {
    const text = changed(['server: localhost', 'server: "${env:HOST}"']);
    const env = { ...environment, HOST: '' };
    const line = 'config.variable_missing: HOST has no value → set HOST in the environment or in .env';
    expect((await load(text, { env })).lines).toEqual([`6:40 error ${line}`]);
    expect((await load(text, { env, variables: 'optional' })).lines).toEqual([`6:40 warning ${line}`]);
    expect((await load(text, { variables: 'optional' })).lines).toEqual([`6:40 warning ${line}`]);
  });

  it('fills a variable that may be empty with nothing', async () => {
    const text = changed(['server: localhost', 'server: localhost, password: "${env:PASSWORD:-}"']);
    const { pipeline } = await load(text, { env: { ...environment, PASSWORD: '' } });
    expect(pipeline.connections.get('clinic')?.settings).toMatchObject({ password: '' });
  });

  it('takes a param from the flag before the environment before the default', async () => {
    const text = changed(['default: 1', 'default: 1, env: FILIAL']);
    const env = { ...environment, FILIAL: '2' };
    expect((await load(text)).pipeline.values).toEqual({ filial: 1 });
    expect((await load(text, { env })).pipeline.values).toEqual({ filial: 2 });
    expect((await load(text, { env, params: ['filial=3'] })).pipeline.values).toEqual({ filial: 3 });
  });

  it('takes batch and reach of a source from params', async () => {
    const text = changed(
      ['default: 1 }', 'default: 20 }\n  reach: { type: string, default: 3d }'],
      ['stream: visits', 'stream: visits, batch: $params.filial, cursor: { field: id, first: $params.reach }'],
    );
    const { pipeline } = await load(text);
    expect(pipeline.flows[0]?.source).toMatchObject({ batch: 20, window: { firstMs: 3 * 86_400_000 } });
  });

  it('takes the settings of --connection before those of the file, in their type', async () => {
    const connections = ['clinic.port=1500', 'clinic.proxy.host=gate'];
    const { pipeline, lines } = await load(sound, { connections });
    expect(lines).toEqual([]);
    expect(pipeline.connections.get('clinic')?.settings).toMatchObject({ port: 1500, proxy: { host: 'gate' } });
  });

  it('69. takes a setting of --connection before the environment, and asks for no variable in its place', async () => {
    const connections = ['portal.webhook=https://other.example/rest/1/xyz/'];
    const env = { BASE_URL: 'postgres://localhost' };
    const { pipeline, lines } = await load(sound, { env, connections });
    expect(lines).toEqual([]);
    expect(pipeline.connections.get('portal')?.settings).toEqual({ webhook: 'https://other.example/rest/1/xyz/' });
    const beside = await load(sound, { env: { ...env, WEBHOOK: 'https://portal.example/rest/1/abc/' }, connections });
    expect(beside.pipeline.connections.get('portal')?.settings).toEqual(pipeline.connections.get('portal')?.settings);
  });

  it('100. knows how long to wait for a connection, by the file or a flag; no connector sees it', async () => {
    const text = changed(['connector: clinic,', 'connector: clinic, waitFor: 60s,']);
    const clinic = async (connections: readonly string[] = []) => {
      const { pipeline, lines } = await load(text, { env: environment, connections });
      return { ...pipeline.connections.get('clinic'), lines };
    };
    expect(await clinic()).toMatchObject({ waitForMs: 60_000, lines: [] });
    expect((await clinic()).settings).not.toHaveProperty('waitFor');
    expect(await clinic(['clinic.waitFor=2m'])).toMatchObject({ waitForMs: 120_000, lines: [] });
    expect((await clinic(['clinic.waitFor=soon'])).lines).toHaveLength(1);
  });

  it('asks for the variables of the other settings all the same', async () => {
    const { lines } = await load(sound, { env: { BASE_URL: 'postgres://localhost' }, connections: ['portal.x=1'] });
    expect(lines.filter((line) => line.includes('config.secret_missing'))).toHaveLength(1);
  });

  it('asks for no variable of a connection that a sandbox replaces', async () => {
    const sandboxes = { portal: { webhook: 'http://127.0.0.1:8080/rest/1/x/' } };
    const { pipeline, lines } = await load(sound, { env: { BASE_URL: 'postgres://localhost' }, sandboxes });
    expect(lines).toEqual([]);
    expect(pipeline.connections.get('portal')?.settings).toEqual(sandboxes.portal);
  });

  it('puts flows in the order of execution: after first, else as they stand', async () => {
    const flow = (after: string) =>
      `  { source: { connection: clinic }, key: id, after: [${after}], targets: { deal: { connection: portal, entity: deal, fields: { ID: id } } } }\n`;
    const flows = `flows:\n  a:${flow('c')}  b:${flow('')}  c:${flow('d')}  d:${flow('')}`;
    const { pipeline } = await load(sound.replace(/flows:[^]*$/, flows));
    expect(pipeline.flows.map(({ name }) => name)).toEqual(['d', 'c', 'a', 'b']);
  });

  it('resolves merge keys, the own key first', async () => {
    const text = changed(
      ['    source: { connection', '    source: &from { connection'],
      ['    key: id\n', '    key: id\n    queue: &queue { limit: 5, keep: 1d }\n'],
    );
    const second = `  again:\n    source: { <<: *from, stream: patients }\n    key: id\n    queue: { <<: *queue, limit: 7 }\n    targets: { deal: { connection: portal, entity: deal, fields: { ID: id } } }\n`;
    const { pipeline, lines } = await load(text + second);
    expect(lines).toEqual([]);
    expect(pipeline.flows[1]).toMatchObject({
      source: { block: { stream: 'patients' } },
      queue: { limit: 7, keepMs: 86_400_000 },
    });
  });

  it('lays a file over the one it extends: maps merge, lists replace', async () => {
    const folder = temporaryFolder();
    const files = {
      'clinic-2.yaml':
        'extends: base.yaml\nname: clinic-2\nconnections: { clinic: { server: db2 } }\nflows: { visits: { require: [name] } }\n',
      'base.yaml': changed(['    key: id\n', '    key: id\n    require: [id]\n']),
    };
    const { pipelines, findings } = await loadFiles(folder, files);
    expect(findings).toEqual([]);
    expect(pipelines[0]).toMatchObject({ name: 'clinic-2', flows: [{ require: [{ field: 'name' }], key: 'id' }] });
    expect(pipelines[0]?.connections.get('clinic')?.settings).toMatchObject({
      server: 'db2',
      timezone: 'Europe/Moscow',
    });
  });

  it('keeps the data of tables: fields all, references, absent, within, ddl', async () => {
    const target = `connection: base
        table: deals
        ddl: evolve
        absent: { mark: deleted_at }
        within: $found.source = "pipe"
        key: [ID]
        fields: { "*": all, ID: id, city_id: { ref: cities, by: { name: name }, take: id, missing: skip } }
`;
    const { pipeline, lines } = await load(sound.replace(/connection: portal\n[^]*$/, target));
    expect(lines).toEqual([]);
    expect(pipeline.flows[0]?.targets[0]).toMatchObject({
      entity: 'deals',
      ddl: 'evolve',
      absent: { mark: 'deleted_at' },
      within: { text: '$found.source = "pipe"' },
      everyField: { write: 'always' },
      fields: [
        { field: 'ID', write: 'always' },
        { field: 'city_id', items: [], reference: { table: 'cities', take: 'id', missing: 'skip' } },
      ],
    });
  });

  it('reads rungs, guards, write policies and child rows', async () => {
    const target = `connection: portal
        entity: deal
        write: fill
        match:
          - { name: linked, by: link }
          - { name: open, by: { ID: id, STAGE: { empty: true }, KIND: { const: A } }, where: $found.OPEN, order: -DATE, many: newest }
        guard: [{ if: $found.LOCKED, keep: [TITLE], log: LOCKED }]
        fields: { ID: { value: id, write: create }, TITLE: { from: name, table: { 1: one }, otherwise: other } }
        rows: { items: { value: lines, write: always } }
`;
    const { pipeline, lines } = await load(sound.replace(/connection: portal\n {8}entity[^]*$/, target));
    expect(lines).toEqual([]);
    expect(pipeline.flows[0]?.targets[0]).toMatchObject({
      match: [
        { name: 'linked', by: [], byLink: true },
        {
          by: [
            { field: 'ID', value: { kind: 'expression', expression: { text: 'id' } } },
            { field: 'STAGE', value: { kind: 'empty' } },
            { field: 'KIND', value: { kind: 'expression', expression: { text: '"A"' } } },
          ],
          where: { text: '$found.OPEN' },
          order: [{ field: 'DATE', descending: true }],
          many: 'newest',
        },
      ],
      guards: [{ keep: ['TITLE'], log: 'LOCKED' }],
      fields: [
        { field: 'ID', write: 'create' },
        {
          field: 'TITLE',
          write: 'fill',
          items: [
            { value: { kind: 'table', table: new Map([['1', 'one']]), otherwise: { value: 'other', warn: false } } },
          ],
        },
      ],
      rows: [{ list: 'items', rows: { text: 'lines' }, write: 'always' }],
    });
  });

  it('reads schedule, brakes and sync log', async () => {
    const head = `schedule: [{ every: 2m, flows: [visits] }, { cron: "0 8 * * mon-fri", timezone: Europe/Moscow, mode: full }]
brakes: { creates: 500, updates: 30% }
syncLog: { connection: base, table: log }
flows:`;
    const { pipeline, lines } = await load(changed(['flows:', head]));
    expect(lines).toEqual([]);
    expect(pipeline).toMatchObject({
      schedule: [
        { on: 'time', everyMs: 120_000, mode: 'incremental', flows: ['visits'] },
        { on: 'cron', cron: '0 8 * * mon-fri', timezone: 'Europe/Moscow', mode: 'full' },
      ],
      brakes: { creates: { rows: 500 }, updates: { share: 0.3 } },
      syncLog: { connection: 'base', table: 'log' },
    });
  });

  it('reads a query out of its file', async () => {
    const folder = temporaryFolder();
    const files = {
      'pipeline.yaml': changed([
        'stream: visits',
        'query: { file: visits.sql }, cursor: { field: changed, first: 7d }',
      ]),
      'visits.sql': 'SELECT * FROM visits WHERE changed >= @since\n',
    };
    const { pipelines, findings } = await loadFiles(folder, files);
    expect(findings).toEqual([]);
    expect(pipelines[0]?.flows[0]?.source).toMatchObject({
      block: { query: 'SELECT * FROM visits WHERE changed >= @since\n' },
      window: { field: 'changed', firstMs: 604_800_000, overlapMs: 300_000, fullMs: 604_800_000 },
    });
  });
});

describe('places', () => {
  it.each([
    ['plain', '      name: name & surname', 'surname', 15, 20],
    ['in single quotes', `      name: '"it''s" & surname'`, 'surname', 15, 24],
    ['in double quotes', '      name: "\\"F\\" & surname"', 'surname', 15, 22],
    ['in a literal block', '      name: |\n        name\n          & surname', 'surname', 17, 13],
    ['in a folded block', '      name: >-\n        name\n        & surname', 'surname', 17, 11],
    ['after wide characters', `      name: '"😀ё" & surname'`, 'surname', 15, 21],
  ])('of an expression %s count code points of the file', async (_form, line, word, at, column) => {
    const { pipeline } = await load(changed(['      name: name', line]));
    const value = pipeline.flows[0]?.map?.get('name')?.value;
    if (value?.kind !== 'expression') throw new Error('no expression');
    const { expression } = value;
    const place = expression.place(expression.text.indexOf(word), word.length);
    expect(place).toMatchObject({ line: at, column, length: word.length });
  });

  it('of a part that an anchor gave are where its text stands', async () => {
    const text = changed(['version: 1', 'version: 1\ndescription: &d one'], ['key: [ID]', 'key: [*d]']);
    const { lines } = await load(text);
    expect(lines[0]).toMatch(/^2:17 error config.key_not_mapped/);
  });

  it('begin at the first character of a file with a byte order mark', async () => {
    const { lines } = await load(`\uFEFF${changed(['version: 1', 'version: 2'])}`);
    expect(lines).toEqual(['1:10 error config.wrong_value: "2" is not a value of "version" → write 1']);
  });
});

it('line ends of Windows change no place', async () => {
  const text = changed(['      name: name', '      name: "F" & name'], ['entity: deal', 'entity: dael']);
  const { lines } = await load(text);
  expect((await load(text.replaceAll('\n', '\r\n'))).lines).toEqual(lines);
  expect(lines.length).toBe(2);
});

it('an innocent quote does not make mistakes of what YAML reads well', async () => {
  const text = changed(
    ['version: 1', 'version: 1\ndescription: 5" disks, (all'],
    ['fields: {', 'fields: { # it"s (open\n         '],
  );
  expect((await load(text)).lines).toEqual([]);
});

it('ten mistakes of ten kinds are ten findings, each at its place', async () => {
  const text = changed(
    ['default: 1', 'default: one'],
    ['connector: sql', 'connector: slq'],
    ['stream: visits', 'stream: visits, batchsize: 50'],
    ['    key: id\n', '    key: uid\n    after: [vists]\n'],
    ['      id: id\n', '      id: id\n      sum: $sum(items.{ "x": price * count }.x) ? 1 : 2\n'],
    ['      name: name\n', '      name: "F" & name\n    guard: [{ if: $contains(name, "x"), skip: X }]\n'],
    ['entity: deal', 'entity: dael'],
    ['        key: [ID]', '        match: [{ name: id, by: { ID: } }]'],
  );
  const { lines } = await load(text);
  expect(lines.map((line) => line.split(': ')[0])).toEqual([
    '4:37 error config.param_not_of_type',
    '8:22 error config.unknown_connector',
    '11:51 error config.unknown_key',
    '12:10 error config.unknown_record_field',
    '13:13 error config.unknown_flow',
    '16:12 error config.colon_in_expression',
    '17:13 error config.leading_character',
    '18:19 error config.comma_in_expression',
    '22:17 error config.wrong_value',
    '23:35 error config.by_without_value',
  ]);
});

describe('secrets', () => {
  const canary = 'kanarienvogel';
  const forms = {
    'a literal': changed(['"${secret:WEBHOOK}"', `ftp://x/${canary}`]),
    'a literal on a line of its own': changed([
      '{ connector: sql, url: "${secret:BASE_URL}" }',
      `\n    connector: sql\n    url: ${canary}\n    urll: x`,
    ]),
    'a literal of an unknown connector': changed([
      'connector: crm, webhook: "${secret:WEBHOOK}"',
      `connector: crn, address: "${canary}"`,
    ]),
    'a default': changed(['"${secret:WEBHOOK}"', `"\${env:NONE:-${canary}}"`]),
    'a literal in a file YAML cannot read': changed(['"${secret:WEBHOOK}"', `"${canary}`]),
    'an expression-like literal': changed(['"${secret:WEBHOOK}"', `a, [${canary}: b`]),
    'an alias-like literal': changed(['"${secret:WEBHOOK}"', `*${canary}`]),
    'a misspelt block': changed(['connections:', 'conections:'], ['"${secret:WEBHOOK}"', `https://${canary}`]),
    'a misspelt key': changed(['webhook: "${secret:WEBHOOK}"', `webhok: https://${canary}`]),
  };

  it.each(Object.entries(forms))('%s is in no finding', async (_form, text) => {
    const { findings } = await loadFiles(temporaryFolder(), { 'pipeline.yaml': text });
    expect(findings.length).toBeGreaterThan(0);
    expect(JSON.stringify(findings)).not.toContain(canary);
    expect(findings.map((finding) => renderDiagnostic(finding, 'ru')).join('\n')).not.toContain(canary);
  });

  it('values of variables and flags are in no finding', async () => {
    const env = { ...environment, WEBHOOK: canary, PORT: canary };
    const text = changed(['server: localhost', 'server: localhost, port: "${env:PORT}"']);
    const { findings } = await load(text, { env, connections: [`clinic.encrypt=${canary}`, canary] });
    expect(findings.length).toBe(4);
    expect(JSON.stringify(findings)).not.toContain(canary);
  });
});

describe('whatever the text', () => {
  const marks = [
    ': ',
    ':',
    ' #',
    '\n',
    '\n  ',
    '\n    - ',
    '{',
    '}',
    '[',
    ']',
    ', ',
    '"',
    "'",
    '`',
    '|',
    '>',
    '%',
    '@',
    '?',
    '- ',
    '\t',
  ];
  const words = [
    'a',
    'name',
    'flows',
    '&a ',
    '*a',
    '!x ',
    '<<: ',
    '${env:',
    '${secret:X}',
    '---\n',
    'null',
    '1',
    '.5e9',
    '~',
  ];
  const units = ['é', '😀', '\uD800', '\u0000'];
  const pieces = fc.constantFrom(...marks, ...words, ...units);
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(pieces, { maxLength: 80 }).map((list) => list.join('')),
    fc
      .tuple(fc.nat(sound.length), fc.nat(40), fc.array(pieces, { maxLength: 8 }))
      .map(([start, length, list]) => sound.slice(0, start) + list.join('') + sound.slice(start + length)),
  );

  it('loading does not throw, and every place lies in the file', async () => {
    const folder = temporaryFolder();
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const { findings } = await loadFiles(folder, { 'pipeline.yaml': text });
        const written = readFileSync(`${folder}/pipeline.yaml`, 'utf8').split('\n');
        for (const { where } of findings) {
          expect(where?.line ?? 1).toBeLessThanOrEqual(written.length);
          expect(where?.column ?? 1).toBeLessThanOrEqual([...(written[(where?.line ?? 1) - 1] ?? '')].length + 1);
        }
      }),
      { numRuns: 300 },
    );
  });
});
