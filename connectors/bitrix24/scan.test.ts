import { expect, test } from 'vitest';
import { rejection } from '../../test/support/iterate.ts';
import { createClient } from './client.ts';
import type { Client } from './client.ts';
import { portalOf } from './config.ts';
import { open, requests } from './open-for-test.ts';
import type { Opened } from './open-for-test.ts';
import { scan } from './scan.ts';
import { createSchemas } from './schema.ts';

async function pages(
  { sink, signal }: Opened,
  fields: readonly string[] = [],
): Promise<readonly (readonly string[])[]> {
  const found: (readonly string[])[] = [];
  for await (const page of sink.scan?.('deal', fields, signal) ?? []) found.push(page.map(({ key }) => key));
  return found;
}

test('reads page after page by id, uncounted; a row deleted meanwhile moves no other', async () => {
  const opened = await open({
    seed(desk) {
      for (let index = 0; index < 120; index++) desk.create('deal', { TITLE: `№ ${index}` });
    },
  });
  const { sink, signal, portal } = opened;
  const found: string[] = [];
  for await (const page of sink.scan?.('deal', ['TITLE'], signal) ?? []) {
    if (found.length === 0) await sink.write([{ operation: 'delete', entity: 'deal', key: '7' }], signal);
    found.push(...page.map(({ key }) => key));
  }
  expect(found).toEqual(Array.from({ length: 120 }, (_, index) => String(index + 1)));
  const lists = portal.journal.commands.filter(({ method }) => method === 'crm.deal.list');
  expect(lists.map(({ params }) => params)).toEqual(
    [0, 50, 100].map((after) => ({
      select: ['ID', 'TITLE'],
      filter: { '>ID': after },
      order: { ID: 'ASC' },
      start: -1,
    })),
  );
});

test('asks once more after a page that is full', async () => {
  const opened = await open({
    seed(desk) {
      for (let index = 0; index < 50; index++) desk.create('deal', { TITLE: `№ ${index}` });
    },
  });
  expect((await pages(opened)).map((page) => page.length)).toEqual([50]);
  expect(requests(opened)).toEqual(['crm.deal.list(1)', 'crm.deal.list(1)']);
});

test.each([
  ['is the last of the page before', [[1, 2], [2]]],
  ['is below the one before it', [[2, 1]]],
  ['is no number', [['x']]],
])(
  'ends when an id %s: the portal passed over filter or order, and the scan would never end',
  async (_name, answers) => {
    const left = answers.map((ids) => Array.from({ length: 50 }, (_, index) => ids[index] ?? 100 + index));
    const client: Client = {
      host: 'portal.example',
      call: async () => ({
        ok: true,
        value: (left.shift() ?? []).map((ID) => ({ ID })),
        total: 0,
        next: undefined,
        time: {
          startMs: undefined,
          finishMs: undefined,
          durationMs: undefined,
          processingMs: undefined,
          operating: undefined,
          operatingResetMs: undefined,
        },
      }),
      batch: () => Promise.reject(new Error('a scan asks page by page')),
      workOf: () => ({ key: '', budget: 0, windowMs: 0, expected: new Map() }),
      close: async () => undefined,
    };
    const opened = await open();
    const schemas = createSchemas(createClient(portalOf({ webhook: opened.portal.webhook }), opened.host));
    const reading = scan(client, schemas, 'deal', [], opened.signal);
    const error = await rejection(
      (async () => {
        for await (const page of reading) expect(page).not.toEqual([]);
      })(),
    );
    expect(error).toMatchObject({ code: 'bitrix24.filter_ignored', parameters: { fields: 'ID' } });
  },
);

test('stops at a field the portal does not have', async () => {
  const opened = await open();
  expect(await rejection(pages(opened, ['UF_CRM_NOWHERE']))).toMatchObject({ code: 'bitrix24.unknown_field' });
});
