import type { Row, Value } from '../../../engine/index.ts';
import type { Around } from '../stream.ts';
import { amountOf, filled, present, tenThousandths } from '../values.ts';

/** `Patients.Status` and `Persons.Sex` in the words of the seeds' lists (reference A.8). */
export const patientStatuses: ReadonlyMap<Value, string> = new Map([
  [1, 'Активный'],
  [2, 'Архивный'],
  [3, 'Удален'],
]);
const sexes: ReadonlyMap<Value, string> = new Map([
  [1, 'Мужской'],
  [2, 'Женский'],
]);

/** A patient as the stream gives it, out of the flat row and what was counted around it. */
export function patientRow(patient: Row, around: Around): Row {
  const { id = 0 } = patient;
  const [mobile, other] = [filled(patient['mobilePhone']), filled(patient['phone'])];
  const [branch] = around('branch', id);
  return present({
    id,
    surname: filled(patient['surname']),
    name: filled(patient['name']),
    patronymic: filled(patient['patronymic']),
    phone: mobile ?? other,
    extraPhone: mobile === undefined ? undefined : other,
    email: filled(patient['email']),
    birthday: filled(patient['birthday']),
    sex: sexes.get(patient['sex'] ?? 0) ?? 'Не указан',
    parent: filled(patient['parent']),
    cardNumber: filled(patient['cardNumber']),
    number: patient['number'],
    comment: filled(patient['comment']),
    status: patientStatuses.get(patient['status'] ?? 0),
    archiveReason: filled(patient['archiveReason']),
    branch: branch && present({ id: branch['branchId'], name: filled(branch['branchName']) }),
    city: filled(patient['city']),
    address: filled(patient['address']),
    inn: filled(patient['inn']),
    snils: filled(patient['snils']),
    passport: filled(patient['passport']),
    firstVisit: patient['firstVisit'],
    finishedVisits: around('finished', id)[0]?.['finished'] ?? 0,
    ...moneyOf(patient, around),
    smsRefused: patient['smsRejection'] === true,
    source: filled(patient['source']),
    changedAt: patient['changedAt'],
  });
}

/** Positive is an advance, negative a debt: what was paid and the opening balance, less what was done (A.8). */
function moneyOf({ id, initialBalance }: Row, around: Around): Row {
  const sum = (collection: string, column: string): number => tenThousandths(around(collection, id)[0]?.[column]);
  const [gross, discount] = [sum('bills', 'gross'), sum('bills', 'discount')];
  const paid = sum('paidIn', 'amount') - sum('paidOut', 'amount');
  const balance = tenThousandths(initialBalance) + paid - (gross - discount);
  return {
    visitsAmount: amountOf(gross - discount),
    discountPercent: gross === 0 ? 0 : Math.round((discount / gross) * 10_000) / 100,
    paid: amountOf(paid),
    balance: amountOf(balance),
    advance: amountOf(Math.max(balance, 0)),
    debt: amountOf(Math.max(-balance, 0)),
  };
}
