import { Type, type TSchema } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { entityNames } from './entities/index.ts';
import { ApiError } from './errors.ts';
import type { AnswerSizes, FieldName, LostRight } from './failings.ts';
import type { FaultRule } from './faults.ts';
import type { RobotRule } from './robots.ts';
import type { Steering } from './steering.ts';
import type { HidingRule } from './visibility.ts';

/** One thing another process may ask of the portal: `POST /sandbox/<name>` with this body. */
interface Order {
  carryOut(steering: Steering, body: unknown): unknown;
}

const closed = { additionalProperties: false } as const;
const count = Type.Integer({ minimum: 1 });
const entity = Type.Enum([...entityNames]);
const object = <T extends Record<string, TSchema>>(properties: T) => Type.Object(properties, closed);

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
const answerSizes = object({
  pageSize: Type.Optional(count),
  searchHits: Type.Optional(count),
  listValues: Type.Optional(Type.Enum(['keyed', 'list', 'plain'])),
  userSelect: Type.Optional(Type.Enum(['heeded', 'ignored'])),
});

const orders: Readonly<Record<string, Order>> = {
  faults: order<FaultRule>(faultRule, (steering, rule) => steering.fail(rule)),
  'forget-faults': order<object>(object({}), (steering) => steering.forgetFaults()),
  release: order<{ name: string }>(object({ name: Type.String() }), (steering, { name }) => steering.release(name)),
  hide: order<HidingRule>(hidingRule, (steering, rule) => steering.hide(rule)),
  robot: order<RobotRule>(robotRule, (steering, rule) => steering.robot(rule)),
  'ignore-filter': order<FieldName>(fieldName, (steering, name) => steering.ignoreFilter(name)),
  'lose-field': order<FieldName>(fieldName, (steering, name) => steering.loseField(name)),
  'lose-right': order<LostRight>(lostRight, (steering, right) => steering.loseRight(right)),
  'answer-with': order<AnswerSizes>(answerSizes, (steering, sizes) => steering.answerWith(sizes)),
  neighbour: order<{ requests: number }>(object({ requests: count }), (steering, { requests }) =>
    steering.neighbour(requests),
  ),
};

function order<T>(schema: TSchema, carryOut: (steering: Steering, body: T) => unknown): Order {
  const isWanted = (body: unknown): body is T => Check(schema, body);
  return {
    carryOut(steering, body) {
      if (isWanted(body)) return carryOut(steering, body) ?? true;
      const [first] = Errors(schema, body);
      throw refusal(`${first?.instancePath ?? ''} ${first?.message ?? 'does not fit'}`.trim());
    },
  };
}

/** What came of it, `true` where there is nothing to say; undefined when there is no such order. */
export function carryOutOrder(steering: Steering, name: string, text: string): unknown {
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

function refusal(what: string): ApiError {
  return new ApiError(400, 'SANDBOX_ORDER', what);
}
