import type { FaultRule } from './faults.ts';
import type { Habits } from './habits.ts';
import type { Held } from '../../_sandbox/holds.ts';
import type { Context } from './passage.ts';
import type { EntityType } from './rows.ts';
import type { HidingRule } from './visibility.ts';

export interface FieldName {
  readonly type: EntityType;
  /** Name or code of the custom field. */
  readonly field: string;
}

/** What makes an account hostile. Every argument is plain data, so that another process can send it. */
export interface Steering {
  /** Plans a fault for requests yet to come. */
  fail(rule: FaultRule): void;
  /** Forgets the faults that have not struck yet. */
  forgetFaults(): void;
  /** Lets go what is held under this name, and returns how many requests that was. */
  release(name: string): number;
  /** Resolves once a request is held: under this name, or at all. */
  whenHeld(name?: string): Promise<void>;
  held(): readonly Held[];
  /** Resolves once the account is carrying out nothing, whether or not anybody still listens. */
  idle(): Promise<void>;
  /** Keeps rows from being seen on one path of access. */
  hide(rule: HidingRule): void;
  /** Changes how the account behaves from now on. */
  behave(habits: Partial<Habits>): void;
  /** An administrator deletes a custom field, with all it held. */
  loseField(name: FieldName): void;
  /** An administrator deletes an option of a list; rows keep what they have. */
  loseOption(name: FieldName & { readonly option: string }): void;
  /** An administrator deletes a user: nobody can be responsible under that id any more (reference §3.2). */
  dismiss(userId: number): void;
  /** Ends tokens before their time; codes and refresh tokens count as used. */
  revoke(which: 'access' | 'refresh' | 'all'): void;
  /** A token of a private integration, good for so many days (reference §1). */
  longLivedToken(days: number): string;
  /** A person opens the consent page and says yes: the code the callback is given. */
  authorizationCode(): string;
  /** Everything is answered with 403 until `unblock` (reference §2). */
  block(): void;
  unblock(): void;
  /**
   * Another integration of the account, or another program under the same one, sends so many requests; returns how many
   * of them were admitted.
   */
  neighbour(requests: number, integration?: 'another' | 'same'): number;
  /** Remembers all rows, links, tags and fields under this name. */
  snapshot(name: string): void;
  restore(name: string): void;
}

export function createSteering(context: Context): Steering {
  const { store, faults, holds, flights, gate, authorization } = context;
  const { tokens, integrations } = authorization;
  const clientId = integrations[0]?.clientId ?? '';
  const saved = new Map<string, () => void>();
  return {
    fail: (rule) => faults.add(rule),
    forgetFaults: () => faults.clear(),
    release: (name) => holds.release(name),
    whenHeld: (name) => holds.whenHeld(name),
    held: () => holds.held(),
    idle: () => flights.idle(),
    hide: (rule) => store.visibility.hide(rule),
    behave: (habits) => store.setHabits(habits),
    loseField: (name) => store.fields.remove(fieldOf(context, name).id),
    loseOption({ option, ...name }) {
      const field = fieldOf(context, name);
      store.fields.put({ ...field, options: field.options.filter(({ value }) => value !== option) });
    },
    dismiss(userId) {
      const user = store.users.get(userId);
      if (user === undefined) throw new RangeError(`there is no user ${userId}`);
      store.users.put({ ...user, isDeleted: true });
    },
    revoke: (which) => tokens.revoke(which),
    longLivedToken: (days) => tokens.longLived({ clientId, userId: 101 }, days),
    authorizationCode: () => tokens.code(clientId),
    block: () => gate.block(),
    unblock: () => gate.unblock(),
    neighbour: (requests, integration) => gate.neighbour(requests, ...(integration === 'same' ? [clientId] : [])),
    snapshot: (name) => void saved.set(name, store.save()),
    restore(name) {
      const back = saved.get(name);
      if (back === undefined) throw new RangeError(`there is no snapshot ${name}`);
      back();
    },
  };
}

function fieldOf({ store }: Context, { type, field: name }: FieldName) {
  const field = store.fields.of(type).find((one) => one.name === name || one.code === name);
  if (field === undefined) throw new RangeError(`there is no field ${name} of ${type}`);
  return field;
}
