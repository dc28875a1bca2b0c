import { onTestFinished } from 'vitest';
import type { CommandEntry, Portal } from '../../../connectors/bitrix24/sandbox/index.ts';
import type { RunOptions } from '../../../engine/run/context.ts';
import type { RunResult } from '../../../engine/run/run-pipeline.ts';
import { startMainJob } from '../main-job.ts';
import type { MainJob, MainJobOptions } from '../main-job.ts';

export interface Patient {
  readonly id: number;
  readonly surname: string | null;
  readonly name: string | null;
  readonly patronymic?: string;
  readonly phone: string;
  readonly card?: string;
  readonly parent?: string;
}

/** Cells of a row by column; a time is naive, `null` empties. */
export type Cells = Readonly<Record<string, string | number | null>>;

/** A clinic whose few patients and visits are laid by hand, a portal, and the shipped pipeline between them. */
export interface Stand {
  readonly job: MainJob;
  readonly portal: Portal;
  addPatient(patient: Patient): Promise<void>;
  /** Of the doctor Лидия Осокина in Кабинет 1, tomorrow at ten for half an hour, unless `cells` say otherwise. */
  addVisit(id: number, patient: number, cells?: Cells): Promise<void>;
  /** Bills a visit: services by their IDs in the price list. */
  addOrder(id: number, visit: number, prices: readonly number[]): Promise<void>;
  /** A minute later the staff changes a visit. */
  changeVisit(id: number, cells: Cells): Promise<void>;
  changePerson(id: number, cells: Cells): Promise<void>;
  /** Runs the pipeline; the journal then holds what this run asked. */
  run(options?: Partial<RunOptions>): Promise<RunResult>;
  /** What the last run asked of the portal, in order, but for what every run asks to get to know it. */
  asked(): readonly string[];
  /** Of that, what changes something: method and parameters. */
  written(): readonly (readonly [method: string, params: unknown])[];
  /** Words of guards and rungs in the last run: `IGNORE F1_501 7`. */
  named(): readonly string[];
}

/** The patient most tests are about. */
export const anna = {
  id: 2001,
  surname: 'Кедрова',
  name: 'Анна',
  patronymic: 'Игоревна',
  phone: '+79990001122',
  card: '77',
} as const satisfies Patient;

/** As a manager wrote her down. */
export const annaInPortal = {
  NAME: 'Анна',
  LAST_NAME: 'Кедрова',
  PHONE: [{ VALUE: '8 (999) 000-11-22', VALUE_TYPE: 'WORK' }],
} as const;

export async function withAnna(options: Partial<MainJobOptions> = {}): Promise<Stand> {
  const stand = await openStand(options);
  await stand.addPatient(anna);
  return stand;
}

export async function openStand(options: Partial<MainJobOptions> = {}): Promise<Stand> {
  const job = await startMainJob({ appointments: 0, limits: 'off', ...options });
  onTestFinished(() => job.close());
  const { clinic, portal, clock } = job;
  const insert = (table: string, cells: Cells) => clinic.execute(insertion(table, cells));
  const change = async (table: string, key: string, cells: Cells) => {
    clock.time += 60_000;
    const set = Object.entries({ ...cells, DateTimeChanged: clinic.now() }).map(
      ([name, cell]) => `${name} = ${sql(cell)}`,
    );
    await clinic.execute(`UPDATE dbo.${table} SET ${set.join(', ')} WHERE ${key}`);
  };
  await change('Persons', 'ID = 101', { Surname: 'Осокина', Name: 'Лидия', Patronymic: null });
  const commands = () => portal.journal.commands.filter((command) => !getsToKnow(command));
  return {
    job,
    portal,
    addPatient: async ({ id, surname, name, patronymic = null, phone, card = null, parent = null }) => {
      const at = clinic.now();
      await insert('Persons', {
        ID: id,
        Surname: surname,
        Name: name,
        Patronymic: patronymic,
        MobilePhone: phone,
        DateTimeChanged: at,
      });
      await insert('Patients', { ID_Persons: id, CardNumber: card, ParentSNP: parent, Status: 1, DateTimeChanged: at });
    },
    addVisit: async (id, patient, cells = {}) => {
      const at = clinic.now();
      await insert('Receptions', {
        ID: id,
        ID_Patients: patient,
        ...visit,
        DateTimeAdded: at,
        DateTimeChanged: at,
        ...cells,
      });
    },
    addOrder: async (id, visitId, prices) => {
      const at = clinic.now();
      await insert('Orders', {
        ID: id,
        ID_Receptions: visitId,
        ID_OwnCompanies: 1,
        DateTimeOrder: at,
        DateTimeAdded: at,
      });
      for (const [index, price] of prices.entries())
        await insert('OrderServiceRelation', {
          ID: id * 100 + index,
          ID_Orders: id,
          ID_ServicePrices: price,
          CountService: 1,
          DateTimeAdded: at,
        });
    },
    changeVisit: (id, cells) => change('Receptions', `ID = ${id}`, cells),
    changePerson: (id, cells) => change('Persons', `ID = ${id}`, cells),
    run: (given) => {
      portal.journal.reset();
      return job.run(given);
    },
    asked: () => commands().map(told),
    written: () =>
      commands()
        .filter(({ method }) => writes.test(method))
        .map(({ method, params }) => [method, lists(params)] as const),
    named: () =>
      job.events.flatMap((event) =>
        event.type === 'record-named' ? [[event.name, event.key, ...event.rows].join(' ')] : [],
      ),
  };
}

const visit: Cells = {
  ID_Staffs: 101,
  ID_Armchairs: 1,
  PlanStart: '2026-11-21T10:00:00',
  PlanEnd: '2026-11-21T10:30:00',
};

/** What the portal's fields and stages are, and which its newest ids. */
function getsToKnow({ method, params }: CommandEntry): boolean {
  return (
    /^crm\.(status\.list|\w+\.fields)$/.test(method) || (method.endsWith('.list') && params['filter'] === undefined)
  );
}

const writes = /\.(add|update|set|delete)$/;

/** A read with what it asks for, a write with the row it is about: `crm.deal.list @CONTACT_ID=1`, `crm.deal.update 7`. */
function told({ method, params }: CommandEntry): string {
  const asked = method.endsWith('.list')
    ? Object.entries(object(params['filter'])).map(([field, value]) => `${field}=${list(value)}`)
    : method === 'crm.duplicate.findbycomm'
      ? [params['entity_type'], list(params['values'])]
      : [params['id'] ?? params['ownerid'] ?? ''];
  return [method, ...asked].join(' ').trimEnd();
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function list(value: unknown): string {
  const listed = lists(value);
  return Array.isArray(listed) ? listed.map(String).join(',') : String(value);
}

/** PHP's lists come as objects with numbers for keys. */
function lists(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, lists(one)] as const);
  const isList = entries.length > 0 && entries.every(([key], index) => key === String(index));
  return isList ? entries.map(([, one]) => one) : Object.fromEntries(entries);
}

function insertion(table: string, cells: Cells): string {
  return `INSERT INTO dbo.${table} (${Object.keys(cells).join(', ')}) VALUES (${Object.values(cells).map(sql).join(', ')})`;
}

function sql(cell: string | number | null): string {
  return typeof cell === 'string' ? `N'${cell.replaceAll("'", "''")}'` : String(cell);
}
