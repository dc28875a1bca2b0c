import { setImmediate as nextTurn } from 'node:timers/promises';
import { startPortal } from '../../../connectors/bitrix24/sandbox/index.ts';
import type { Desk, Portal } from '../../../connectors/bitrix24/sandbox/index.ts';
import { startClinic } from '../../../connectors/ident/sandbox/index.ts';
import { createRandom } from '../../../connectors/ident/sandbox/random.ts';
import { hireStaff } from '../clinic-work.ts';
import { createHostility } from '../hostile-portal.ts';
import { portalLimits } from '../pipeline-text.ts';
import { finalStages, watchWrites } from '../watch-writes.ts';
import type { Order, Told } from '../world.ts';

/** Clinic and portals in a process of their own, which no kill of `pipe` touches: `world.ts <seed> <appointments>`. */
const [seed = 1, appointments = 30] = process.argv.slice(2).map(Number);
let passedMs = 0;
const now = (): number => Date.now() + passedMs;
const clinic = await startClinic({ appointments, seed, days: 7, now });
const staff = await hireStaff(clinic, createRandom(seed + 7));
const hostility = createHostility({
  struck: (point) => tell({ struck: point }),
  release: (name) => void portal.release(name),
});
const leads = await leadsOfNewcomers();
const watch = watchWrites(() => portal);
const portal: Portal = await startPortal({
  limits: portalLimits,
  now,
  seed: leads,
  onCommand: (call) => {
    watch.see(call);
    return hostility.onCommand(call);
  },
});
/** Where the fault-free run goes. */
const twin = await startPortal({ limits: 'off', now, seed: leads });
portal.hide({ entity: 'contact', path: 'search', calls: 6 });
const managers = createRandom(seed + 11);
const touched = new Map<number, string>();

/** People who left their phone before they came: of one visit and a name of their own, so that it is clear whose a lead is. */
async function leadsOfNewcomers(): Promise<(desk: Desk) => void> {
  const rows = await clinic.execute(
    `SELECT p.Surname AS surname, p.Name AS name, p.MobilePhone AS phone FROM dbo.Persons AS p
      WHERE p.Surname IS NOT NULL AND p.MobilePhone IS NOT NULL
      AND (SELECT COUNT(*) FROM dbo.Receptions AS r WHERE r.ID_Patients = p.ID) = 1
      AND (SELECT COUNT(*) FROM dbo.Persons AS q WHERE q.Surname = p.Surname AND q.Name = p.Name) = 1 ORDER BY p.ID`,
  );
  return (desk) => {
    for (const { surname, name, phone } of rows.slice(0, 4)) {
      const fields = { TITLE: 'Звонок с сайта', LAST_NAME: surname, NAME: name, STATUS_ID: 'NEW' };
      desk.create('lead', { ...fields, PHONE: [{ VALUE: String(phone), VALUE_TYPE: 'MOBILE' }] });
    }
  };
}

async function obey(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'settings':
      return { clinic: clinic.settings, webhook: portal.webhook, twin: twin.webhook };
    case 'work': {
      const visits = await staff.work();
      for (const visit of visits) touched.set(visit, clinic.now());
      return visits;
    }
    case 'arm':
      hostility.arm(order.faults);
      return undefined;
    case 'strike':
      hostility.strike(order.strike);
      return undefined;
    case 'calm':
      hostility.calm();
      return undefined;
    case 'drain':
      await drain();
      return undefined;
    case 'pass':
      passedMs += order.ms;
      takeUpDeal();
      return undefined;
    case 'look':
      return {
        portal: contentOf(portal),
        twin: contentOf(twin),
        commands: portal.journal.commands,
        touched: [...touched].map(([visit, at]) => ({ flow: 'receptions', key: `F1_${visit}`, at })),
        wrongs: watch.wrongs,
        overlaps: portal.truth.overlaps(),
        overruns: portal.journal.requests.filter(isOverrun).length,
      };
  }
}

/** A manager takes up an open deal, by a stage that the mapping leaves alone. */
function takeUpDeal(): void {
  const open = portal.truth.deals().filter(({ STAGE_ID }) => !finalStages.has(STAGE_ID));
  if (open.length > 0) portal.edit('deal', Number(managers.pick(open)['ID']), { STAGE_ID: 'EXECUTING' });
}

/** Bytes of the dead are still in the kernel: some turns of the loop bring all of them in. */
async function drain(): Promise<void> {
  for (let turn = 0; turn < 30 || portal.held().length > 0; turn++) {
    hostility.letGo();
    await nextTurn();
  }
}

function contentOf({ truth }: Portal) {
  const deals = truth.deals().map((deal) => ({ ...deal, rows: truth.productRows('D', Number(deal['ID'])) }));
  return { contacts: truth.contacts(), deals, leads: truth.leads() };
}

/** A refusal for the rate that was not made up. */
function isOverrun({ status, number }: Portal['journal']['requests'][number]): boolean {
  return status === 503 && !hostility.saw(number);
}

function tell(told: Told): void {
  process.send?.(told);
}

let turn: Promise<unknown> = Promise.resolve();
process.on('message', (message: { readonly id: number; readonly order: Order }) => {
  turn = turn.then(async () => tell({ id: message.id, value: (await obey(message.order)) ?? null }));
});
process.on('disconnect', () => process.exit());
tell({ id: 0, value: null });
