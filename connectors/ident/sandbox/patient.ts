import { asTyped, canaries, canary, inventPerson, inventPhone, inventSurname } from './people.ts';
import type { Person } from './people.ts';
import { addRow, day, naive } from './world.ts';
import type { World } from './world.ts';

export interface Patient {
  readonly id: number;
  readonly person: Person;
  readonly phone: string | null;
}

/** `anyone` is a patient seen before every other time, which makes two visits each on average. */
export type Who = 'new' | 'same' | 'family' | 'namesake' | 'nameless' | 'canary' | 'anyone';

const firstPatient = 1001;
/** Families of three on average, so that a tenth of the patients shares a phone. */
const familyShare = 0.035;

/** Whose visit it is; a patient who comes for the first time is written down. */
export function nextPatient(world: World, who: Who, startMs: number, withoutPhone = false): number {
  if (who === 'same' && world.last) return world.last.id;
  if (who === 'anyone' && world.patients > 0 && world.random.chance(0.5)) {
    return firstPatient + world.random.between(0, world.patients - 1);
  }
  const invented = world.relatives.pop() ?? invent(world, who, withoutPhone);
  const patient = { ...invented, id: firstPatient + world.patients };
  world.patients += 1;
  world.last = patient;
  addPatient(world, patient, startMs);
  return patient.id;
}

function invent(world: World, who: Who, withoutPhone: boolean): Patient {
  const { random } = world;
  const phone = withoutPhone ? null : inventPhone(world.patients);
  const as = (person: Person): Patient => ({ id: 0, person, phone });
  if (who === 'canary') return inventCanary(world);
  if (who === 'nameless' || (who === 'anyone' && random.chance(0.01)))
    return as({ ...inventPerson(random), surname: null });
  if (who === 'namesake' || (who === 'anyone' && random.chance(0.01)))
    return as(world.last?.person ?? inventPerson(random));
  if (who === 'family' || (who === 'anyone' && random.chance(familyShare)))
    return inventFamily(world, as, who === 'family' ? 2 : random.between(1, 3));
  return as(inventPerson(random));
}

function inventFamily(world: World, as: (person: Person) => Patient, relatives: number): Patient {
  const surname = inventSurname(world.random);
  for (let count = 0; count < relatives; count++) world.relatives.push(as(inventPerson(world.random, surname)));
  return as(inventPerson(world.random, surname));
}

function inventCanary(world: World): Patient {
  const index = world.canaries++ === 0 ? 0 : 1;
  return { id: 0, person: canary(index), phone: canaries.phones[index] };
}

function addPatient(world: World, { id, person, phone }: Patient, startMs: number): void {
  const { random } = world;
  const writtenMs = Math.max(world.beginMs, Math.min(startMs - random.between(1, 20) * day, world.nowMs - day));
  addPerson(world, id, person, phone && asTyped(phone, random), writtenMs);
  const card = random.chance(0.97) ? String(id) : null;
  const status = random.chance(0.97) ? 1 : 2;
  addRow(world, 'Patients', [
    id,
    card,
    id - firstPatient + 1,
    status,
    naive(startMs),
    random.chance(0.1) ? 'Просит напоминать о визите' : null,
    random.chance(0.08) ? parentName(world) : null,
    random.chance(0.05),
    random.between(1, 3),
    status === 2 ? world.aside.between(1, 2) : null,
    0,
    naive(writtenMs),
  ]);
}

function parentName(world: World): string {
  const { surname, name, patronymic } = inventPerson(world.random);
  return [surname, name, patronymic].filter(Boolean).join(' ');
}

/** A row of `Persons`: patients and staff alike. A few patients have only a home phone. */
export function addPerson(world: World, id: number, person: Person, phone: string | null, changedMs: number): void {
  const { random } = world;
  const atHome = random.chance(0.03);
  addRow(world, 'Persons', [
    id,
    person.surname,
    person.name,
    person.patronymic,
    atHome ? null : phone,
    atHome ? phone : null,
    random.chance(0.3) ? `patient${id}@mail.example` : null,
    birthday(world),
    person.female ? 2 : 1,
    'Москва',
    digits(world, 12),
    digits(world, 11),
    digits(world, 10),
    world.aside.chance(0.3) ? `улица Вымышленная, дом ${world.aside.between(1, 99)}` : null,
    naive(changedMs),
  ]);
}

/** A number of a document that nobody has: it begins with 00. */
function digits({ aside }: World, length: number): string | null {
  return aside.chance(0.2) ? String(aside.between(0, 10 ** 8)).padStart(length, '0') : null;
}

/** Text in one of the two shapes real bases hold. */
function birthday(world: World): string {
  const { random } = world;
  const date = naive(Date.UTC(random.between(1945, 2020), random.between(0, 11), random.between(1, 28))).slice(0, 10);
  return random.chance(0.5) ? date : date.split('-').reverse().join('.');
}
