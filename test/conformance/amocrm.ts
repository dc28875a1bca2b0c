import type { Subject, Subjects } from './subject.ts';

/** Rows of the source, each of a minute of its own. */
const rows = 14;
const minuteMs = 60_000;
const beganMs = Date.parse('2026-11-20T09:00:00Z');

interface Kind {
  readonly entity: string;
  /** A field of text that names a row, another that may be empty. */
  readonly mark: string;
  readonly note: string;
  /** What else a new row must have. */
  readonly values?: Readonly<Record<string, string>>;
  /** Where rows of the source are made past the connector, and such a row. */
  readonly read: Made;
}

interface Made {
  readonly entity: string;
  readonly path: string;
  row(index: number): object;
}

const named = (index: number): object => ({ name: `№ ${index}` });
const contacts: Made = { entity: 'contact', path: '/contacts', row: named };
const leads: Made = { entity: 'lead', path: '/leads', row: named };
const companies: Made = { entity: 'company', path: '/companies', row: named };
const elements: Made = { entity: 'catalog:Услуги', path: '/catalogs/1/elements', row: named };
const tasks: Made = {
  entity: 'task',
  path: '/tasks',
  row: (index) => ({ text: `№ ${index}`, complete_till: beganMs / 1000 }),
};
const notes: Made = {
  entity: 'note:contact',
  path: '/contacts/notes',
  row: (index) => ({ entity_id: 1, note_type: 'common', params: { text: `№ ${index}` } }),
};

/** Each reads another entity than it writes: the one has rows, the other none. */
export const subjects: Subjects = {
  contact: inAccount({ entity: 'contact', mark: 'Номер карты', note: 'Комментарий IDENT', read: leads }),
  lead: inAccount({ entity: 'lead', mark: 'ID приёма IDENT', note: 'Услуги', read: companies }),
  company: inAccount({ entity: 'company', mark: 'name', note: 'ADDRESS', read: elements }),
  'an element of a list': inAccount({ entity: 'catalog:Услуги', mark: 'name', note: 'Описание', read: contacts }),
  'a lead beside tasks': inAccount({ entity: 'lead', mark: 'ID приёма IDENT', note: 'Услуги', read: tasks }),
  'a lead beside notes': inAccount({ entity: 'lead', mark: 'ID приёма IDENT', note: 'Услуги', read: notes }),
};

function inAccount({ entity, mark, note, values, read }: Kind): Subject {
  return {
    async prepare(connector) {
      const sandbox = await connector.sandbox?.();
      if (!sandbox) throw new Error('amocrm has a sandbox');
      let now = beganMs;
      const account = await sandbox.start({ unlimited: true, now: () => now });
      const add = (path: string, item: object): Promise<void> => post(account.settings, path, item);
      await add('/catalogs', { name: 'Услуги' });
      await add('/catalogs/1/custom_fields', { name: 'Описание', type: 'textarea' });
      if (read === notes) await add('/contacts', named(0));
      for (let index = 0; index < rows; index++) {
        now += minuteMs;
        await add(read.path, read.row(index));
      }
      now += minuteMs;
      return {
        settings: account.settings,
        now: () => now,
        source: {
          block: { entity: read.entity },
          window: { field: 'updated_at', firstMs: 'all', overlapMs: 0, fullMs: 'all' },
          rows,
          goneKey: { id: '999999' },
        },
        sink: {
          block: { entity },
          unknownEntity: 'visit',
          mark,
          note,
          values: (marked, noted) => ({ ...values, [mark]: marked, ...(noted !== undefined && { [note]: noted }) }),
          goneKey: '999999',
          deletes: false,
        },
        close: () => account.close(),
      };
    },
  };
}

/** A row made past the connector. */
async function post(settings: Readonly<Record<string, unknown>>, path: string, item: object): Promise<void> {
  const response = await fetch(`${String(settings['address'])}/api/v4${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${String(settings['token'])}`, 'content-type': 'application/json' },
    body: JSON.stringify([item]),
  });
  if (!response.ok) throw new Error(`POST ${path}: HTTP ${response.status}`);
}
