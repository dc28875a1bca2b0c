import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { receptions } from '../../../connectors/ident/streams/receptions.ts';
import type { Field, Row, Value } from '../../../engine/index.ts';
import type { MainJobOptions } from '../main-job.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { anna, annaInPortal, withAnna } from './stand.ts';

const shipped = resolve('pipelines/ident-to-bitrix.yaml');

/** A file that lays these lines over the shipped one. */
function extending(lines: string): string {
  const file = join(temporaryFolder(), 'own.yaml');
  writeFileSync(file, `version: 1\nname: ident-to-bitrix\nextends: ${shipped}\n${lines}`);
  return file;
}

/** A copy of the shipped file with one text put in another's place. */
function edited(from: string, to: string): string {
  const text = readFileSync(shipped, 'utf8');
  if (text.split(from).length !== 2) throw new Error(`the shipped pipeline does not say "${from}" once`);
  const file = join(temporaryFolder(), 'copy.yaml');
  writeFileSync(file, text.replace(from, to));
  return file;
}

/** The deal of one visit that has begun, after `edit` by a manager and a change in the clinic, if there is one. */
async function dealUnder(options: Partial<MainJobOptions>, edit?: Readonly<Record<string, unknown>>) {
  const { portal, addVisit, changeVisit, run, named, job } = await withAnna(options);
  await addVisit(501, anna.id, { ReceptionStarted: '2026-11-20T11:00:00', CancelReasonComment: 'Перенос' });
  await run();
  if (edit) {
    portal.edit('deal', 1, edit);
    await changeVisit(501, { Comment: 'Перезвонить' });
    await run();
  }
  return { deals: portal.truth.deals(), named: named(), events: job.events };
}

const chair = { deal: [{ name: 'UF_CRM_CHAIR', type: 'string', label: 'Кабинет' }] } as const;

describe('what an edit of the file changes, with nothing else edited', () => {
  it('31. A new field of the deal is one line with its code and where it comes from', async () => {
    const lines = 'flows: { receptions: { targets: { deal: { fields: { UF_CRM_CHAIR: armchair } } } } }\n';
    const [before, after] = [
      await dealUnder({ userFields: chair }),
      await dealUnder({ userFields: chair, file: extending(lines) }),
    ];
    expect([before.deals[0]?.['UF_CRM_CHAIR'], after.deals[0]?.['UF_CRM_CHAIR']]).toEqual([null, 'Кабинет 1']);
  });

  it('27. Another stage for a status is one entry of the table', async () => {
    const file = extending('flows: { receptions: { map: { stage: { table: { В процессе: EXECUTING } } } } }\n');
    const [before, after] = [await dealUnder({}), await dealUnder({ file })];
    expect([before.deals[0]?.['STAGE_ID'], after.deals[0]?.['STAGE_ID']]).toEqual(['PREPARATION', 'EXECUTING']);
  });

  it('27. A status the table does not know makes the deal NEW, with a warning that names the status', async () => {
    const { deals, events } = await dealUnder({ file: edited(' В процессе: PREPARATION,', '') });
    expect(deals).toMatchObject([{ STAGE_ID: 'NEW' }]);
    expect(events.flatMap((event) => (event.type === 'warning' ? [event] : []))).toMatchObject([
      { key: 'F1_501', error: { code: 'run.unknown_table_value' } },
    ]);
  });

  it('26. Which stages are protected is one param', async () => {
    const file = extending('params: { protectedStages: { type: list, default: [UC_NO40X0] } }\n');
    const stages = async (options: Partial<MainJobOptions>, STAGE_ID: string) =>
      (await dealUnder(options, { STAGE_ID })).deals[0]?.['STAGE_ID'];
    expect([await stages({}, 'UC_NO40X0'), await stages({ file }, 'UC_NO40X0')]).toEqual(['PREPARATION', 'UC_NO40X0']);
    expect([await stages({}, 'EXECUTING'), await stages({ file }, 'EXECUTING')]).toEqual(['EXECUTING', 'PREPARATION']);
  });

  it('25. A guard more is one line: what it names is left alone, under its word', async () => {
    const first = '          - { if: $found.STAGE_ID in $params.finalStages, skip: IGNORE }\n';
    const file = edited(first, `${first}          - { if: '$found.TITLE = "НЕ ТРОГАТЬ"', skip: LEFT ALONE }\n`);
    const [before, after] = [
      await dealUnder({}, { TITLE: 'НЕ ТРОГАТЬ' }),
      await dealUnder({ file }, { TITLE: 'НЕ ТРОГАТЬ' }),
    ];
    expect([before.deals[0]?.['TITLE'], before.named]).toEqual(['Кедрова Анна Игоревна', []]);
    expect([after.deals[0]?.['TITLE'], after.named]).toEqual(['НЕ ТРОГАТЬ', ['LEFT ALONE F1_501 1']]);
  });

  it('25. A guard less is one line: without IGNORE a closed deal is written', async () => {
    const file = edited('          - { if: $found.STAGE_ID in $params.finalStages, skip: IGNORE }\n', '');
    const [before, after] = [await dealUnder({}, { STAGE_ID: 'WON' }), await dealUnder({ file }, { STAGE_ID: 'WON' })];
    expect([before.deals[0]?.['STAGE_ID'], after.deals[0]?.['STAGE_ID']]).toEqual(['WON', 'PREPARATION']);
  });

  it('24. Whether several deals are linked or refused is one word', async () => {
    const file = edited(
      '            many: newest\n            warnMany: МНОЖЕСТВЕННЫЕ СДЕЛКИ',
      '            many: error',
    );
    const { job, portal, addVisit, run } = await withAnna({ file });
    const contact = portal.create('contact', annaInPortal);
    for (const TITLE of ['Первая', 'Вторая']) portal.create('deal', { TITLE, CONTACT_ID: contact });
    await addVisit(501, anna.id);
    expect(await run()).toMatchObject({ exitCode: 4 });
    expect(await job.state.queue({})).toMatchObject([
      { error: { code: 'plan.many_rows', parameters: { rows: '1, 2' } } },
    ]);
  });
});

describe('the record', () => {
  const sample = (field: Field): Value => {
    if (field.fields) {
      const row = Object.fromEntries(field.fields.map((part) => [part.name, sample(part)]));
      return field.multiple ? [row] : row;
    }
    if (field.personal === 'phone') return '8 (999) 000-11-22';
    if (field.type === 'datetime') return '2026-11-21T10:00:00';
    return field.type === 'integer' || field.type === 'number' ? 2 : `${field.name} as text`;
  };

  it('32. The record the targets are written from has these fields with these types', async () => {
    const { job } = await withAnna();
    const { values: params } = job.compiled.pipeline;
    const row: Row = Object.fromEntries(receptions.fields.map((field) => [field.name, sample(field)]));
    const { record, failures } = (await job.compiled.flows[0]?.map(row, { params, source: row })) ?? {};
    expect(failures).toEqual([]);
    const shape = Object.entries(record ?? {}).map(([name, value]) => [
      name,
      Array.isArray(value) ? 'list' : typeof value,
    ]);
    expect(Object.fromEntries(shape)).toEqual({
      uniqueId: 'string',
      patientKey: 'string',
      companyId: 'number',
      surname: 'string',
      name: 'string',
      patronymic: 'string',
      fullName: 'string',
      parent: 'string',
      cardNumber: 'string',
      phone: 'string',
      start: 'string',
      end: 'string',
      doctor: 'string',
      speciality: 'string',
      branchName: 'string',
      armchair: 'string',
      orderDate: 'string',
      comment: 'string',
      cancelReason: 'string',
      status: 'string',
      stage: 'string',
      services: 'string',
      amount: 'number',
      rows: 'list',
    });
    expect(record).toMatchObject({
      uniqueId: 'F1_2',
      patientKey: 'F1_P2',
      phone: '+79990001122',
      start: '2026-11-21T10:00:00+03:00',
      rows: [{ PRODUCT_NAME: 'name as text', PRICE: 1, QUANTITY: 2 }],
    });
  });
});
