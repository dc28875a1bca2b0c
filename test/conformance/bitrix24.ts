import type { Subject, Subjects } from './subject.ts';

/** Rows of the source, each of a minute of its own. */
const rows = 14;
const minuteMs = 60_000;
const beganMs = Date.parse('2026-11-20T09:00:00Z');

interface Kind {
  readonly entity: string;
  /** What a new row must have. */
  readonly values: Readonly<Record<string, string>>;
}

const contact: Kind = { entity: 'contact', values: { LAST_NAME: 'Орлова' } };
const company: Kind = { entity: 'company', values: { TITLE: 'ООО «Ромашка»' } };
const deal: Kind = { entity: 'deal', values: { TITLE: 'Приём' } };
const lead: Kind = { entity: 'lead', values: { TITLE: 'Заявка' } };

/** Each reads another entity than it writes: the one has rows, the other none. */
export const subjects: Subjects = {
  contact: inPortal(contact, deal),
  company: inPortal(company, contact),
  deal: inPortal(deal, lead),
  lead: inPortal(lead, company),
};

function inPortal({ entity, values }: Kind, read: Kind): Subject {
  return {
    async prepare(connector) {
      const sandbox = await connector.sandbox?.();
      if (!sandbox) throw new Error('bitrix24 has a sandbox');
      let now = beganMs;
      const portal = await sandbox.start({ now: () => now });
      for (let index = 0; index < rows; index++) {
        now += minuteMs;
        await add(portal.settings, read.entity, { ...read.values, COMMENTS: `№ ${index}` });
      }
      now += minuteMs;
      return {
        settings: portal.settings,
        now: () => now,
        source: {
          block: { entity: read.entity },
          window: { field: 'DATE_MODIFY', firstMs: 'all', overlapMs: 0, fullMs: 'all' },
          rows,
          goneKey: { ID: '999999' },
        },
        sink: {
          block: { entity },
          unknownEntity: 'visit',
          mark: 'ORIGIN_ID',
          note: 'COMMENTS',
          values: (mark, note) => ({ ...values, ORIGIN_ID: mark, ...(note !== undefined && { COMMENTS: note }) }),
          goneKey: '999999',
        },
        close: () => portal.close(),
      };
    },
  };
}

/** A row made past the connector. */
async function add(settings: Readonly<Record<string, unknown>>, entity: string, fields: object): Promise<void> {
  const response = await fetch(`${String(settings['webhook'])}crm.${entity}.add`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ fields }),
  });
  if (!response.ok) throw new Error(`crm.${entity}.add: HTTP ${response.status}`);
}
