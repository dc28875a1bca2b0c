import { Type, type TSchema } from 'typebox';
import { Check, Errors } from 'typebox/value';
import type { Desk } from './desk.ts';
import { entityNames } from './entities/index.ts';
import { ApiError } from './errors.ts';
import type { ListDesk } from './list-desk.ts';
import type { PeopleDesk } from './people.ts';
import type { Steering } from './steering.ts';

/** What makes a portal hostile, and the people who work in it. */
export type Steerable = Steering &
  Pick<Desk, 'create' | 'edit' | 'remove'> &
  ListDesk &
  Pick<PeopleDesk, 'hire' | 'editUser'>;

/** One thing another process may ask of the portal: `POST /sandbox/<name>` with this body. */
export interface Order {
  carryOut(steering: Steerable, body: unknown): unknown;
}

const closed = { additionalProperties: false } as const;
export const count = Type.Integer({ minimum: 1 });
export const entity = Type.Enum([...entityNames]);
export const object = <T extends Record<string, TSchema>>(properties: T) => Type.Object(properties, closed);

export function order<T>(schema: TSchema, carryOut: (steering: Steerable, body: T) => unknown): Order {
  const isWanted = (body: unknown): body is T => Check(schema, body);
  return {
    carryOut(steering, body) {
      if (isWanted(body)) return attempt(() => carryOut(steering, body)) ?? true;
      const [first] = Errors(schema, body);
      throw refusal(`${first?.instancePath ?? ''} ${first?.message ?? 'does not fit'}`.trim());
    },
  };
}

/** There is nothing with that id. */
function attempt<T>(act: () => T): T {
  try {
    return act();
  } catch (thrown) {
    if (thrown instanceof RangeError) throw refusal(thrown.message);
    throw thrown;
  }
}

export function refusal(what: string): ApiError {
  return new ApiError(400, 'SANDBOX_ORDER', what);
}
