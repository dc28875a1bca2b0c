import { createBucket, ordinaryLimits, type Limits } from './bucket.ts';
import type { Context } from './call.ts';
import { createChanges } from './changes.ts';
import { zoneOf } from './dates.ts';
import { clinicUserFields, defaultCategories, defaultStatuses, processUserFields } from './default-portal.ts';
import { createCommunications } from './duplicates.ts';
import { createDesk, type Desk } from './desk.ts';
import { entityNames, perEntity, type EntityName } from './entities/index.ts';
import { unknown } from './errors.ts';
import { createFailings } from './failings.ts';
import { createFaults, type OnCommand, type OnRequest } from './faults.ts';
import { openDoors } from '../../_sandbox/doors.ts';
import { createFlights } from '../../_sandbox/flights.ts';
import { createHolds } from '../../_sandbox/holds.ts';
import { createJournal, type Journal } from './journal.ts';
import { createListDesk, seedLists, type ListDesk } from './list-desk.ts';
import type { ListDates } from './list-values.ts';
import { createListBook } from './lists.ts';
import { observe } from './observer.ts';
import { createPeopleBook, createPeopleDesk, type PeopleDesk } from './people.ts';
import { createProductRowBook } from './product-rows.ts';
import { createSchemas } from './schema.ts';
import { createPortalServer } from './server.ts';
import { createStageHistory } from './stage-history.ts';
import { createStatusBook } from './statuses.ts';
import { createSteering, type Steering } from './steering.ts';
import type { Store } from './store.ts';
import { createTable } from './table.ts';
import { createTiming, type Operating } from './timing.ts';
import { createTruth, type Truth } from './truth.ts';
import { createUserField, type UserFieldDraft } from './user-fields.ts';

/** People at work: what they do passes no API, no journal, no limit. */
export type EveryDesk = Desk & ListDesk & PeopleDesk;

export interface Portal extends EveryDesk, Steering {
  /** `http://127.0.0.1:<port>/rest/1/<secret>/`. */
  readonly webhook: string;
  /** The same portal over HTTPS, where `tls` asked for it. */
  readonly secure?: SecureDoor;
  readonly journal: Journal;
  readonly truth: Truth;
  /** Stops listening and drops open connections. */
  close(): Promise<void>;
}

export interface SecureDoor {
  /** `https://127.0.0.1:<port>/rest/1/<secret>/`. */
  readonly webhook: string;
  /** The certificate, in PEM, of the authority a client has to trust. */
  readonly ca: string;
}

export interface PortalOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Also listens on a free port with HTTPS: the vendor's own client talks nothing else (reference §11.1). */
  readonly tls?: boolean;
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
  /** How lists write dates, which follow the portal's locale; default `american`, as on the vendor's pages. */
  readonly listDates?: ListDates;
  /** Without the user fields of the clinic: what `pipe provision` finds. */
  readonly bare?: boolean;
  /** User fields beside the default ones. */
  readonly userFields?: Readonly<Partial<Record<EntityName, readonly UserFieldDraft[]>>>;
  /** A key in `fields` that names no field: an error, or, as the real portal does, nothing. Counted either way. */
  readonly unknownFields?: 'refuse' | 'ignore';
  readonly onCommand?: OnCommand;
  readonly onRequest?: OnRequest;
  /** How a held request waits for its milliseconds; default by the machine's clock. */
  readonly wait?: (ms: number) => Promise<unknown>;
  readonly seed?: (desk: EveryDesk) => void;
}

/** Starts a Bitrix24 portal on loopback. */
export async function startPortal(options: PortalOptions = {}): Promise<Portal> {
  const { port = 0, secret = 'sandbox-secret', limits = ordinaryLimits, now = Date.now } = options;
  const context = createContext(options, now);
  const { store, journal } = context;
  const desk = {
    ...createDesk(store),
    ...createListDesk(store),
    ...createPeopleDesk(store.people, store.now),
  };
  seedLists(store);
  const truth = createTruth(store);
  options.seed?.(desk);
  const bucket = createBucket(limits, now);
  const steering = createSteering({ ...context, bucket });
  const server = createPortalServer({
    context,
    bucket,
    userId: store.userId,
    secret,
    pass: options.pass,
    observe: observe({ truth, journal, steering: { ...steering, ...desk } }),
  });
  const path = `/rest/${store.userId}/${secret}/`;
  const { origin, secure, close } = await openDoors(server, {
    port,
    ...(options.tls && { tls: { authority: 'Bitrix24 sandbox' } }),
  });
  return {
    ...desk,
    webhook: `${origin}${path}`,
    ...(secure && { secure: { webhook: `${secure.origin}${path}`, ca: secure.ca } }),
    journal,
    truth,
    ...steering,
    close,
  };
}

function createContext(options: PortalOptions, now: () => number): Context {
  const tick = createCounter();
  const journal = createJournal(tick);
  const store = createStore(options, tick, (what) => {
    if (options.unknownFields !== 'ignore') throw unknown(what);
    journal.refusal({ method: 'fields', what, answered: 'ignored' });
  });
  return {
    store,
    journal,
    faults: createFaults(),
    holds: createHolds(options.wait),
    flights: createFlights(),
    timing: createTiming(options.costPerCommand ?? 0, now, store.zone, options.operating),
    onCommand: options.onCommand,
    onRequest: options.onRequest,
    now,
  };
}

/** Counts from 1. */
function createCounter(): () => number {
  let count = 0;
  return () => (count += 1);
}

function createStore(options: PortalOptions, tick: () => number, unknownField: Store['unknownField']): Store {
  const now = options.now ?? Date.now;
  const changes = createChanges(now, tick, () => store);
  const statuses = createStatusBook(defaultStatuses, defaultCategories);
  const communications = perEntity(() => createCommunications());
  const counters = { multi: 0, userField: 0, enumItem: 0 };
  const store: Store = {
    tables: perEntity((name) => createTable(communications[name], changes.of(name))),
    schemas: createSchemas(),
    communications,
    statuses,
    stageHistory: createStageHistory(changes.history, statuses),
    productRows: createProductRowBook(changes.productRows),
    history: changes.history,
    visibility: changes.visibility,
    robots: changes.robots,
    failings: createFailings(),
    lists: createListBook(() => store.now()),
    listDates: options.listDates ?? 'american',
    people: createPeopleBook(),
    zone: zoneOf(options.zone ?? '+03:00'),
    scopes: options.scopes ?? ['crm', 'user', 'department', 'lists'],
    userId: options.userId ?? 1,
    now: () => Math.floor(now() / 1000) * 1000,
    nextId: (counter) => (counters[counter] += 1),
    unknownField,
  };
  const clinics = options.bare === true ? {} : clinicUserFields;
  for (const fields of [clinics, processUserFields, options.userFields ?? {}]) addUserFields(store, fields);
  return store;
}

function addUserFields(store: Store, fields: NonNullable<PortalOptions['userFields']>): void {
  for (const name of entityNames) for (const draft of fields[name] ?? []) createUserField(store, name, draft);
}
