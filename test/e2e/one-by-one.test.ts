import { describe, expect, it } from 'vitest';
import { request } from 'undici';
import { startMainJob } from './main-job.ts';
import type { MainJob } from './main-job.ts';

type Vendor = Readonly<Record<string, unknown>>;

const appointments = 80;
/** What the portal makes up itself: numbers and moments. */
const madeUp =
  /^(ID|DATE_|MOVED_|LAST_|OPENED|BEGINDATE|CLOSEDATE|ORIGINATOR_ID|MOVED_TIME|LEAD_ID|CONTACT_ID|CONTACT_IDS|PHONE|EMAIL)/;

describe('a batch comes out as its records would one after the other (DL-1)', { timeout: 120_000 }, () => {
  it.each([1, 2, 3, 4, 5, 6])('with families, leads and deals that managers made: clinic %i', async (seed) => {
    const [together, alone] = [await portalAfter(seed, 1000), await portalAfter(seed, 1)];
    expect(together.deals).toHaveLength(alone.deals.length);
    expect(together).toEqual(alone);
    expect(together.leads.some((lead) => lead['STATUS_ID'] === 'CONVERTED')).toBe(true);
    expect(together.deals.some((deal) => deal['made by'] === 'manager' && deal['of'] !== null)).toBe(true);
  });
});

async function portalAfter(seed: number, batch: number) {
  const job = await startMainJob({ appointments, seed, flaws: true, limits: 'off', params: [`batch=${batch}`] });
  try {
    await prepare(job);
    const result = await job.run();
    expect(result.error).toBeUndefined();
    return contentOf(job);
  } finally {
    await job.close();
  }
}

/** Of three patients the first has an open lead, the second a contact and a deal made by hand, the third nothing. */
async function prepare({ clinic, portal }: MainJob): Promise<void> {
  const patients = await clinic.execute(
    `SELECT DISTINCT p.ID_Persons AS id, s.Surname AS surname, s.Name AS name, s.MobilePhone AS phone
     FROM dbo.Receptions r JOIN dbo.Patients p ON p.ID_Persons = r.ID_Patients JOIN dbo.Persons s ON s.ID = p.ID_Persons
     ORDER BY p.ID_Persons`,
  );
  const add = async (method: string, fields: Vendor): Promise<number> => {
    const response = await request(`${portal.webhook}${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ fields }),
    });
    const answer = (await response.body.json()) as { result: number };
    return answer.result;
  };
  for (const [index, { name, surname, phone }] of patients.entries()) {
    const person = {
      NAME: name ?? '',
      LAST_NAME: surname ?? '',
      PHONE: [{ VALUE: phone ?? '', VALUE_TYPE: 'MOBILE' }],
    };
    if (index % 3 === 0) await add('crm.lead.add', { TITLE: `lead ${index}`, STATUS_ID: 'NEW', ...person });
    if (index % 3 !== 1) continue;
    const contact = await add('crm.contact.add', person);
    await add('crm.deal.add', { TITLE: `deal ${index}`, COMMENTS: 'manager', CONTACT_ID: contact, STAGE_ID: 'NEW' });
  }
}

/** What people see, each row by its name instead of its number, in an order of its own. */
function contentOf({ portal }: MainJob) {
  const { truth } = portal;
  const [contacts, leads] = [namesOf(truth.contacts()), namesOf(truth.leads())];
  const seen = (row: Vendor): Vendor => ({
    ...Object.fromEntries(Object.entries(row).filter(([name]) => !madeUp.test(name))),
    contact: contacts.get(String(row['CONTACT_ID'])) ?? null,
    lead: leads.get(String(row['LEAD_ID'])) ?? null,
    phones: JSON.stringify(row['PHONE'] ?? []).match(/\+?\d{10,}/g),
  });
  const sorted = (rows: readonly Vendor[]) => rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return {
    contacts: sorted(truth.contacts().map(seen)),
    leads: sorted(truth.leads().map(seen)),
    deals: sorted(
      truth.deals().map((deal) => ({
        ...seen(deal),
        'made by': deal['COMMENTS'] ?? null,
        of: deal['UF_CRM_1769072841035'] ?? null,
      })),
    ),
  };
}

function namesOf(rows: readonly Vendor[]): ReadonlyMap<string, string> {
  return new Map(
    rows.map((row) => [String(row['ID']), [row['ORIGIN_ID'], row['NAME'], row['LAST_NAME'], row['TITLE']].join(' ')]),
  );
}
