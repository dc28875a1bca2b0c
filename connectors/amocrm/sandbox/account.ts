import { createBook } from './book.ts';
import {
  clinicFields,
  defaultLossReasons,
  defaultPipelines,
  defaultUsers,
  predefinedFields,
  type User,
} from './default-account.ts';
import { createDesk, type Desk } from './desk.ts';
import { createFaults, type OnRequest } from './faults.ts';
import { createFieldBook, type FieldDraft } from './fields.ts';
import { openDoors } from '../../_sandbox/doors.ts';
import { createFlights } from '../../_sandbox/flights.ts';
import { createGate, ordinaryLimits, type Gate, type Limits } from './gate.ts';
import { ordinaryHabits, type Habits } from './habits.ts';
import { createHistory } from './history.ts';
import { createHolds } from '../../_sandbox/holds.ts';
import { createJournal, type Journal } from './journal.ts';
import { createLinkBook } from './links.ts';
import { observe } from './observer.ts';
import type { Context } from './passage.ts';
import { createPipelines } from './pipelines.ts';
import { tableNames, type Row, type TableName } from './rows.ts';
import { createAccountServer } from './server.ts';
import { createSteering, type Steering } from './steering.ts';
import type { Store, Tag } from './store.ts';
import { createTokens, type Integration } from './tokens.ts';
import { createTruth, type Truth } from './truth.ts';
import { createVisibility } from './visibility.ts';
import { createZone } from './zone.ts';

export interface Account extends Desk, Steering {
  /** `http://127.0.0.1:<port>`: what stands before `/api/v4` and `/oauth2`. */
  readonly origin: string;
  /** The same account over HTTPS, where `tls` asked for it. */
  readonly secure?: SecureDoor;
  /** `clinic.amocrm.ru`: as which HTTPS vouches for it, and which the callback names. */
  readonly domain: string;
  readonly integration: Integration;
  /** A long-lived token of the integration, good for a year. */
  readonly token: string;
  readonly journal: Journal;
  readonly truth: Truth;
  /** Stops listening and drops open connections. */
  close(): Promise<void>;
}

export interface SecureDoor {
  /** `https://127.0.0.1:<port>`. */
  readonly origin: string;
  /** The certificate, in PEM, of the authority a client has to trust; good for `*.amocrm.ru` too. */
  readonly ca: string;
}

export interface AccountOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Also listens on a free port with HTTPS: amocrm-js talks nothing else (reference §9.2). */
  readonly tls?: boolean;
  readonly subdomain?: string;
  readonly integration?: Partial<Integration>;
  /** What the callback calls the account; default its host (reference §1). */
  readonly referer?: string;
  readonly limits?: Limits | 'off';
  /** Of the account, on which calendar days depend; default `Europe/Moscow`. */
  readonly zone?: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly habits?: Partial<Habits>;
  /** Without the custom fields of the clinic: what `pipe provision` finds. */
  readonly bare?: boolean;
  /** Custom fields beside those. */
  readonly fields?: readonly FieldDraft[];
  readonly users?: readonly User[];
  readonly onRequest?: OnRequest;
  /** How a held request waits for its milliseconds; default by the machine's clock. */
  readonly wait?: (ms: number) => Promise<unknown>;
  readonly seed?: (desk: Desk) => void;
}

const accountId = 31_000_001;

const defaultIntegration: Integration = {
  clientId: 'c1114a00-0000-4000-8000-000000000001',
  clientSecret: 'sandbox-secret',
  redirectUri: 'http://localhost:8080/callback',
};

/** Clients that call `https://<sub-domain>.amocrm.ru` are led here, and verify that name (reference §11.1). */
const asVendor = { authority: 'amoCRM sandbox', names: ['*.amocrm.ru', '*.amocrm.com', '*.kommo.com'] } as const;

/** Starts an amoCRM account on loopback. */
export async function startAccount(options: AccountOptions = {}): Promise<Account> {
  const { port = 0, subdomain = 'clinic', limits = ordinaryLimits, now = Date.now } = options;
  const domain = `${subdomain}.amocrm.ru`;
  const integration = { ...defaultIntegration, ...options.integration };
  const store = createStore(options, now);
  const context = createContext(options, store, integration, domain, createGate(limits, now));
  const { journal, authorization } = context;
  const desk = createDesk(store);
  const truth = createTruth(store);
  options.seed?.(desk);
  const steering = createSteering(context);
  const token = authorization.tokens.longLived({ clientId: integration.clientId, userId: 101 }, 365);
  const server = createAccountServer(context, observe({ truth, journal, steering }));
  const { origin, secure, close } = await openDoors(server, { port, ...(options.tls && { tls: asVendor }) });
  return {
    ...desk,
    origin,
    ...(secure && { secure }),
    domain,
    integration,
    token,
    journal,
    truth,
    ...steering,
    close,
  };
}

function createContext(
  options: AccountOptions,
  store: Store,
  integration: Integration,
  domain: string,
  gate: Gate,
): Context {
  const now = options.now ?? Date.now;
  const seconds = (): number => Math.floor(now() / 1000);
  const tokens = createTokens({ accountId, apiDomain: 'api-b.amocrm.ru' }, seconds);
  return {
    store,
    journal: createJournal(),
    faults: createFaults(),
    holds: createHolds(options.wait),
    flights: createFlights(),
    gate,
    authorization: {
      tokens,
      integrations: [integration],
      referer: options.referer ?? domain,
      now: seconds,
    },
    onRequest: options.onRequest,
    isOurs: (host) => [domain, '127.0.0.1', 'localhost'].includes(host.replace(/:\d+$/, '')),
    now,
  };
}

/** Counts from 1. */
function createCounter(): () => number {
  let count = 0;
  return () => (count += 1);
}

function createStore(options: AccountOptions, now: () => number): Store {
  const history = createHistory(createCounter(), now);
  const visibility = createVisibility(now);
  const tables = createTables((table, row, isNew) => {
    history.note(table, row);
    if (isNew) visibility.born(table, row.id);
  });
  let habits: Habits = { ...ordinaryHabits, ...options.habits };
  const store: Store = {
    accountId,
    subdomain: options.subdomain ?? 'clinic',
    tables,
    history,
    visibility,
    fields: createFieldBook(),
    links: createLinkBook(),
    tags: createBook<Tag>(201),
    users: createBook<User>(101),
    pipelines: createPipelines(defaultPipelines),
    lossReasons: defaultLossReasons,
    zone: createZone(options.zone ?? 'Europe/Moscow'),
    get habits() {
      return habits;
    },
    setHabits: (changed) =>
      void (habits = {
        ...habits,
        ...changed,
      }),
    now: () => Math.floor(now() / 1e3),
    save: () => saveAll(store),
  };
  for (const user of options.users ?? defaultUsers) store.users.put(user);
  const drafts = [...predefinedFields, ...(options.bare === true ? [] : clinicFields), ...(options.fields ?? [])];
  for (const draft of drafts) store.fields.create(draft);
  return store;
}

function createTables(changed: (table: TableName, row: Row, isNew: boolean) => void): Store['tables'] {
  const table = (name: TableName) =>
    createBook<Row>(1, (_id, old, row) => {
      if (row) changed(name, row, old === undefined);
    });
  const [contacts, companies, leads] = [table('contacts'), table('companies'), table('leads')];
  const [tasks, notes, catalogs, elements] = [table('tasks'), table('notes'), table('catalogs'), table('elements')];
  return { contacts, companies, leads, tasks, notes, catalogs, elements };
}

function saveAll({ tables, fields, links, tags, users }: Store): () => void {
  const books = [...tableNames.map((name) => tables[name]), fields, links, tags, users];
  const restorers = books.map((book) => book.save());
  return () => {
    for (const restore of restorers) restore();
  };
}
