import { setImmediate as nextTurn } from 'node:timers/promises';
import { startAccount } from '../../../../connectors/amocrm/sandbox/index.ts';
import type { Account } from '../../../../connectors/amocrm/sandbox/index.ts';
import { startClinic } from '../../../../connectors/ident/sandbox/index.ts';
import { createRandom } from '../../../../connectors/ident/sandbox/random.ts';
import { hireStaff } from '../../clinic-work.ts';
import type { Order, Told, Touched } from '../../world.ts';
import { createHostility } from '../hostile-account.ts';
import { accountLimits } from '../pipeline-text.ts';
import { additions, doneBy, heldBy, looksAt } from '../sight.ts';
import type { Sight } from '../world.ts';

/** Clinic and accounts in a process of their own, which no kill of `pipe` touches: `world.ts <seed> <appointments>`. */
const [seed = 1, appointments = 30] = process.argv.slice(2).map(Number);
let passedMs = 0;
const now = (): number => Date.now() + passedMs;
const clinic = await startClinic({ appointments, seed, days: 7, now });
const staff = await hireStaff(clinic, createRandom(seed + 7));
const hostility = createHostility({
  struck: (point) => tell({ struck: point }),
  release: (name) => void account.release(name),
});
const mark = (home: 'contacts' | 'leads', code: string) => ({ home, name: code, type: 'text', code, apiOnly: true });
const fields = (['contacts', 'leads'] as const).flatMap((home) => [mark(home, 'PIPE_ORIGIN'), mark(home, 'PIPE_KEY')]);
const account: Account = await startAccount({ limits: accountLimits, now, fields, onRequest: hostility.onRequest });
/** Where the fault-free run goes. */
const twin = await startAccount({ limits: 'off', now, fields });
account.hide({ table: 'contacts', path: 'search', calls: 6 });
const managers = createRandom(seed + 11);
const touched = new Map<string, Touched>();
/** Contacts people added something to. */
const added = new Set<number>();

async function obey(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'settings': {
      const placeOf = ({ origin: address, token }: Account) => ({ address, token });
      return { clinic: clinic.settings, account: placeOf(account), twin: placeOf(twin) };
    }
    case 'work': {
      const visits = await staff.work();
      for (const visit of visits) await touch(visit);
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
      addByHand();
      return undefined;
    case 'look':
      return look();
  }
}

/** A visit changes what is told of its patient, too (T16). */
async function touch(visit: number): Promise<void> {
  const [row] = await clinic.execute(`SELECT ID_Patients AS patient FROM dbo.Receptions WHERE ID = ${visit}`);
  const at = clinic.now();
  for (const [flow, key] of [
    ['receptions', String(visit)],
    ['patients', String(row?.['patient'])],
  ] as const)
    touched.set(`${flow} ${key}`, { flow, key, at });
}

/** A manager calls somebody important, and writes down another phone. */
function addByHand(): void {
  const contacts = account.truth.rows('contacts');
  if (contacts.length === 0) return;
  const id = Number(managers.pick(contacts)['id']);
  if (added.has(id)) return;
  added.add(id);
  const { id: field } = account.field('contacts', 'PHONE');
  const values = [...phonesOf(id).map((value) => ({ value, enum_code: 'MOB' })), { value: additions.phone }];
  account.edit('contacts', id, {
    tags_to_add: [{ name: additions.tag }],
    custom_fields_values: [{ field_id: field, values }],
  });
}

function phonesOf(id: number): readonly string[] {
  return [account.truth.values('contacts', id)['Телефон'] ?? []].flat().map(String);
}

function lostAdditions(): readonly string[] {
  const tagged = new Set(
    account.truth.rows('contacts').flatMap(({ id, _embedded }) => (hasTag(_embedded) ? [Number(id)] : [])),
  );
  return [...added].flatMap((id) => [
    ...(tagged.has(id) ? [] : [`contact ${id} lost the tag a manager gave it`]),
    ...(phonesOf(id).includes(additions.phone) ? [] : [`contact ${id} lost the phone a manager gave it`]),
  ]);
}

function hasTag(embedded: unknown): boolean {
  const { tags = [] } = Object(embedded) as { readonly tags?: readonly { readonly name: string }[] };
  return tags.some(({ name }) => name === additions.tag);
}

/** Bytes of the dead are still in the kernel: some turns of the loop bring all of them in. */
async function drain(): Promise<void> {
  for (let turn = 0; turn < 30 || account.held().length > 0; turn++) {
    hostility.letGo();
    await nextTurn();
  }
}

function look(): Sight {
  const overruns = account.journal.requests.filter(
    ({ status, number }) => status === 429 && !hostility.refused(number),
  );
  return {
    account: heldBy(account),
    twin: heldBy(twin),
    done: doneBy(account),
    looks: looksAt(account),
    touched: [...touched.values()],
    overlaps: account.truth.overlaps(),
    lostAdditions: lostAdditions(),
    overruns: overruns.length,
    unknown: account.journal.refusals.map(({ operation, what }) => `${operation}: ${what}`),
  };
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
