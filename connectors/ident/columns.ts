import type { Field } from '../../engine/index.ts';
import { always, list, maybe, personal } from './fields.ts';

const patient = [
  always('id', 'integer'),
  personal('surname', 'name'),
  personal('name', 'name'),
  personal('patronymic', 'name'),
  personal('phone', 'phone'),
  personal('birthday', 'text'),
  personal('parent', 'name'),
  maybe('cardNumber', 'text'),
  maybe('number', 'integer'),
  maybe('status', 'text'),
  always('finishedVisits', 'integer'),
];

const doctor = [
  always('id', 'integer'),
  maybe('surname', 'text'),
  maybe('name', 'text'),
  maybe('patronymic', 'text'),
  maybe('speciality', 'text'),
];

const items = [maybe('name', 'text'), maybe('price', 'number'), always('count', 'number'), maybe('discount', 'number')];

const services = [
  maybe('name', 'text'),
  maybe('price', 'number'),
  maybe('discount', 'number'),
  always('amount', 'number'),
  always('status', 'text'),
];

const elements = [maybe('name', 'text'), list('services', services)];

const stages = [maybe('name', 'text'), list('elements', elements)];

const share = [always('count', 'integer'), always('amount', 'number')];

const summary = [
  ...share,
  { ...always('done_paid', 'json'), fields: share },
  { ...always('done', 'json'), fields: share },
  { ...always('pending', 'json'), fields: share },
  always('completion_percent', 'integer'),
];

/** The fields of each stream's rows, apart from its queries: whoever only reads a pipeline loads none of those. */
export const streamColumns = {
  receptions: [
    always('id', 'integer'),
    always('status', 'text'),
    maybe('planStart', 'datetime'),
    maybe('planEnd', 'datetime'),
    { ...always('patient', 'json'), fields: patient },
    { ...maybe('doctor', 'json'), fields: doctor },
    { ...maybe('branch', 'json'), fields: [always('id', 'integer'), maybe('name', 'text')] },
    maybe('armchair', 'text'),
    list('items', items),
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
  ],
  treatmentPlans: [
    always('id', 'integer'),
    maybe('cardNumber', 'text'),
    list('plans', [
      always('id', 'integer'),
      maybe('name', 'text'),
      always('active', 'boolean'),
      maybe('createdAt', 'datetime'),
      list('stages', stages),
      { ...always('summary', 'json'), fields: summary },
    ]),
    always('total', 'integer'),
    always('active', 'integer'),
    maybe('changedAt', 'datetime'),
  ],
  patients: [
    always('id', 'integer'),
    personal('surname', 'name'),
    personal('name', 'name'),
    personal('patronymic', 'name'),
    personal('phone', 'phone'),
    personal('extraPhone', 'phone'),
    personal('email', 'email'),
    personal('birthday', 'text'),
    always('sex', 'text'),
    personal('parent', 'name'),
    maybe('cardNumber', 'text'),
    maybe('number', 'integer'),
    personal('comment', 'text'),
    maybe('status', 'text'),
    maybe('archiveReason', 'text'),
    { ...maybe('branch', 'json'), fields: [always('id', 'integer'), maybe('name', 'text')] },
    personal('city', 'text'),
    personal('address', 'text'),
    personal('inn', 'text'),
    personal('snils', 'text'),
    personal('passport', 'text'),
    maybe('firstVisit', 'datetime'),
    always('finishedVisits', 'integer'),
    always('visitsAmount', 'number'),
    always('discountPercent', 'number'),
    always('paid', 'number'),
    always('balance', 'number'),
    always('advance', 'number'),
    always('debt', 'number'),
    always('smsRefused', 'boolean'),
    maybe('source', 'text'),
    maybe('changedAt', 'datetime'),
  ],
  doctors: [
    always('id', 'integer'),
    maybe('surname', 'text'),
    maybe('name', 'text'),
    maybe('patronymic', 'text'),
    maybe('speciality', 'text'),
    always('archived', 'boolean'),
  ],
  branches: [always('id', 'integer'), maybe('name', 'text')],
  services: [
    always('id', 'integer'),
    maybe('name', 'text'),
    maybe('price', 'number'),
    maybe('folder', 'text'),
    maybe('category', 'text'),
  ],
} as const satisfies Readonly<Record<string, readonly Field[]>>;

/** Of what `stream:` names; undefined: there is none of that name. */
export function columnsOf(stream: unknown): readonly Field[] | undefined {
  const named: Readonly<Record<string, readonly Field[]>> = streamColumns;
  return typeof stream === 'string' && Object.hasOwn(named, stream) ? named[stream] : undefined;
}
