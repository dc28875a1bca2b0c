import type { Row, Value } from '../../engine/index.ts';

/** What the collections around a batch of visits hold, by the ID they hang on. */
export interface Surroundings {
  readonly professions: ReadonlyMap<Value, readonly Row[]>;
  readonly orders: ReadonlyMap<Value, readonly Row[]>;
  readonly lines: ReadonlyMap<Value, readonly Row[]>;
  readonly finished: ReadonlyMap<Value, readonly Row[]>;
}

/** A visit as the stream gives it, out of its flat row and the rows around it. */
export function receptionRow(visit: Row, around: Surroundings): Row {
  const id = visit['id'] ?? 0;
  const orders = around.orders.get(id) ?? [];
  const lines = around.lines.get(id) ?? [];
  const latest = orders.at(-1);
  return present({
    id,
    status: statusOf(visit),
    planStart: visit['planStart'],
    planEnd: visit['planEnd'],
    patient: patientOf(visit, around.finished),
    doctor: doctorOf(visit, around.professions),
    branch: branchOf(visit, latest),
    armchair: visit['armchair'],
    items: lines.map(itemOf),
    amount: lines.reduce((sum, line) => sum + tenThousandths(line), 0) / 10_000,
    orderDate: latest?.['orderDate'],
    billFormedAt: latest?.['billFormedAt'],
    comment: visit['comment'],
    cancelReason: visit['cancelReason'],
    movedFrom: visit['movedFrom'],
    createdAt: visit['createdAt'],
    appearedAt: visit['appearedAt'],
    startedAt: visit['startedAt'],
    endedAt: visit['endedAt'],
    checkIssuedAt: visit['checkIssuedAt'],
    cancelledAt: visit['cancelledAt'],
    changedAt: visit['changedAt'],
  });
}

/** The first that holds (reference A.5); a reason alone means cancelled too, some versions set no stamp. */
function statusOf(visit: Row): string {
  const has = (column: string): boolean => visit[column] !== undefined;
  if (has('cancelledAt') || has('cancelReasonId')) return 'Отменен';
  if (has('checkIssuedAt')) return 'Завершен (счет выдан)';
  if (has('endedAt')) return 'Завершен';
  if (has('startedAt')) return 'В процессе';
  return has('appearedAt') ? 'Пациент пришел' : 'Запланирован';
}

function patientOf(visit: Row, finished: Surroundings['finished']): Row {
  const id = visit['patientId'] ?? 0;
  return present({
    id,
    surname: filled(visit['surname']),
    name: filled(visit['name']),
    patronymic: filled(visit['patronymic']),
    phone: filled(visit['mobilePhone']) ?? filled(visit['phone']),
    birthday: filled(visit['birthday']),
    parent: filled(visit['parent']),
    cardNumber: filled(visit['cardNumber']),
    number: visit['patientNumber'],
    finishedVisits: finished.get(id)?.[0]?.['finished'] ?? 0,
  });
}

function doctorOf(visit: Row, professions: Surroundings['professions']): Row | undefined {
  const id = visit['doctorId'];
  if (id === undefined) return undefined;
  const names = (professions.get(id) ?? []).map((row) => String(row['profession'] ?? '')).filter((name) => name !== '');
  return present({
    id,
    surname: filled(visit['doctorSurname']),
    name: filled(visit['doctorName']),
    patronymic: filled(visit['doctorPatronymic']),
    speciality: names.length === 0 ? undefined : names.sort().join(', '),
  });
}

/** The branch the latest order was written in, else that of the chair. */
function branchOf(visit: Row, latest: Row | undefined): Row | undefined {
  if (latest?.['branchId'] !== undefined) return present({ id: latest['branchId'], name: latest['branchName'] });
  if (visit['chairBranchId'] === undefined) return undefined;
  return present({ id: visit['chairBranchId'], name: visit['chairBranchName'] });
}

function itemOf(line: Row): Row {
  return present({ name: line['name'], price: line['price'], count: line['count'] ?? 0, discount: line['discount'] });
}

/** Count × price − discount in ten-thousandths, the unit of `money`: sums of whole numbers stay exact. */
function tenThousandths(line: Row): number {
  const number = (column: string): number => Number(line[column] ?? 0);
  return Math.round(number('price') * number('count') * 10_000) - Math.round(number('discount') * 10_000);
}

/** Registrars leave fields blank rather than empty. */
function filled(value: Value | undefined): Value | undefined {
  return typeof value === 'string' && value.trim() === '' ? undefined : value;
}

function present(row: Readonly<Record<string, Value | undefined>>): Row {
  const kept: Record<string, Value> = {};
  for (const [name, value] of Object.entries(row)) if (value !== undefined) kept[name] = value;
  return kept;
}
