import type { Field, FieldType } from '../../engine/index.ts';

const always = (name: string, type: FieldType): Field => ({ name, type, optional: false });
const maybe = (name: string, type: FieldType): Field => ({ name, type, optional: true });
const personal = (name: string, kind: NonNullable<Field['personal']>): Field => ({
  ...maybe(name, 'text'),
  personal: kind,
});

const patient: readonly Field[] = [
  always('id', 'integer'),
  personal('surname', 'name'),
  personal('name', 'name'),
  personal('patronymic', 'name'),
  personal('phone', 'phone'),
  personal('birthday', 'text'),
  personal('parent', 'name'),
  maybe('cardNumber', 'text'),
  maybe('number', 'integer'),
  always('finishedVisits', 'integer'),
];

const doctor: readonly Field[] = [
  always('id', 'integer'),
  maybe('surname', 'text'),
  maybe('name', 'text'),
  maybe('patronymic', 'text'),
  maybe('speciality', 'text'),
];

const items: readonly Field[] = [
  maybe('name', 'text'),
  maybe('price', 'number'),
  always('count', 'number'),
  maybe('discount', 'number'),
];

/** Columns of the stream `receptions`, the same for every IDENT. Times are naive: the clinic's wall clock. */
export const receptionFields: readonly Field[] = [
  always('id', 'integer'),
  always('status', 'text'),
  maybe('planStart', 'datetime'),
  maybe('planEnd', 'datetime'),
  { ...always('patient', 'json'), fields: patient },
  { ...maybe('doctor', 'json'), fields: doctor },
  { ...maybe('branch', 'json'), fields: [always('id', 'integer'), maybe('name', 'text')] },
  maybe('armchair', 'text'),
  { ...always('items', 'json'), multiple: true, fields: items },
  always('amount', 'number'),
  maybe('orderDate', 'datetime'),
  maybe('billFormedAt', 'datetime'),
  personal('comment', 'text'),
  personal('cancelReason', 'text'),
  maybe('movedFrom', 'integer'),
  maybe('createdAt', 'datetime'),
  maybe('appearedAt', 'datetime'),
  maybe('startedAt', 'datetime'),
  maybe('endedAt', 'datetime'),
  maybe('checkIssuedAt', 'datetime'),
  maybe('cancelledAt', 'datetime'),
  maybe('changedAt', 'datetime'),
];
