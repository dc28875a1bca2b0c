import type { Row } from '../../../engine/index.ts';
import type { Around } from '../stream.ts';
import { amountOf, filled, present, tenThousandths } from '../values.ts';
import { patientStatuses } from './patient-row.ts';
import { specialityOf } from './speciality.ts';

/** A visit as the stream gives it, out of its flat row and the rows around it. */
export function receptionRow(visit: Row, around: Around): Row {
  const id = visit['id'] ?? 0;
  const lines = around('lines', id);
  const latest = around('orders', id).at(-1);
  return present({
    id,
    status: statusOf(visit),
    planStart: visit['planStart'],
    planEnd: visit['planEnd'],
    patient: patientOf(visit, around),
    doctor: doctorOf(visit, around),
    branch: branchOf(visit, latest),
    armchair: visit['armchair'],
    items: lines.map(itemOf),
    amount: amountOf(lines.reduce((sum, line) => sum + priceOf(line), 0)),
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

function patientOf(visit: Row, around: Around): Row {
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
    status: patientStatuses.get(visit['patientStatus'] ?? 0),
    finishedVisits: around('finished', id)[0]?.['finished'] ?? 0,
  });
}

function doctorOf(visit: Row, around: Around): Row | undefined {
  const id = visit['doctorId'];
  if (id === undefined) return undefined;
  return present({
    id,
    surname: filled(visit['doctorSurname']),
    name: filled(visit['doctorName']),
    patronymic: filled(visit['doctorPatronymic']),
    speciality: specialityOf(around('professions', id)),
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

/** Count × price − discount in ten-thousandths. */
function priceOf({ price, count, discount }: Row): number {
  return tenThousandths(Number(price ?? 0) * Number(count ?? 0)) - tenThousandths(discount);
}
