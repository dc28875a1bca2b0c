import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from '../../../engine/index.ts';
import { makeTemporaryFolder, removeTemporaryFolder } from '../../_sandbox/temporary-folder.ts';
import { inventRecords, inventSurroundings, randomNumbers } from './invented.ts';
import { startPortal, type Portal, type SecureDoor } from './portal.ts';

/** What a connection is told of a portal that never refuses. */
const noLimits = { capacity: 1_000_000, perSecond: 1_000_000 };

/** The portal as `pipe sandbox`, `pipe demo` and `--sandbox` start it. */
export const sandbox: Sandbox = {
  async start({ port = 0, now, seed = 1, size = 0, unlimited = false, bare = false }) {
    const portal = await startPortal({
      port,
      tls: true,
      bare,
      ...(now === undefined ? {} : { now }),
      ...(unlimited && { limits: 'off' as const }),
      seed(desk) {
        inventRecords(desk, size, seed);
        inventSurroundings(desk, size, seed);
      },
    });
    const { truth, secure } = portal;
    const folder = makeTemporaryFolder();
    return {
      settings: { webhook: portal.webhook, ...(unlimited && { limits: noLimits }) },
      facts: [
        `contacts, companies, deals with product rows, and leads, with the stages ${bare ? 'but no' : 'and'} user fields of a clinic`,
        'products, people and departments, the smart processes 1036 and 1040, the lists 47, 77, 123 and 127',
        `what it holds: ${observer(portal, 'truth/deals')}, what it was asked: ${observer(portal, 'journal')}`,
        ...(secure ? [overHttps(secure, folder)] : []),
        `it can be made hostile: POST ${observer(portal, 'faults')} {"method":"batch","when":"after","fault":"reset"}`,
      ],
      counts: async () => ({
        contact: truth.contacts().length,
        deal: truth.deals().length,
        lead: truth.leads().length,
        company: truth.companies().length,
      }),
      change: async (rows) => changeDeals(portal, rows, randomNumbers(seed)),
      close: async () => {
        await portal.close();
        removeTemporaryFolder(folder);
      },
    };
  },
};

function observer({ webhook }: Portal, path: string): string {
  return new URL(`/sandbox/${path}`, webhook).href;
}

/** Node reads the authorities it trusts once, when it starts, from a file. */
function overHttps({ webhook, ca }: SecureDoor, folder: string): string {
  const file = join(folder, 'ca.pem');
  writeFileSync(file, ca);
  return `over HTTPS: ${webhook}, to clients started with NODE_EXTRA_CA_CERTS=${file}`;
}

/** A manager takes up open deals: another stage, a comment. */
function changeDeals(portal: Portal, rows: number, random: () => number): number {
  const open = portal.truth.deals().filter((deal) => deal['CLOSED'] === 'N' && deal['CATEGORY_ID'] === '0');
  const taken = open
    .map((deal) => ({ id: Number(deal['ID']), place: random() }))
    .sort((a, b) => a.place - b.place)
    .slice(0, rows);
  for (const { id } of taken) portal.edit('deal', id, { STAGE_ID: 'EXECUTING', COMMENTS: 'Перезвонить пациенту' });
  return taken.length;
}
