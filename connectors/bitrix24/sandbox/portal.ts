import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createBucket, ordinaryLimits, type Limits } from './bucket.ts';
import { zoneOf } from './dates.ts';
import { defaultCategories, defaultStatuses, defaultUserFields, defaultUsers, managerId } from './default-portal.ts';
import { createCommunications } from './duplicates.ts';
import { entities, type EntityName } from './entities/index.ts';
import { unknown } from './errors.ts';
import { createFaults, type FaultRule, type OnCommand } from './faults.ts';
import { createJournal, type Journal } from './journal.ts';
import { createProductRowBook, legacyRow } from './product-rows.ts';
import { addRecord, updateRecord } from './records.ts';
import { legacyRecord } from './record-shapes.ts';
import { createSchemas } from './schema.ts';
import { createPortalServer } from './server.ts';
import { createStatusBook } from './statuses.ts';
import type { Store } from './store.ts';
import { createTable } from './table.ts';
import { createTiming, type Operating } from './timing.ts';
import { createUserField, type UserFieldDraft } from './user-fields.ts';
import { readFields } from './writing.ts';

/** A record in the shape crm.<entity>.get answers. */
export type LegacyRecord = Readonly<Record<string, unknown>>;

/** What the portal really holds, read past the API: copies. */
export interface Truth {
  contacts(): readonly LegacyRecord[];
  deals(): readonly LegacyRecord[];
  leads(): readonly LegacyRecord[];
  companies(): readonly LegacyRecord[];
  /** Rows of a deal, `D`, or a lead, `L`. */
  productRows(ownerType: string, ownerId: number): readonly LegacyRecord[];
}

/** People at their desks: what they do passes no API, no journal, no limit. Fields have their legacy names. */
export interface Desk {
  /** Adds a record, with any field, read-only ones too, and returns its id. */
  create(entity: EntityName, fields: LegacyRecord): number;
  /** Changes a record as a manager would: stamped with the manager and the time. */
  edit(entity: EntityName, id: number, fields: LegacyRecord): void;
  remove(entity: EntityName, id: number): void;
}

export interface Portal extends Desk {
  /** `http://127.0.0.1:<port>/rest/1/<secret>/`. */
  readonly webhook: string;
  readonly journal: Journal;
  readonly truth: Truth;
  /** Makes one call fail; the rule is spent when it strikes. */
  fail(rule: FaultRule): void;
  /** Stops listening and drops open connections. */
  close(): Promise<void>;
}

export interface PortalOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly userId?: number;
  readonly secret?: string;
  readonly scopes?: readonly string[];
  /** The rate limit, 50 and 2 per second unless said otherwise. */
  readonly limits?: Limits | 'off';
  /** Virtual seconds each command takes, shown in `time` and added up in `operating`; default 0. */
  readonly costPerCommand?: number | ((method: string) => number);
  /** How that is counted, and against which limits. */
  readonly operating?: Operating;
  /** Called with what a request cost before it is answered: waits so long on the clock of `now`. */
  readonly pass?: (seconds: number) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Of the server, as in an ISO time; default `+03:00`. */
  readonly zone?: string;
  /** User fields beside the default ones. */
  readonly userFields?: Readonly<Partial<Record<EntityName, readonly UserFieldDraft[]>>>;
  /** A key in `fields` that names no field: an error, or, as the real portal does, nothing. Counted either way. */
  readonly unknownFields?: 'refuse' | 'ignore';
  readonly onCommand?: OnCommand;
  readonly seed?: (desk: Desk) => void;
}

/** Starts a Bitrix24 portal on loopback. */
export async function startPortal(options: PortalOptions = {}): Promise<Portal> {
  const { port = 0, secret = 'sandbox-secret', limits = ordinaryLimits, now = Date.now } = options;
  const journal = createJournal();
  const faults = createFaults(options.onCommand);
  const store = createStore(options, (what) => {
    if (options.unknownFields !== 'ignore') throw unknown(what);
    journal.refusal({ method: 'fields', what, answered: 'ignored' });
  });
  const timing = createTiming(options.costPerCommand ?? 0, now, store.zone, options.operating);
  const desk = createDesk(store);
  const truth = createTruth(store);
  options.seed?.(desk);
  const server = createPortalServer({
    context: { store, journal, faults, timing, now },
    bucket: createBucket(limits, now),
    userId: store.userId,
    secret,
    pass: options.pass,
    observe: (method, pathname) => observe(truth, journal, method, pathname),
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    ...desk,
    webhook: `http://127.0.0.1:${portOf(server.address())}/rest/${store.userId}/${secret}/`,
    journal,
    truth,
    fail: (rule) => faults.add(rule),
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('the portal listens on a TCP port');
  return address.port;
}

function createStore(options: PortalOptions, unknownField: Store['unknownField']): Store {
  const now = options.now ?? Date.now;
  const communications = {
    lead: createCommunications(),
    deal: createCommunications(),
    contact: createCommunications(),
    company: createCommunications(),
  };
  const counters = { multi: 0, userField: 0, enumItem: 0 };
  const store: Store = {
    tables: {
      lead: createTable(communications.lead),
      deal: createTable(communications.deal),
      contact: createTable(communications.contact),
      company: createTable(communications.company),
    },
    schemas: createSchemas(),
    communications,
    statuses: createStatusBook(defaultStatuses, defaultCategories),
    productRows: createProductRowBook(),
    users: defaultUsers,
    zone: zoneOf(options.zone ?? '+03:00'),
    scopes: options.scopes ?? ['crm', 'user'],
    userId: options.userId ?? 1,
    now: () => Math.floor(now() / 1000) * 1000,
    nextId: (counter) => (counters[counter] += 1),
    unknownField,
  };
  for (const fields of [defaultUserFields, options.userFields ?? {}]) addUserFields(store, fields);
  return store;
}

function addUserFields(store: Store, fields: NonNullable<PortalOptions['userFields']>): void {
  for (const name of ['lead', 'deal', 'contact', 'company'] as const)
    for (const draft of fields[name] ?? []) createUserField(store, name, draft);
}

function createDesk(store: Store): Desk {
  return {
    create(name, fields) {
      const schema = store.schemas[name];
      return addRecord(store, schema, readFields(store, schema, fields, 'desk', true), managerId, 'desk').id;
    },
    edit(name, id, fields) {
      const schema = store.schemas[name];
      const row = store.tables[name].get(id);
      if (row === undefined) throw new RangeError(`there is no ${name} ${id}`);
      updateRecord(store, schema, row, readFields(store, schema, fields, 'desk', false), managerId, 'desk');
    },
    remove(name, id) {
      store.tables[name].remove(id);
      store.productRows.replace(entities[name].letter, id, []);
    },
  };
}

function createTruth(store: Store): Truth {
  const all = (name: EntityName): readonly LegacyRecord[] =>
    [...store.tables[name].rows()].map((row) => legacyRecord(store, store.schemas[name], row));
  return {
    contacts: () => all('contact'),
    deals: () => all('deal'),
    leads: () => all('lead'),
    companies: () => all('company'),
    productRows: (ownerType, ownerId) => store.productRows.of(ownerType, ownerId).map(legacyRow),
  };
}

/** `/sandbox/truth/<entity>`, `/sandbox/truth/productrows/D/5`, `/sandbox/journal`, for other processes. */
function observe(truth: Truth, journal: Journal, method: string, pathname: string): unknown {
  const [sandbox, room, what, ownerType, ownerId] = pathname.split('/').filter((part) => part !== '');
  if (sandbox !== 'sandbox') return undefined;
  if (room === 'journal' && what === 'reset' && method === 'POST') {
    journal.reset();
    return true;
  }
  if (room === 'journal' && what === undefined) {
    const { requests, commands, refusals, counts } = journal;
    return { requests, commands, refusals, counts };
  }
  if (room !== 'truth') return undefined;
  switch (what) {
    case 'contacts':
    case 'deals':
    case 'leads':
    case 'companies':
      return truth[what]();
    case 'productrows':
      return truth.productRows(ownerType ?? '', Number(ownerId));
    default:
      return undefined;
  }
}
