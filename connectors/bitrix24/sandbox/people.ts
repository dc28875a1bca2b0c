import { createAscending, type Ascending } from './ascending.ts';

export interface User {
  readonly id: number;
  readonly name: string;
  readonly lastName: string;
  readonly secondName: string;
  readonly email: string;
  readonly mobile: string;
  readonly position: string;
  readonly departments: readonly number[];
  /** False: dismissed. Nobody is ever deleted. */
  readonly active: boolean;
  readonly admin: boolean;
  /** When it was changed last: TIMESTAMP_X can be filtered by and not read (reference §5.10). */
  readonly changedAt: number;
}

export interface Department {
  readonly id: number;
  readonly name: string;
  readonly sort: number;
  /** null: the company as a whole. */
  readonly parentId: number | null;
  readonly headId: number | null;
}

export interface PeopleBook {
  readonly users: Ascending<User>;
  readonly departments: Ascending<Department>;
}

const hiredAt = Date.parse('2024-07-15T09:00:00+03:00');

const unnamed: User = {
  id: 0,
  name: '',
  lastName: '',
  secondName: '',
  email: '',
  mobile: '',
  position: '',
  departments: [1],
  active: true,
  admin: false,
  changedAt: hiredAt,
};

type Person = readonly [
  id: number,
  name: string,
  lastName: string,
  email: string,
  position: string,
  also?: Partial<User>,
];

/** The first owns the webhook, the second is the manager whose hand `edit` moves; two do not work here any more. */
const people: readonly Person[] = [
  [1, 'Роман', 'Ключевой', 'admin@clinic.example', 'Администратор', { admin: true }],
  [2, 'Дарья', 'Светлова', 'd.svetlova@clinic.example', 'Менеджер'],
  [3, 'Глеб', 'Осокин', 'g.osokin@clinic.example', 'Менеджер'],
  [5, 'Вероника', 'Лугова', 'v.lugova@clinic.example', 'Терапевт', { departments: [5], secondName: 'Павловна' }],
  [7, 'Тимофей', 'Раков', 't.rakov@clinic.example', 'Ортодонт', { departments: [5, 7], mobile: '+79000000107' }],
  [8, 'Инна', 'Ветрова', 'i.vetrova@clinic.example', 'Регистратор', { departments: [3], active: false }],
  [11, 'Остап', 'Синицын', 'o.sinicyn@clinic.example', 'Терапевт', { departments: [5], active: false }],
  [12, 'Инна', 'Ветрова', 'inna@clinic.example', 'Старший регистратор', { departments: [3] }],
];

const departments: readonly Department[] = [
  { id: 1, name: 'Клиника', sort: 500, parentId: null, headId: 1 },
  { id: 3, name: 'Регистратура', sort: 100, parentId: 1, headId: 12 },
  { id: 5, name: 'Терапия', sort: 200, parentId: 1, headId: 5 },
  { id: 7, name: 'Ортодонтия', sort: 300, parentId: 5, headId: null },
];

export function createPeopleBook(): PeopleBook {
  const book = { users: createAscending<User>(), departments: createAscending<Department>() };
  for (const [id, name, lastName, email, position, also] of people)
    book.users.put(id, { ...unnamed, id, name, lastName, email, position, ...also });
  for (const department of departments) book.departments.put(department.id, department);
  return book;
}

export type UserDraft = Partial<Omit<User, 'id' | 'changedAt'>>;
export type DepartmentDraft = Partial<Omit<Department, 'id'>>;

/** The personnel department: no API, no journal, no limit. */
export interface PeopleDesk {
  /** Returns the id. */
  hire(draft: UserDraft): number;
  /** `{ active: false }` dismisses. */
  editUser(id: number, draft: UserDraft): void;
  /** Returns the id. */
  createDepartment(draft: DepartmentDraft): number;
  editDepartment(id: number, draft: DepartmentDraft): void;
  removeDepartment(id: number): void;
}

export function createPeopleDesk({ users, departments: units }: PeopleBook, now: () => number): PeopleDesk {
  return {
    hire(draft) {
      const id = nextId(users);
      users.put(id, { ...unnamed, ...draft, id, changedAt: now() });
      return id;
    },
    editUser: (id, draft) => void users.put(id, { ...existing(users, id), ...draft, changedAt: now() }),
    createDepartment(draft) {
      const id = nextId(units);
      units.put(id, { name: '', sort: 500, parentId: 1, headId: null, ...draft, id });
      return id;
    },
    editDepartment: (id, draft) => void units.put(id, { ...existing(units, id), ...draft }),
    removeDepartment(id) {
      existing(units, id);
      units.remove(id);
    },
  };
}

function nextId<Row extends { readonly id: number }>(rows: Ascending<Row>): number {
  const [last] = rows.within([], true);
  return (last?.id ?? 0) + 1;
}

function existing<Row>(rows: Ascending<Row>, id: number): Row {
  const row = rows.get(id);
  if (row === undefined) throw new RangeError(`there is nothing with the id ${id}`);
  return row;
}
