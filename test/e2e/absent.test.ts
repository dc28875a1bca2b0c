import { writeFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { startPortal } from '../../connectors/bitrix24/sandbox/index.ts';
import { place } from '../cli/pipe.ts';

const yaml = (webhook: string, absent: string) => `version: 1
name: visits
connections:
  desk: { connector: file }
  portal: { connector: bitrix24, webhook: "${webhook}", limits: { capacity: 100000, perSecond: 100000 } }
flows:
  visits:
    source: { connection: desk, file: visits.csv, key: [id], batch: 20 }
    key: id
    map: { id: id, name: name }
    targets:
      deal:
        connection: portal
        entity: deal
        key: [ORIGIN_ID]
        absent: ${absent}
        within: $found.ORIGINATOR_ID = "clinic"
        guard: [{ if: $found.STAGE_ID = "WON", skip: PROTECTED }]
        fields: { ORIGIN_ID: id, ORIGINATOR_ID: { const: clinic }, TITLE: name }
`;

const csv = (ids: readonly number[]) => `id,name\n${ids.map((id) => `F1_${id},Приём ${id}\n`).join('')}`;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** 120 visits are deals, one deal is a manager's own. */
async function delivered(absent: string) {
  const portal = await startPortal({ limits: 'off', seed: (desk) => desk.create('deal', { TITLE: 'Своя сделка' }) });
  onTestFinished(() => portal.close());
  const { pipe, path } = place({ 'visits.yaml': yaml(portal.webhook, absent), 'visits.csv': csv(range(1, 120)) });
  expect((await pipe(['run', 'visits.yaml'])).exit).toBe(0);
  return {
    portal,
    origins: () => portal.truth.deals().map((deal) => deal['ORIGIN_ID'] ?? undefined),
    run: async (ids: readonly number[]) => {
      writeFileSync(path('visits.csv'), csv(ids));
      const { exit, stdout, stderr } = await pipe(['run', 'visits.yaml', '--json']);
      const [flow] = JSON.parse(stdout).flows;
      return { exit, stderr, deleted: flow.deleted, queued: flow.queued };
    },
  };
}

it('DL-7 deals whose visit is gone are deleted; those of managers, and those a guard protects, stay', async () => {
  const { portal, origins, run } = await delivered('delete');
  const won = portal.truth.deals().find((deal) => deal['ORIGIN_ID'] === 'F1_5');
  portal.edit('deal', Number(won?.['ID']), { STAGE_ID: 'WON' });
  expect(await run(range(11, 120))).toMatchObject({ exit: 0, deleted: 9, queued: 0 });
  expect(origins()).toEqual([undefined, 'F1_5', ...range(11, 120).map((id) => `F1_${id}`)]);
  expect(await run(range(11, 120))).toMatchObject({ exit: 0, deleted: 0 });
}, 120_000);

it('DL-7 DL-13 a delete the portal answered with an error page is looked at, not sent again', async () => {
  const { portal, origins, run } = await delivered('delete');
  portal.fail({ method: 'crm.deal.delete', when: 'after', fault: { status: 502, body: '<html>Bad Gateway</html>' } });
  expect(await run(range(2, 120))).toMatchObject({ exit: 0, deleted: 1, queued: 0 });
  const deletes = portal.journal.commands.filter(({ method }) => method === 'crm.deal.delete');
  expect([deletes.length, origins().includes('F1_1')]).toEqual([1, false]);
}, 120_000);

it('DL-7 deals whose visit is gone are marked, and unmarked when it is back', async () => {
  const { portal, run } = await delivered('{ mark: COMMENTS }');
  const comments = () =>
    portal.truth
      .deals()
      .filter((deal) => deal['COMMENTS'])
      .map((deal) => deal['ORIGIN_ID']);
  expect(await run(range(4, 120))).toMatchObject({ exit: 0, deleted: 3 });
  expect(comments()).toEqual(['F1_1', 'F1_2', 'F1_3']);
  expect(await run(range(3, 120))).toMatchObject({ exit: 0, deleted: 0 });
  expect(comments()).toEqual(['F1_1', 'F1_2']);
}, 120_000);
