import { describe, expect, it } from 'vitest';
import type { EntityDescription, Question, Row } from '../../engine/connector.ts';
import { toPipeError } from '../../engine/errors.ts';
import type { TargetPlan } from '../../engine/plan/change.ts';
import type { OwnRows } from '../../engine/plan/match.ts';
import { noReferences } from '../../engine/plan/mapped-fields.ts';
import { planTarget } from '../../engine/plan/plan-target.ts';
import { fieldsOf, satisfies } from '../../engine/plan/question.ts';
import { compiled } from '../support/harness.ts';
import { tableSystem } from '../support/table-connector.ts';

const deal: EntityDescription = {
  entity: 'deal',
  id: 'ID',
  lists: [
    {
      name: 'products',
      fields: [
        { name: 'PRICE', type: 'number' },
        { name: 'NAME', type: 'text' },
      ],
    },
  ],
  fields: [
    { name: 'VISIT', type: 'text' },
    {
      name: 'STAGE',
      type: 'enum',
      options: [
        { id: 'NEW', text: 'Новая' },
        { id: 'WON', text: 'Успех' },
      ],
    },
    { name: 'CATEGORY', type: 'id' },
    { name: 'SUM', type: 'number' },
    { name: 'START', type: 'datetime' },
    { name: 'DAY', type: 'date' },
    { name: 'CREATED', type: 'datetime' },
    { name: 'PHONE', type: 'phones' },
    { name: 'TAGS', type: 'text', multiple: true },
    { name: 'NOTE', type: 'text' },
  ],
};
const tables = tableSystem('tables', [deal]);

interface Given {
  readonly record?: Row;
  /** Rows of the target; a row without ID gets its position. */
  readonly rows?: readonly Row[];
  /** Rows of earlier targets. */
  readonly earlier?: Readonly<Record<string, Row>>;
  readonly own?: OwnRows;
}

/** Plans one target written as the lines of its block; the questions it asked come with it. */
async function plan(block: string, given: Given = {}): Promise<TargetPlan & { readonly asked: readonly Question[] }> {
  const yaml = `
version: 1
name: test
params: { final: { type: list, default: [WON, LOSE] } }
connections: { tables: { connector: tables } }
flows:
  visits:
    source: { connection: tables }
    key: visit
    map: { visit: visit, stage: stage, sum: sum, phone: phone, note: note, tags: tags, items: items, start: start }
    targets:
      contact: { connection: tables, entity: deal, match: [{ name: any, by: { NOTE: note } }] }
      deal:
        connection: tables
        entity: deal
${block.replaceAll(/^/gm, '        ')}
`;
  const target = (await compiled(yaml, [tables.connector])).flows[0]?.targets[1];
  if (!target) throw new Error('no target');
  const fields = fieldsOf(deal);
  const rows = (given.rows ?? []).map((row, index) => ({ ID: String(index + 1), ...row }));
  const asked: Question[] = [];
  const record = { visit: 'V1', ...given.record };
  const context = {
    target,
    entity: { description: deal, fields },
    record: { key: 'V1', source: {}, record },
    references: noReferences,
    own: given.own ?? { links: [], owed: [] },
    variables: { params: { final: ['WON', 'LOSE'] }, run: {}, source: {}, ...given.earlier },
  };
  const planned = await planTarget(context, async (question) => {
    asked.push(question);
    return rows.filter((row) => satisfies(fields, question, row));
  });
  return { ...planned, asked };
}

const failure = async (planning: Promise<unknown>) => {
  const error = toPipeError(
    await planning.then(
      () => new Error('it did not fail'),
      (thrown: unknown) => thrown,
    ),
  );
  return [error.kind, error.code, error.parameters];
};

const byVisit = 'match: [{ name: visit, by: [VISIT] }]\nfields: { VISIT: visit, STAGE: stage, SUM: sum }';

describe('rungs', () => {
  it('ask for the value as mapped, and a row that is found is not created', async () => {
    const { rung, changes, asked } = await plan(byVisit, { rows: [{ VISIT: 'V1' }] });
    expect([rung, changes, asked]).toEqual([
      'visit',
      [{ operation: 'unchanged', key: '1' }],
      [{ by: { VISIT: { anyOf: ['V1'] } } }],
    ]);
  });

  it('go on to the next while they find nothing', async () => {
    const ladder =
      'match:\n  - { name: visit, by: [VISIT] }\n  - { name: phone, by: { PHONE: phone } }\nfields: { VISIT: visit }';
    const { rung, asked } = await plan(ladder, {
      record: { phone: '+79991234567' },
      rows: [{ PHONE: [{ id: '1', value: '89991234567' }] }],
    });
    expect([rung, asked.length]).toEqual(['phone', 2]);
  });

  it.each([
    ['nothing', {}],
    ['empty text', { phone: '' }],
    ['an empty list', { phone: [] }],
  ])('are skipped by %s: it never means "is empty"', async (_name, record) => {
    const { asked, changes } = await plan('match: [{ name: phone, by: { PHONE: phone } }]\nfields: { VISIT: visit }', {
      record,
      rows: [{ NOTE: 'no phone' }],
    });
    expect([asked, changes[0]?.operation]).toEqual([[], 'create']);
  });

  it('take a list as any of, and drop what is empty in it', async () => {
    const { asked } = await plan('match: [{ name: any, by: { NOTE: tags } }]\nfields: { VISIT: visit }', {
      record: { tags: ['a', '', 'b'] },
    });
    expect(asked).toEqual([{ by: { NOTE: { anyOf: ['a', 'b'] } } }]);
  });

  it('ask for what is empty only by { empty: true }', async () => {
    const link = 'match: [{ name: link, by: { SUM: sum, VISIT: { empty: true } } }]\nfields: { VISIT: visit }';
    const { asked, changes } = await plan(link, { record: { sum: 5 }, rows: [{ SUM: 5, VISIT: 'V9' }, { SUM: 5 }] });
    expect(asked).toEqual([{ by: { SUM: { anyOf: [5] }, VISIT: { empty: true } } }]);
    expect(changes).toMatchObject([{ operation: 'update', key: '2', values: { VISIT: 'V1' } }]);
  });

  it('ask for an option by its id, though the mapping says its text', async () => {
    const { asked } = await plan('match: [{ name: stage, by: { STAGE: stage } }]\nfields: { VISIT: visit }', {
      record: { stage: 'Успех' },
    });
    expect(asked).toEqual([{ by: { STAGE: { anyOf: ['WON'] } } }]);
  });

  it('refuse an object as a value to ask for', async () => {
    expect(
      await failure(
        plan('match: [{ name: odd, by: { NOTE: items } }]\nfields: { VISIT: visit }', { record: { items: { a: 1 } } }),
      ),
    ).toEqual(['data', 'plan.question_not_scalar', { rung: 'odd', target: 'deal', field: 'NOTE', kind: 'object' }]);
  });

  it('name their match for the log when it was not the first', async () => {
    const ladder =
      'match:\n  - { name: visit, by: [VISIT] }\n  - { name: АВТОПРИВЯЗКА, by: { SUM: sum } }\nfields: { VISIT: visit }';
    expect((await plan(ladder, { record: { sum: 5 }, rows: [{ SUM: 5 }] })).named).toEqual([
      { name: 'АВТОПРИВЯЗКА', rows: ['1'] },
    ]);
    expect((await plan(ladder, { record: { sum: 5 }, rows: [{ SUM: 5, VISIT: 'V1' }] })).named).toEqual([]);
  });
});

describe('where', () => {
  const guarded = (refused: string) =>
    `match:\n  - { name: visit, by: [VISIT], where: $found.STAGE = "NEW", refused: ${refused} }\n  - { name: sum, by: { SUM: sum } }\nfields: { VISIT: visit, SUM: sum }`;
  const given = {
    record: { sum: 5 },
    rows: [
      { VISIT: 'V1', STAGE: 'WON' },
      { SUM: 5, VISIT: 'V2' },
    ],
  };

  it('takes only rows for which it is true, and nothing is false', async () => {
    const { rung, row } = await plan(
      'match: [{ name: sum, by: { SUM: sum }, where: $found.STAGE = "NEW" }]\nfields: { SUM: sum }',
      {
        record: { sum: 5 },
        rows: [{ SUM: 5, STAGE: 'WON' }, { SUM: 5 }, { SUM: 5, STAGE: 'NEW' }],
      },
    );
    expect([rung, row?.['ID']]).toEqual(['sum', '3']);
  });

  it('that refuses every row falls to the next rung by default', async () => {
    expect((await plan(guarded('next'), given)).changes).toMatchObject([
      { operation: 'update', key: '2', values: { VISIT: 'V1' } },
    ]);
  });

  it('that refuses every row creates when the rung says so', async () => {
    const { changes, asked } = await plan(guarded('create'), given);
    expect([changes, asked.length]).toEqual([[{ operation: 'create', values: { VISIT: 'V1', SUM: 5 }, lists: [] }], 1]);
  });

  it('that refuses every row skips the target when the rung says so', async () => {
    const { changes, skip } = await plan(guarded('skip'), given);
    expect([changes, skip]).toEqual([[], 'visit']);
  });

  it('must be boolean', async () => {
    const text = 'match: [{ name: visit, by: [VISIT], where: $found.STAGE }]\nfields: { VISIT: visit }';
    const [kind] = await failure(plan(text, { rows: [{ VISIT: 'V1', STAGE: 'NEW' }] }));
    expect(kind).toBe('data');
  });
});

describe('several rows', () => {
  const rows = [
    { NOTE: 'n', CREATED: '2026-01-02T00:00:00+03:00' },
    { NOTE: 'n', CREATED: '2026-01-03T00:00:00+03:00', STAGE: 'WON' },
    { NOTE: 'n', CREATED: '2026-01-01T00:00:00+03:00' },
  ];
  const rung = (more: string) => `match: [{ name: note, by: { NOTE: note }, ${more} }]\nfields: { SUM: sum }`;
  const chosen = async (more: string) =>
    (await plan(rung(more), { record: { note: 'n', sum: 7 }, rows })).changes.map(
      (change) => 'key' in change && change.key,
    );

  it('are an error by default that names them', async () => {
    expect(await failure(plan(rung('where: true'), { record: { note: 'n' }, rows }))).toEqual([
      'data',
      'plan.many_rows',
      { rung: 'note', target: 'deal', count: 3, rows: '1, 2, 3' },
    ]);
  });

  it.each([
    ['the newest by key', 'many: newest', ['3']],
    ['the oldest by key', 'many: oldest', ['1']],
    ['the first in the order given', 'order: -CREATED, many: newest', ['2']],
    ['the first in the order given', 'order: CREATED, many: oldest', ['3']],
    ['a preferred one before a newer one', 'prefer: $found.STAGE = "WON", many: newest', ['2']],
    ['any when none is preferred', 'prefer: $found.STAGE = "LOSE", many: newest', ['3']],
    ['the first by the next key where one is equal', 'order: [NOTE, -CREATED], many: newest', ['2']],
    ['one with a value before one without', 'order: -STAGE, many: newest', ['2']],
    ['all of them', 'many: all', ['1', '2', '3']],
  ])('give %s', async (_name, more, expected) => {
    expect(await chosen(more)).toEqual(expected);
  });

  it('name themselves for the log', async () => {
    const { named } = await plan(rung('many: newest, warnMany: МНОЖЕСТВЕННЫЕ СДЕЛКИ'), { record: { note: 'n' }, rows });
    expect(named).toEqual([{ name: 'МНОЖЕСТВЕННЫЕ СДЕЛКИ', rows: ['3', '2', '1'], warn: true }]);
  });
});

describe('a missing row', () => {
  it('is created by default, as a place-holder that later targets can name', async () => {
    const { changes, row, created } = await plan(byVisit, { record: { sum: 5 } });
    expect([changes, created]).toEqual([[{ operation: 'create', values: { VISIT: 'V1', SUM: 5 }, lists: [] }], true]);
    expect(row).toEqual({ VISIT: 'V1', SUM: 5, ID: '\u0000new:deal:V1' });
  });

  it('is nothing with skip', async () => {
    expect(await plan(`${byVisit}\nmissing: skip`)).toMatchObject({ changes: [], created: false });
    expect((await plan(`${byVisit}\nmissing: skip`)).row).toBeUndefined();
  });

  it('is an error with error, and the record is tried again', async () => {
    expect(await failure(plan(`${byVisit}\nmissing: error`))).toEqual(['data', 'plan.missing_row', { target: 'deal' }]);
    await expect(plan(`${byVisit}\nmissing: error`)).rejects.toMatchObject({ retry: true });
  });

  it('is created though missing says skip when a rung says refused: create', async () => {
    const { changes } = await plan(
      'match: [{ name: visit, by: [VISIT], where: $found.STAGE = "NEW", refused: create }]\nmissing: skip\nfields: { VISIT: visit }',
      { rows: [{ VISIT: 'V1', STAGE: 'WON' }] },
    );
    expect(changes).toMatchObject([{ operation: 'create' }]);
  });
});

describe('a look-up', () => {
  it('gives the found row and writes nothing', async () => {
    const { changes, row, created } = await plan('match: [{ name: visit, by: { VISIT: visit } }]', {
      rows: [{ VISIT: 'V1', SUM: 5 }],
    });
    expect([changes, row, created]).toEqual([[], { ID: '1', VISIT: 'V1', SUM: 5 }, false]);
  });

  it('that finds nothing is nothing', async () => {
    expect(await plan('match: [{ name: visit, by: { VISIT: visit } }]')).toMatchObject({ changes: [], created: false });
  });

  it('can demand its row', async () => {
    expect(await failure(plan('match: [{ name: visit, by: { VISIT: visit } }]\nmissing: error'))).toEqual([
      'data',
      'plan.missing_row',
      { target: 'deal' },
    ]);
  });
});

describe('guards', () => {
  const guard = (text: string) => `${byVisit}\nguard:\n${text.replaceAll(/^/gm, '  ')}`;
  const found = { record: { stage: 'NEW', sum: 5 }, rows: [{ VISIT: 'V1', STAGE: 'WON', SUM: 1 }] };

  it('the first skip ends the target by name, and later targets see the found row', async () => {
    const { changes, skip, named, row } = await plan(
      guard('- { if: $found.STAGE = "WON", skip: IGNORE }\n- { if: true, skip: NEVER }'),
      found,
    );
    expect([changes, skip, named, row?.['SUM']]).toEqual([[], 'IGNORE', [{ name: 'IGNORE', rows: ['1'] }], 1]);
  });

  it('keep leaves fields as they are, keeps add up, and log names the record', async () => {
    const { changes, named } = await plan(
      guard('- { if: true, keep: [STAGE], log: PROTECTED }\n- { if: true, keep: [SUM] }'),
      found,
    );
    expect([changes, named]).toEqual([
      [{ operation: 'unchanged', key: '1', kept: ['STAGE', 'SUM'] }],
      [{ name: 'PROTECTED', rows: ['1'] }],
    ]);
  });

  it('only touches the named fields and no other', async () => {
    expect((await plan(guard('- { if: true, only: [STAGE] }'), found)).changes).toMatchObject([
      { values: { STAGE: 'NEW' } },
    ]);
    expect(
      (await plan(guard('- { if: true, only: [STAGE, SUM] }\n- { if: true, only: [SUM] }'), found)).changes,
    ).toMatchObject([{ values: { SUM: 5 } }]);
    const [narrowed] = (await plan(guard('- { if: true, only: [SUM] }\n- { if: true, only: [STAGE, SUM] }'), found))
      .changes;
    expect(narrowed).toMatchObject({ operation: 'update', values: { SUM: 5 }, kept: ['VISIT', 'STAGE'] });
  });

  it('hold on create too: skip ends it, keep has no effect there', async () => {
    expect(await plan(guard('- { if: sum = 5, skip: NO SUCH }'), { record: { sum: 5 } })).toMatchObject({
      changes: [],
      skip: 'NO SUCH',
    });
    expect((await plan(guard('- { if: true, keep: [SUM] }'), { record: { sum: 5 } })).changes).toMatchObject([
      { operation: 'create', values: { SUM: 5 } },
    ]);
  });

  it('see nothing in $found on create', async () => {
    expect(
      (await plan(guard('- { if: $exists($found.ID), skip: FOUND }'), { record: { sum: 5 } })).changes,
    ).toMatchObject([{ operation: 'create' }]);
  });
});

describe('write policies', () => {
  const field = (write: string) =>
    `match: [{ name: visit, by: { VISIT: visit } }]\nfields: { NOTE: { value: note, write: ${write} } }`;
  const values = async (write: string, note: Row, held: Row) => {
    const [change] = (await plan(field(write), { record: note, rows: [{ VISIT: 'V1', ...held }] })).changes;
    return change?.operation === 'update' ? change.values : change?.operation;
  };

  it.each([
    ['notNull', { note: 'b' }, { NOTE: 'a' }, { NOTE: 'b' }],
    ['notNull', {}, { NOTE: 'a' }, 'unchanged'],
    ['notNull', { note: '' }, { NOTE: 'a' }, 'unchanged'],
    ['always', {}, { NOTE: 'a' }, { NOTE: null }],
    ['always', {}, {}, 'unchanged'],
    ['always', { note: 'b' }, { NOTE: 'a' }, { NOTE: 'b' }],
    ['fill', { note: 'b' }, {}, { NOTE: 'b' }],
    ['fill', { note: 'b' }, { NOTE: '' }, { NOTE: 'b' }],
    ['fill', { note: 'b' }, { NOTE: 'a' }, 'unchanged'],
    ['create', { note: 'b' }, {}, 'unchanged'],
  ])('%s: mapped %j over %j sends %j', async (write, note, held, expected) => {
    expect(await values(write, note, held)).toEqual(expected);
  });

  it.each(['notNull', 'always', 'fill', 'create'])('%s is sent on create', async (write) => {
    expect((await plan(field(write), { record: { note: 'b' } })).changes).toMatchObject([
      { operation: 'create', values: { NOTE: 'b' } },
    ]);
  });

  it('add adds to a set what it lacks', async () => {
    const tags = 'match: [{ name: visit, by: { VISIT: visit } }]\nfields: { TAGS: { value: tags, write: add } }';
    expect(
      (await plan(tags, { record: { tags: ['b', 'c'] }, rows: [{ VISIT: 'V1', TAGS: ['a', 'b'] }] })).changes,
    ).toMatchObject([{ values: { TAGS: ['a', 'b', 'c'] } }]);
    expect((await plan(tags, { record: { tags: ['b'] }, rows: [{ VISIT: 'V1', TAGS: ['a', 'b'] }] })).changes).toEqual([
      { operation: 'unchanged', key: '1' },
    ]);
  });

  it('compare by type, so that unchanged means nothing is sent', async () => {
    const all =
      'match: [{ name: visit, by: [VISIT] }]\nfields: { VISIT: visit, STAGE: stage, SUM: sum, START: start, DAY: start, PHONE: [{ value: phone, type: MOBILE }] }';
    const record = { stage: 'Успех', sum: '1000', start: '2026-03-01T10:00:00+03:00', phone: '+79991234567' };
    const row = {
      VISIT: 'V1',
      STAGE: 'WON',
      SUM: 1000,
      START: '2026-03-01T07:00:00Z',
      DAY: '2026-03-01T03:00:00+03:00',
      PHONE: [{ id: '5', value: '8 999 123-45-67', type: 'WORK' }],
    };
    expect((await plan(all, { record, rows: [row] })).changes).toEqual([{ operation: 'unchanged', key: '1' }]);
  });
});

describe('child rows', () => {
  const list = (write: string) =>
    `match: [{ name: visit, by: { VISIT: visit } }]\nfields: { NOTE: note }\nrows: { products: ${write} }`;
  const lists = async (write: string, items: Row, held: Row | undefined) => {
    const [change] = (await plan(list(write), { record: items, ...(held && { rows: [{ VISIT: 'V1', ...held }] }) }))
      .changes;
    return change && 'lists' in change ? change.lists : change?.operation;
  };

  it('are sent whole when one differs, and not at all when none does', async () => {
    expect(
      await lists(
        'items',
        { items: [{ PRICE: 5, NAME: 'a' }] },
        { products: [{ PRICE: '5.00', NAME: 'a', ID: '77' }] },
      ),
    ).toBe('unchanged');
    expect(await lists('items', { items: [{ PRICE: 6, NAME: 'a' }] }, { products: [{ PRICE: 5, NAME: 'a' }] })).toEqual(
      [{ list: 'products', rows: [{ PRICE: 6, NAME: 'a' }] }],
    );
  });

  it('are a list though they are one row, and are cleared by an empty list', async () => {
    expect(await lists('items', { items: { PRICE: 5 } }, undefined)).toEqual([
      { list: 'products', rows: [{ PRICE: 5 }] },
    ]);
    expect(await lists('items', { items: [] }, { products: [{ PRICE: 5 }] })).toEqual([{ list: 'products', rows: [] }]);
  });

  it('are left alone by nothing', async () => {
    expect(await lists('items', {}, { products: [{ PRICE: 5 }] })).toBe('unchanged');
  });

  it.each([
    ['notNull', [], [{ products: [] }]],
    ['always', undefined, [{ products: [] }]],
    ['create', [{ PRICE: 6 }], 'unchanged'],
    ['fill', [{ PRICE: 6 }], 'unchanged'],
    ['add', [{ PRICE: 6 }, { PRICE: '5.00' }], [{ products: [{ PRICE: 5 }, { PRICE: 6 }] }]],
    ['add', [{ PRICE: '5.00' }], 'unchanged'],
    ['add', [{ PRICE: 5 }, { PRICE: 5 }], [{ products: [{ PRICE: 5 }, { PRICE: 5 }] }]],
    ['add', [], 'unchanged'],
  ] as const)('obey write: %s, mapped %j over one row', async (write, items, expected) => {
    const given = items === undefined ? {} : { items };
    const sent = await lists(`{ value: items, write: ${write} }`, given, { products: [{ PRICE: 5 }] });
    expect(typeof sent === 'string' ? sent : sent?.map((change) => ({ [change.list]: change.rows }))).toEqual(expected);
  });

  it.each(['create', 'fill'])('of write: %s are sent on create, and fill where there are none', async (write) => {
    const policy = `{ value: items, write: ${write} }`;
    const sent = [{ list: 'products', rows: [{ PRICE: 6 }] }];
    expect(await lists(policy, { items: [{ PRICE: 6 }] }, undefined)).toEqual(sent);
    const filled = await lists(policy, { items: [{ PRICE: 6 }] }, {});
    expect(filled).toEqual(write === 'fill' ? sent : 'unchanged');
  });

  it.each([
    ['keep: [products]', 'unchanged'],
    ['keep: [NOTE]', 'update'],
    ['only: [NOTE]', 'unchanged'],
    ['only: [products]', 'update'],
  ])('are left as they are where a guard says so: %s', async (effect, operation) => {
    const guarded = `${list('items')}\nguard: [{ if: true, ${effect} }]`;
    const { changes } = await plan(guarded, {
      record: { items: [{ PRICE: 6 }] },
      rows: [{ VISIT: 'V1', products: [{ PRICE: 5 }] }],
    });
    expect(changes.map((change) => change.operation)).toEqual([operation]);
  });

  it('must be rows', async () => {
    expect(await failure(plan(list('items'), { record: { items: 'text' } }))).toEqual([
      'data',
      'plan.rows_not_a_list',
      { target: 'deal', kind: 'text' },
    ]);
  });
});

describe('earlier targets', () => {
  it('are what expressions name, by static paths', async () => {
    const { asked, changes } = await plan(
      'match: [{ name: category, by: { CATEGORY: $contact.ID } }]\nfields: { CATEGORY: $contact.ID, NOTE: $contact.NOTE }',
      { earlier: { contact: { ID: '8', NOTE: 'x' } } },
    );
    expect([asked, changes]).toEqual([
      [{ by: { CATEGORY: { anyOf: ['8'] } } }],
      [{ operation: 'create', values: { CATEGORY: '8', NOTE: 'x' }, lists: [] }],
    ]);
  });
});
