import { Type } from 'typebox';
import type { EntityName } from './entities/index.ts';
import type { AnswerSizes, DeafMethod, FieldName, LostRight } from './failings.ts';
import type { FaultRule } from './faults.ts';
import { count, entity, object, order, refusal, type Order, type Steerable } from './order.ts';
import type { RobotRule } from './robots.ts';
import { userFieldTypes, type UserFieldDraft } from './user-fields.ts';
import type { HidingRule } from './visibility.ts';
import { workOrders } from './work-orders.ts';

const until = Type.Union([
  object({ name: Type.String() }),
  Type.Literal('clientGone'),
  object({ newerRequests: count }),
  object({ ms: Type.Number({ minimum: 0 }) }),
]);

const fault = Type.Union([
  object({
    status: Type.Integer({ minimum: 100, maximum: 599 }),
    body: Type.String(),
    contentType: Type.Optional(Type.String()),
    location: Type.Optional(Type.String()),
  }),
  object({
    error: Type.Union([Type.String(), Type.Number()]),
    description: Type.String(),
    status: Type.Optional(Type.Integer({ minimum: 400, maximum: 599 })),
  }),
  object({ truncateTo: Type.Integer({ minimum: 0 }) }),
  object({ hold: until }),
  Type.Enum(['missing', 'reset', 'cut', 'stale', 'hang']),
]);

const faultRule = object({
  method: Type.String(),
  nth: Type.Optional(count),
  place: Type.Optional(count),
  probability: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  seed: Type.Optional(Type.Integer()),
  times: Type.Optional(count),
  when: Type.Optional(Type.Enum(['half', 'received', 'answering', 'before', 'after'])),
  fault,
});

const hidingRule = object({
  entity,
  path: Type.Enum(['id', 'list', 'search']),
  id: Type.Optional(count),
  calls: Type.Optional(count),
  ms: Type.Optional(Type.Number({ minimum: 0 })),
});

const robotRule = object({
  entity,
  on: Type.Enum(['add', 'update']),
  fields: Type.Record(Type.String(), Type.Unknown()),
  afterMs: Type.Optional(Type.Number({ minimum: 0 })),
  times: Type.Optional(count),
});

const fieldName = object({ entity, field: Type.String() });
const lostRight = object({ entity, verb: Type.Optional(Type.Enum(['read', 'add', 'update', 'delete'])) });
const deafMethod = object({ method: Type.String(), field: Type.Optional(Type.String()) });
const answerSizes = object({
  pageSize: Type.Optional(count),
  searchHits: Type.Optional(count),
  listValues: Type.Optional(Type.Enum(['keyed', 'list', 'plain'])),
  userSelect: Type.Optional(Type.Enum(['heeded', 'ignored'])),
  missingReference: Type.Optional(Type.Enum(['refused', 'dropped', 'zero'])),
});

const fieldDraft = object({
  name: Type.String(),
  type: Type.Enum([...userFieldTypes]),
  label: Type.Optional(Type.String()),
  multiple: Type.Optional(Type.Boolean()),
  mandatory: Type.Optional(Type.Boolean()),
  items: Type.Optional(Type.Array(object({ value: Type.String(), xmlId: Type.Optional(Type.String()) }))),
});

const orders: Readonly<Record<string, Order>> = {
  ...workOrders,
  faults: order<FaultRule>(faultRule, (steering, rule) => steering.fail(rule)),
  'forget-faults': order<object>(object({}), (steering) => steering.forgetFaults()),
  release: order<{ name: string }>(object({ name: Type.String() }), (steering, { name }) => steering.release(name)),
  hide: order<HidingRule>(hidingRule, (steering, rule) => steering.hide(rule)),
  robot: order<RobotRule>(robotRule, (steering, rule) => steering.robot(rule)),
  'ignore-filter': order<FieldName | DeafMethod>(Type.Union([fieldName, deafMethod]), (steering, name) =>
    steering.ignoreFilter(name),
  ),
  'add-field': order<{ entity: EntityName; field: UserFieldDraft }>(
    object({ entity, field: fieldDraft }),
    (steering, { entity: name, field }) => steering.addField(name, field),
  ),
  'rename-field': order<FieldName & { label: string }>(
    object({ entity, field: Type.String(), label: Type.String() }),
    (steering, name) => steering.renameField(name),
  ),
  'lose-field': order<FieldName>(fieldName, (steering, name) => steering.loseField(name)),
  'lose-right': order<LostRight>(lostRight, (steering, right) => steering.loseRight(right)),
  'answer-with': order<AnswerSizes>(answerSizes, (steering, sizes) => steering.answerWith(sizes)),
  neighbour: order<{ requests: number }>(object({ requests: count }), (steering, { requests }) =>
    steering.neighbour(requests),
  ),
};

/** What came of it, `true` where there is nothing to say; undefined when there is no such order. */
export function carryOutOrder(steering: Steerable, name: string, text: string): unknown {
  const wanted = orders[name];
  return wanted?.carryOut(steering, parsed(text));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    throw refusal('a body that is not JSON');
  }
}
