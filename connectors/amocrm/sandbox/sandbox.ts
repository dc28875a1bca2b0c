import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from '../../../engine/index.ts';
import { makeTemporaryFolder, removeTemporaryFolder } from '../../_sandbox/temporary-folder.ts';
import { startAccount, type Account, type SecureDoor } from './account.ts';
import { inventRows, randomNumbers } from './invented.ts';
import type { JsonMap } from './json.ts';
import { isClosed } from './pipelines.ts';

/** What a connection is told of an account that never refuses. */
const noLimits = { perSecond: 1_000_000, perAccount: 1_000_000 };

/** The account as `pipe sandbox`, `pipe demo` and `--sandbox` start it. */
export const sandbox: Sandbox = {
  async start({ port = 0, now, seed = 1, size = 0, unlimited = false, bare = false }) {
    const account = await startAccount({
      port,
      tls: true,
      bare,
      ...(now === undefined ? {} : { now }),
      ...(unlimited && { limits: 'off' as const }),
      seed: (desk) => inventRows(desk, size, seed),
    });
    const { truth, secure, origin, domain, token } = account;
    const folder = makeTemporaryFolder();
    return {
      settings: { domain, address: origin, token, ...(unlimited && { limits: noLimits }) },
      facts: [
        `contacts ${bare ? 'without' : 'with the 26'} fields of a clinic, companies, leads in two funnels, tasks, notes, tags, links and lists`,
        oauthFact(account),
        `what it holds: ${origin}/sandbox/truth/contacts, what it was asked: ${origin}/sandbox/journal`,
        ...(secure ? [overHttps(secure, folder, domain)] : []),
        `it can be made hostile: POST ${origin}/sandbox/faults {"operation":"POST /contacts","when":"after","fault":"reset"}`,
      ],
      counts: async () => ({
        contact: truth.rows('contacts').length,
        company: truth.rows('companies').length,
        lead: truth.rows('leads').length,
      }),
      change: async (rows) => changeLeads(account, rows, randomNumbers(seed)),
      close: async () => {
        await account.close();
        removeTemporaryFolder(folder);
      },
    };
  },
};

function oauthFact({ origin, integration }: Account): string {
  const { clientId, clientSecret, redirectUri } = integration;
  return `OAuth: ${origin}/oauth?client_id=${clientId}, secret ${clientSecret}, leads back to ${redirectUri}`;
}

/** Node reads the authorities it trusts once, when it starts, from a file. */
function overHttps({ origin, ca }: SecureDoor, folder: string, domain: string): string {
  const file = join(folder, 'ca.pem');
  writeFileSync(file, ca);
  return `over HTTPS: ${origin}, also as ${domain}, to clients started with NODE_EXTRA_CA_CERTS=${file}`;
}

/** A manager takes up open leads: another price. */
function changeLeads(account: Account, rows: number, random: () => number): number {
  const open = account.truth.rows('leads').filter(({ status_id }) => !isClosed(Number(status_id)));
  const taken = open
    .map((lead: JsonMap) => ({ id: Number(lead['id']), place: random() }))
    .sort((a, b) => a.place - b.place)
    .slice(0, rows);
  for (const { id } of taken) account.edit('leads', id, { price: Math.floor(random() * 300) * 100 + 50 });
  return taken.length;
}
