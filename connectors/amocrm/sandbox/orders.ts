import { Type, type TSchema } from 'typebox';
import { Check, Errors } from 'typebox/value';
import type { FaultRule } from './faults.ts';
import type { Habits } from './habits.ts';
import { Problem } from './problems.ts';
import { entityTypes, tableNames } from './rows.ts';
import type { FieldName, Steering } from './steering.ts';
import type { HidingRule } from './visibility.ts';

/** One thing another process may ask of the account: `POST /sandbox/<name>` with this body. */
interface Order {
  carryOut(steering: Steering, body: unknown): unknown;
}

const closed = { additionalProperties: false } as const;
const count = Type.Integer({ minimum: 1 });
const ms = Type.Number({ minimum: 0 });
const object = <T extends Record<string, TSchema>>(properties: T) => Type.Object(properties, closed);

const until = Type.Union([
  object({ name: Type.String() }),
  Type.Literal('clientGone'),
  object({ newerRequests: count }),
  object({ ms }),
]);

const fault = Type.Union([
  object({
    status: Type.Integer({ minimum: 100, maximum: 599 }),
    body: Type.String(),
    contentType: Type.Optional(Type.String()),
    headers: Type.Optional(Type.Record(Type.String(), Type.String())),
  }),
  object({ truncateTo: Type.Integer({ minimum: 0 }) }),
  object({ partial: Type.Integer({ minimum: 0 }) }),
  object({ hold: until }),
  Type.Enum(['split', 'repeatPage', 'reset', 'cut', 'stale', 'hang']),
]);

const faultRule = object({
  operation: Type.String(),
  nth: Type.Optional(count),
  probability: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  seed: Type.Optional(Type.Integer()),
  times: Type.Optional(count),
  when: Type.Optional(Type.Enum(['half', 'received', 'before', 'after'])),
  fault,
});

const hidingRule = object({
  table: Type.Enum([...tableNames]),
  path: Type.Enum(['id', 'list', 'search']),
  id: Type.Optional(count),
  calls: Type.Optional(count),
  ms: Type.Optional(ms),
});

const habits = Type.Partial(
  object({
    apiFilter: Type.Boolean(),
    ignoredFilters: Type.Array(Type.String()),
    ignoresOrder: Type.Boolean(),
    pageLimit: count,
    search: Type.Enum(['digits', 'text']),
    duplicateControl: Type.Boolean(),
    partialWrites: Type.Boolean(),
    minorUnits: Type.Boolean(),
    consent: Type.Enum(['grant', 'deny']),
    formTokens: Type.Boolean(),
    limitAnswer: Type.Enum(['html', 'json', 'empty']),
  }),
  closed,
);

const type = Type.Enum([...entityTypes]);
const name = object({ name: Type.String() });
const none = object({});

const orders: Readonly<Record<string, Order>> = {
  faults: order<FaultRule>(faultRule, (steering, rule) => steering.fail(rule)),
  'forget-faults': order(none, (steering) => steering.forgetFaults()),
  release: order<{ name: string }>(name, (steering, given) => steering.release(given.name)),
  hide: order<HidingRule>(hidingRule, (steering, rule) => steering.hide(rule)),
  behave: order<Partial<Habits>>(habits, (steering, changed) => steering.behave(changed)),
  'lose-field': order<FieldName>(object({ type, field: Type.String() }), (steering, field) =>
    steering.loseField(field),
  ),
  'lose-option': order<FieldName & { option: string }>(
    object({ type, field: Type.String(), option: Type.String() }),
    (steering, field) => steering.loseOption(field),
  ),
  dismiss: order<{ userId: number }>(object({ userId: count }), (steering, { userId }) => steering.dismiss(userId)),
  revoke: order<{ which: 'access' | 'refresh' | 'all' }>(
    object({ which: Type.Enum(['access', 'refresh', 'all']) }),
    (steering, { which }) => steering.revoke(which),
  ),
  'long-lived-token': order<{ days: number }>(object({ days: count }), (steering, { days }) =>
    steering.longLivedToken(days),
  ),
  'authorization-code': order(none, (steering) => steering.authorizationCode()),
  block: order(none, (steering) => steering.block()),
  unblock: order(none, (steering) => steering.unblock()),
  neighbour: order<{ requests: number; integration?: 'another' | 'same' }>(
    object({ requests: count, integration: Type.Optional(Type.Enum(['another', 'same'])) }),
    (steering, { requests, integration }) => steering.neighbour(requests, integration),
  ),
  snapshot: order<{ name: string }>(name, (steering, given) => steering.snapshot(given.name)),
  restore: order<{ name: string }>(name, (steering, given) => steering.restore(given.name)),
};

function order<T = object>(schema: TSchema, carryOut: (steering: Steering, body: T) => unknown): Order {
  const isWanted = (body: unknown): body is T => Check(schema, body);
  return {
    carryOut(steering, body) {
      if (!isWanted(body)) {
        const [first] = Errors(schema, body);
        throw refusal(`${first?.instancePath ?? ''} ${first?.message ?? 'does not fit'}`.trim());
      }
      try {
        return carryOut(steering, body) ?? true;
      } catch (thrown) {
        if (thrown instanceof RangeError) throw refusal(thrown.message);
        throw thrown;
      }
    },
  };
}

/** What came of it, `true` where there is nothing to say; undefined when there is no such order. */
export function carryOutOrder(steering: Steering, wanted: string, text: string): unknown {
  return orders[wanted]?.carryOut(steering, parsed(text));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    throw refusal('a body that is not JSON');
  }
}

function refusal(detail: string): Problem {
  return new Problem(400, { title: 'SANDBOX_ORDER', type: 'https://httpstatus.es/400', status: 400, detail });
}
