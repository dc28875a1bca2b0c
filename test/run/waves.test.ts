import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer, Connector, Question } from '../../engine/connector.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { entityOf, putRow, tableSystem, withSink } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';
import { descriptions, pipelineText, sourceRow } from './simulation-clinic.ts';
import { makeLead, withLeads } from './simulation-leads.ts';
import { errors } from './simulation-world.ts';

let tables: TableSystem;
let desk: Stand;
let pipeline: CompiledPipeline;
/** Stands between the engine and what the tables answer. */
let retell: (entity: string, questions: readonly Question[], answers: readonly Answer[]) => readonly Answer[];

beforeEach(async () => {
  tables = tableSystem('tables', descriptions);
  retell = (_entity, _questions, answers) => answers;
  desk = await stand([retold(tables.connector)]);
  pipeline = await compiled(pipelineText(1000, false), [tables.connector]);
});
afterEach(() => desk.close());

function retold(connector: Connector): Connector {
  return withSink(connector, (sink) => ({
    ...sink,
    find: async (entity, questions, fields, signal) =>
      retell(entity, questions, await sink.find(entity, questions, fields, signal)),
  }));
}

function comparing(connector: Connector): Connector {
  return withSink(connector, (sink) => ({ ...sink, comparesItself: true }));
}

const visit = (id: number, patient: number, more: object = {}) => ({
  ...sourceRow(id, id, { patient, doctor: 0, stage: 'NEW', sum: 100, items: 0 }, patient, 0),
  ...more,
});
const rows = (entity: string) => [...entityOf(tables, entity).rows.values()];
const callsOf = (start: string) => tables.calls.filter((call) => call.startsWith(start));
const takes = (seconds: number) => {
  desk.clock.time += seconds * 1000;
};
const busy = (seconds: number) => errors.busy.error({}, { retry: true, retryAfterMs: seconds * 1000 });

/** Who has the phone and the name is taken for the same, whatever their number. */
const byName = (field: string) =>
  pipelineText(1000, false)
    .replace(/where: '\$sameName.*'/, 'where: $found.NAME = name')
    .replace('          NAME: name\n', `          ${field}\n`);

describe('DL-1 waves', () => {
  it('send the visits of one known patient to one doctor together', async () => {
    putRow(tables, 'doctor', { NAME: 'Врач0' });
    putRow(tables, 'contact', { ORIGIN: 'P1', NAME: visit(1, 1)['name'] ?? '', PHONE: [{ value: '+79991234501' }] });
    tables.rows = Array.from({ length: 40 }, (_, index) => visit(index + 1, 1));
    await desk.run(pipeline);
    expect(callsOf('find deal')).toEqual(['find deal 40', 'find deal 1']);
    expect(rows('deal')).toHaveLength(40);
  });

  it('send the deals of all visits of a new patient together, once the contact is there', async () => {
    tables.rows = Array.from({ length: 10 }, (_, index) => visit(index + 1, 1));
    await desk.run(pipeline);
    expect(rows('contact')).toHaveLength(1);
    expect(rows('deal').map((row) => row['CONTACT_ID'])).toEqual(Array.from({ length: 10 }, () => '1'));
    expect(callsOf('find')).toEqual([
      'find doctor 1',
      'find contact 1',
      'find deal 10',
      'find contact 1',
      'find task 10',
      'find contact 1',
    ]);
    const pairs = Array.from({ length: 10 }, () => 'write create,create');
    expect(callsOf('write')).toEqual(['write create', ...pairs]);
  });

  it('read the rows they have made by their keys, and ask for nothing again', async () => {
    tables.rows = [visit(1, 1), visit(2, 1), visit(3, 2), visit(4, 2, { phone: '+79991234501' })];
    await desk.run(pipeline);
    expect(rows('contact')).toHaveLength(2);
    expect(callsOf('find contact')).toEqual(['find contact 2', 'find contact 2', 'find contact 2']);
  });

  it('read them in the request that makes them, where the system takes both together', async () => {
    tables.findsWithWrite = true;
    tables.rows = [visit(1, 1), visit(2, 1), visit(3, 2), visit(4, 2, { phone: '+79991234501' })];
    await desk.run(pipeline);
    expect(rows('contact')).toHaveLength(2);
    expect(callsOf('find contact')).toEqual(['find contact 2', 'find contact 2']);
    expect(callsOf('write')[0]).toBe('write create,create and find');
  });

  it('read them by their keys where that request did not find all of them', async () => {
    tables.findsWithWrite = true;
    tables.unindexed.add('contact#1');
    tables.rows = [visit(1, 1), visit(2, 1), visit(3, 2), visit(4, 2, { phone: '+79991234501' })];
    await desk.run(pipeline);
    expect(rows('contact')).toHaveLength(2);
    expect(callsOf('find contact')).toEqual(['find contact 2', 'find contact 2', 'find contact 1']);
  });

  it('make the contacts of a family with one phone together, each once', async () => {
    const phone = '+79991234501';
    tables.rows = [visit(1, 1), visit(2, 2, { phone }), visit(3, 1), visit(4, 3, { phone }), visit(5, 2, { phone })];
    await desk.run(pipeline);
    expect(rows('contact')).toHaveLength(3);
    expect(callsOf('write').slice(0, 3)).toEqual(['write create,create', 'write create', 'write create,create']);
    expect(rows('deal').map((deal) => deal['CONTACT_ID'])).toEqual(['1', '2', '1', '3', '2']);
  });

  it('let a patient wait for the contact of another that is to get the phone both ask for', async () => {
    const phone = '+79991234501';
    const { name = '' } = visit(1, 1);
    putRow(tables, 'contact', { ORIGIN: 'P1', NAME: name, PHONE: [{ id: 'h', value: '+79990000000' }] });
    tables.rows = [visit(1, 1, { phone }), visit(2, 2, { phone })];
    await desk.run(pipeline);
    expect(rows('contact')).toHaveLength(2);
    expect(callsOf('write').slice(0, 2)).toEqual(['write update', 'write create']);
  });

  it('let a patient wait for a new contact that may be the one: of the same name, and not known by its origin', async () => {
    const withoutOrigin = pipelineText(1000, false).replace(
      'ORIGIN: { value: patient, write: fill }',
      `ORIGIN: 'visit = "1" ? patient'`,
    );
    const phone = '+79991234501';
    tables.rows = [visit(1, 1), visit(2, 2, { phone }), visit(3, 3, { phone, name: visit(2, 2)['name'] })];
    await desk.run(await compiled(withoutOrigin, [tables.connector]));
    expect(rows('contact')).toHaveLength(2);
    expect(callsOf('write')[0]).toBe('write create,create');
  });

  it('let a patient wait for a new contact that may be the one by what the system fills in, though the mapping may write it', async () => {
    const bySite = pipelineText(1000, false)
      .replace('          - { name: origin, by: [ORIGIN] }\n', '')
      .replace(/where: '\$sameName.*'/, 'where: $found.ORIGIN = "site"')
      .replace('ORIGIN: { value: patient, write: fill }', `ORIGIN: 'visit = "9" ? patient'`);
    tables.onWrite = (write) => {
      if (write.operation === 'create' && write.entity === 'contact') Object.assign(write.values, { ORIGIN: 'site' });
      return undefined;
    };
    tables.rows = [visit(1, 1), visit(2, 1)];
    await desk.run(await compiled(bySite, [tables.connector]));
    expect(rows('contact')).toHaveLength(1);
  });

  it('let a patient wait for a new contact of a system that compares itself, and may hold a text in its own form', async () => {
    const byForm = pipelineText(1000, false)
      .replace('          - { name: origin, by: [ORIGIN] }\n', '')
      .replace(/where: '\$sameName.*'/, 'where: $found.NAME = $uppercase(name)');
    tables.onWrite = (write) => {
      if ('values' in write && write.entity === 'contact')
        Object.assign(write.values, { NAME: String(write.values['NAME']).toUpperCase() });
      return undefined;
    };
    const base = await stand([comparing(tables.connector)]);
    tables.rows = [visit(1, 1), visit(2, 1)];
    await base.run(await compiled(byForm, [tables.connector]));
    expect(rows('contact')).toHaveLength(1);
    await base.close();
  });

  it('let a patient wait for one who waits, and comes to update a row instead of making one', async () => {
    const [phone, name] = ['+79991234501', 'Вера'];
    putRow(tables, 'contact', { NAME: name, PHONE: [{ id: 'h', value: '+79990000000' }] });
    tables.rows = [
      visit(1, 1, { phone: '+79990000000', name }),
      visit(2, 1, { phone, name: 'Анна' }),
      visit(3, 2, { phone, name }),
    ];
    await desk.run(await compiled(byName('NAME: { value: name, write: fill }'), [tables.connector]));
    expect(rows('contact')).toMatchObject([{ ORIGIN: 'P1', NAME: name }]);
  });

  it('let a patient wait for one who waits to change the row of the phone, and knows nothing of the phone itself', async () => {
    const phone = '+79991234501';
    tables.rows = [
      visit(1, 1, { phone, name: 'Анна' }),
      visit(2, 1, { phone: '', name: 'Вера' }),
      visit(3, 2, { phone, name: 'Вера' }),
    ];
    await desk.run(await compiled(byName('NAME: name'), [tables.connector]));
    expect(rows('contact')).toMatchObject([{ ORIGIN: 'P1', NAME: 'Вера' }]);
  });

  it('ask again for a patient who could not be told from another, once that one has another name', async () => {
    const unlike = byName('NAME: name').replace('many: oldest', 'many: error');
    const phone = '+79991234501';
    for (const origin of ['P1', ''])
      putRow(tables, 'contact', { ORIGIN: origin, NAME: 'Вера', PHONE: [{ id: `h${origin}`, value: phone }] });
    tables.rows = [visit(1, 1, { phone, name: 'Анна' }), visit(2, 2, { phone, name: 'Вера' })];
    expect(await desk.run(await compiled(unlike, [tables.connector]))).toMatchObject({ exitCode: 0 });
    expect(rows('contact').map((contact) => [contact['ORIGIN'], contact['NAME']])).toEqual([
      ['P1', 'Анна'],
      ['P2', 'Вера'],
    ]);
  });

  it('hold back all visits of a new patient when nobody knows whether the contact was made', async () => {
    tables.onWrite = (write) =>
      write.entity === 'contact' ? { ok: false, applied: 'unknown', error: busy(0) } : undefined;
    tables.rows = [visit(1, 1), visit(2, 1), visit(3, 2)];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 4, flows: [{ created: 0, queued: 3 }] });
    expect(callsOf('write')).toEqual(['write create,create']);
    expect((await desk.state.queue({ flow: 'visits' })).map(({ key, error }) => [key, error.code])).toEqual([
      ['1', 'run.in_doubt'],
      ['2', 'run.waits_for_doubt'],
      ['3', 'run.in_doubt'],
    ]);
  });

  it('keep the order of the source for what several records write: the last row wins, also of one key', async () => {
    const named = (id: number, name: string) => visit(id, 1, { stamp: 1, name });
    tables.rows = [named(1, 'Анна'), named(2, 'Белла'), named(1, 'Вера')];
    await desk.run(pipeline);
    expect(rows('contact')).toMatchObject([{ NAME: 'Вера' }]);
  });

  it('let one visit name a lead, though it came to do so once it was planned again', async () => {
    const leads = await compiled(withLeads(pipelineText(1000, false)), [tables.connector]);
    const { name = '', phone = '' } = visit(1, 1);
    const contact = putRow(tables, 'contact', { ORIGIN: 'P1', NAME: name, PHONE: [{ id: 'h', value: phone }] });
    putRow(tables, 'deal', { CONTACT_ID: contact, STAGE: 'NEW', SUM: 0 });
    makeLead(tables, String(phone));
    tables.rows = [visit(1, 1), visit(2, 1), visit(3, 1)];
    expect(await desk.run(leads)).toMatchObject({ exitCode: 0 });
    expect(rows('deal').map((deal) => [deal['VISIT'], deal['LEAD_ID']])).toEqual([
      ['1', undefined],
      ['2', '1'],
      ['3', undefined],
    ]);
  });

  it('let a visit wait for one that may answer its question by what the system fills in itself', async () => {
    const byStage = pipelineText(1000, false).replace(
      '- { name: visit, by: [VISIT] }\n          - { name: АВТОПРИВЯЗКА',
      `- { name: open, by: { CONTACT_ID: $contact.ID, STAGE: '"NEW"' } }\n          - { name: АВТОПРИВЯЗКА`,
    );
    const withoutStage = await compiled(byStage.replace('STAGE: stage', "STAGE: 'sum < 0 ? stage'"), [
      tables.connector,
    ]);
    tables.onWrite = (write) => {
      if (write.operation === 'create' && write.entity === 'deal') Object.assign(write.values, { STAGE: 'NEW' });
      return undefined;
    };
    putRow(tables, 'contact', { ORIGIN: 'P1', NAME: visit(1, 1)['name'] ?? '', PHONE: [{ value: '+79991234501' }] });
    tables.rows = [visit(1, 1), visit(2, 1)];
    await desk.run(withoutStage);
    expect(rows('deal')).toHaveLength(1);
  });
});

describe('neighbours that do not name each other', () => {
  it('ask at the same time, and what was asked is kept in the order of the file', async () => {
    const asked = Promise.withResolvers<undefined>();
    const slow = withSink(retold(tables.connector), (sink) => ({
      ...sink,
      find: async (entity, questions, fields, signal) => {
        if (entity === 'contact') asked.resolve(undefined);
        if (entity === 'doctor') await asked.promise;
        return sink.find(entity, questions, fields, signal);
      },
    }));
    const patient = await stand([slow]);
    tables.rows = [visit(1, 1)];
    await patient.run(pipeline);
    const { asked: steps, writes } = await patient.state.trace('visits', '1');
    const inOrder = [...new Set(steps[0]?.asked.map(({ target }) => target))];
    expect(inOrder).toEqual(['doctor', 'contact', 'deal', 'task']);
    expect(steps[0]?.plans?.map(({ target }) => target)).toEqual(['doctor', 'contact', 'deal', 'task']);
    expect(writes).toHaveLength(3);
    await patient.close();
  });

  it('have company of what the target after them asks first, where none of their rows is needed for that', async () => {
    tables.rows = [visit(1, 1), visit(2, 2)];
    await desk.run(pipeline);
    // Doctor and contact are planned side by side; visits are known without either, and with a deal that names its contact.
    const finds = callsOf('find');
    expect(finds.indexOf('find deal 2')).toBeLessThan(finds.lastIndexOf('find contact 2'));
    expect(finds.filter((call) => call === 'find deal 2')).toHaveLength(1);
    // A task that is looked for by its deal is not asked for before the deal is planned.
    const byDeal = pipelineText(1000, false).replace(
      'entity: task\n        key: [VISIT]\n        match: [{ name: visit, by: [VISIT] }]',
      `entity: task\n        key: [VISIT]\n        match: [{ name: deal, by: { VISIT: '"of " & $deal.ID' } }]`,
    );
    expect(byDeal).toContain('"of " & $deal.ID');
    const asked = new Set<string>();
    tables.onFind = (entity, questions) => {
      if (entity === 'task') for (const question of questions) asked.add(JSON.stringify(question.by));
    };
    putRow(tables, 'deal', { VISIT: '3', STAGE: 'NEW' });
    tables.rows = [visit(3, 3)];
    await desk.run(await compiled(byDeal, [tables.connector]), { allow: new Set(['mapping']) });
    expect([...asked]).toEqual(['{"VISIT":{"anyOf":["of 3"]}}']);
  });
});

describe('two targets of one record that ask for the same', () => {
  const payer = `
      payer:
        connection: tables
        entity: contact
        match: [{ name: phone, by: { PHONE: phone } }]
        fields: { NAME: name, PHONE: [{ value: phone, type: MOBILE }] }
      deal:`;
  let paid: CompiledPipeline;
  beforeEach(async () => {
    paid = await compiled(pipelineText(1000, false).replace('\n      deal:', payer), [tables.connector]);
  });

  it('make one row of it: the later sees what the earlier wrote', async () => {
    tables.rows = [visit(1, 1)];
    await desk.run(paid);
    expect(rows('contact')).toHaveLength(1);
  });

  it('and wait together when nobody knows whether the earlier has', async () => {
    tables.onWrite = (write) =>
      write.entity === 'contact' ? { ok: false, applied: 'unknown', error: busy(0) } : undefined;
    tables.rows = [visit(1, 1)];
    expect(await desk.run(paid)).toMatchObject({ flows: [{ queued: 1 }] });
    expect(callsOf('write')).toEqual(['write create']);
  });
});

describe('DL-4 a plan', () => {
  it('that grew old while the system was busy is made anew: what a manager did meanwhile stays', async () => {
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    let refusals = 1;
    tables.onWrite = () => {
      if (refusals-- <= 0) return undefined;
      Object.assign(entityOf(tables, 'deal').rows.get('1') ?? {}, { STAGE: 'HOLD' });
      return { ok: false, applied: 'no', error: busy(60) };
    };
    tables.rows = [visit(1, 1, { stamp: 2, stage: 'DONE', sum: 200 })];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ updated: 1 }] });
    expect(rows('deal')).toMatchObject([{ STAGE: 'HOLD', SUM: 200 }]);
  });

  it('of too many records grows old, and of fewer does not: the waves find their size', async () => {
    tables.writesPerRequest = 10;
    retell = (_entity, questions, answers) => {
      takes(questions.length * 0.05);
      return answers;
    };
    tables.onWrite = () => {
      takes(0.2);
      return undefined;
    };
    tables.rows = Array.from({ length: 400 }, (_, index) => visit(index + 1, index + 1));
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ created: 400 }] });
    expect([rows('contact').length, rows('deal').length, rows('task').length]).toEqual([400, 400, 400]);
    expect(callsOf('find contact').length).toBeLessThan(65);
  });

  it('of records that are asked for one by one: the first wave tells how many there is time for, and none is in vain again', async () => {
    let asked = 0;
    retell = (entity, questions, answers) => {
      const slow = questions.filter(({ by }) => entity === 'contact' && 'ORIGIN' in by).length;
      asked += slow;
      takes(slow / 6);
      return answers;
    };
    tables.rows = Array.from({ length: 600 }, (_, index) => visit(index + 1, index + 1));
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ created: 600 }] });
    expect(asked).toBe(1_200);
  });

  it('that always comes too late ends the run, which says so', async () => {
    retell = (_entity, _questions, answers) => {
      takes(31);
      return answers;
    };
    tables.rows = [visit(1, 1), visit(2, 2)];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 3, error: { code: 'run.too_slow' } });
    expect(tables.writes).toEqual([]);
  });

  it('is given up with the system’s own words when it stays busy', async () => {
    tables.onWrite = () => ({ ok: false, applied: 'no', error: busy(5) });
    tables.rows = [visit(1, 1)];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 3, error: { code: 'simulated.busy' } });
    expect(desk.clock.slept.length).toBeLessThan(80);
  });
});

describe('DL-3 an incomplete answer', () => {
  it('is asked for again while the system says that it may pass', async () => {
    let failures = 2;
    retell = (_entity, _questions, answers) =>
      failures-- > 0 ? [{ ok: false, error: busy(1) }, ...answers.slice(1)] : answers;
    tables.rows = [visit(1, 1), visit(2, 2)];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ created: 2 }] });
  });

  it('about a row of ours that is not listed yet is no answer either', async () => {
    tables.onWrite = (write) => {
      if (write.operation === 'create')
        tables.unindexed.add(`${write.entity}#${entityOf(tables, write.entity).nextKey}`);
      return undefined;
    };
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    retell = (entity, questions, answers) =>
      entity === 'contact' && 'ID' in (questions[0]?.by ?? {})
        ? questions.map(() => ({ ok: false, error: errors.refused.error({}) }))
        : answers;
    tables.rows = [visit(2, 1)];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 4, flows: [{ rejected: 1 }] });
    expect(rows('contact')).toHaveLength(1);
  });
});

describe('DL-2 a row of ours that is not listed yet', () => {
  it('is a candidate no longer when somebody made another of it', async () => {
    tables.onWrite = (write) => {
      if (write.operation === 'create')
        tables.unindexed.add(`${write.entity}#${entityOf(tables, write.entity).nextKey}`);
      return undefined;
    };
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    Object.assign(entityOf(tables, 'contact').rows.get('1') ?? {}, { ORIGIN: 'P9', PHONE: [], NAME: 'Другая' });
    tables.rows = [visit(2, 1)];
    await desk.run(pipeline);
    expect(rows('contact').map((row) => row['ORIGIN'])).toEqual(['P9', 'P1']);
  });

  it('is one row, however many of the values asked for it has', async () => {
    const both = pipelineText(1000, false)
      .replace('- { name: origin, by: [ORIGIN] }', '- { name: phones, by: { PHONE: phones } }')
      .replace('      phone: phone\n', '      phone: phone\n      phones: "[phone, other]"\n')
      .replace('PHONE: [{ value: phone, type: MOBILE }]', 'PHONE: [{ value: phone }, { value: phones }]');
    const twoPhones = await compiled(both, [tables.connector]);
    tables.onWrite = (write) => {
      if (write.operation === 'create')
        tables.unindexed.add(`${write.entity}#${entityOf(tables, write.entity).nextKey}`);
      return undefined;
    };
    tables.rows = [visit(1, 1, { other: '+79990000099' })];
    await desk.run(twoPhones);
    tables.rows = [visit(2, 1, { other: '+79990000099' })];
    expect(await desk.run(twoPhones)).toMatchObject({ exitCode: 0, flows: [{ created: 1 }] });
    expect(rows('contact')).toHaveLength(1);
  });
});

describe('brakes', () => {
  const braked = (limits: string) =>
    compiled(pipelineText(2, false).replace('flows:', `brakes: { ${limits} }\nflows:`), [tables.connector]);

  it('count a contact once, however many visits would make it, in whatever batch', async () => {
    tables.rows = [visit(1, 1), visit(2, 1), visit(3, 1)];
    expect(await desk.run(await braked('creates: 6'))).toMatchObject({ error: { parameters: { count: 7 } } });
    expect(await desk.run(await braked('creates: 7'))).toMatchObject({ exitCode: 0 });
    expect([rows('contact').length, rows('deal').length, rows('task').length]).toEqual([1, 3, 3]);
  });

  it('take a share of all rows the run looked at, those it knows to be unchanged too', async () => {
    tables.rows = Array.from({ length: 10 }, (_, index) => visit(index + 1, index + 1, { stamp: 1 }));
    const half = await braked('updates: 10%');
    await desk.run(half);
    tables.rows = tables.rows.map((row) => (row['id'] === 1 ? { ...row, sum: 200 } : row));
    expect(await desk.run(half)).toMatchObject({ exitCode: 0, flows: [{ updated: 1, unchanged: 9 }] });
  });
});
