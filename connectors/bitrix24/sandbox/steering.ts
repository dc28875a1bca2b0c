import type { Bucket } from './bucket.ts';
import { unknown } from './errors.ts';
import type { EntityName } from './entities/index.ts';
import type { AnswerSizes, DeafMethod, FieldName, LostRight } from './failings.ts';
import type { FaultRule, Faults } from './faults.ts';
import type { Flights } from '../../_sandbox/flights.ts';
import type { Held, Holds } from '../../_sandbox/holds.ts';
import type { RobotRule } from './robots.ts';
import type { Store } from './store.ts';
import { createUserField, type UserFieldDraft } from './user-fields.ts';
import type { HidingRule } from './visibility.ts';

/** What makes a portal hostile. Every argument is plain data, so that another process can send it. */
export interface Steering {
  /** Plans a fault for calls yet to come. */
  fail(rule: FaultRule): void;
  /** Forgets the faults that have not struck yet. */
  forgetFaults(): void;
  /** Lets go what is held under this name, and returns how many requests that was. */
  release(name: string): number;
  /** Resolves once a request is held: under this name, or at all. */
  whenHeld(name?: string): Promise<void>;
  held(): readonly Held[];
  /** Resolves once the portal is carrying out nothing, whether or not anybody still listens. */
  idle(): Promise<void>;
  /** Keeps records from being seen on one path of access. */
  hide(rule: HidingRule): void;
  robot(rule: RobotRule): void;
  /** From now on a filter of this field, or every one of this method, does nothing, without a word. */
  ignoreFilter(name: FieldName | DeafMethod): void;
  /** An administrator makes a user field. */
  addField(entity: EntityName, draft: UserFieldDraft): void;
  /** An administrator gives a user field another label. */
  renameField(name: FieldName & { readonly label: string }): void;
  /** An administrator deletes a user field, with all it held. */
  loseField(name: FieldName): void;
  /** An administrator takes a right from the owner of the webhook. */
  loseRight(right: LostRight): void;
  /** Sets the size of a page of a list, and how many ids findbycomm names for one entity. */
  answerWith(sizes: AnswerSizes): void;
  /** Another program behind the client's address sends so many requests; returns how many of them were admitted. */
  neighbour(requests: number): number;
}

interface Steered {
  readonly store: Store;
  readonly faults: Faults;
  readonly holds: Holds;
  readonly flights: Flights;
  readonly bucket: Bucket;
}

const loopback = '127.0.0.1';

export function createSteering({ store, faults, holds, flights, bucket }: Steered): Steering {
  const { failings, visibility, robots } = store;
  return {
    fail: (rule) => faults.add(rule),
    forgetFaults: () => faults.clear(),
    release: (name) => holds.release(name),
    whenHeld: (name) => holds.whenHeld(name),
    held: () => holds.held(),
    idle: () => flights.idle(),
    hide: (rule) => visibility.hide(rule),
    robot: (rule) => robots.add(rule),
    ignoreFilter: (name) => failings.ignoreFilter(name),
    addField(entity, draft) {
      if (store.schemas[entity].byName(draft.name) !== undefined)
        throw unknown(`what a second user field ${draft.name} gives`);
      createUserField(store, entity, draft);
    },
    renameField: (name) => renameField(store, name),
    loseField: (name) => loseField(store, name),
    loseRight: (right) => failings.loseRight(right),
    answerWith: (sizes) => failings.setSizes(sizes),
    neighbour: (requests) => Array.from({ length: requests }, () => bucket.take(loopback)).filter(Boolean).length,
  };
}

function renameField({ schemas }: Store, { entity, field: name, label }: Parameters<Steering['renameField']>[0]): void {
  const schema = schemas[entity];
  const field = schema.byName(name);
  if (field?.user === undefined) throw unknown(`the user field ${name} of a ${entity}`);
  schema.removeUserField(name);
  schema.addUserField({ ...field, label });
}

function loseField({ schemas, tables, failings }: Store, { entity, field }: FieldName): void {
  if (schemas[entity].byName(field)?.user === undefined) throw unknown(`the user field ${field} of a ${entity}`);
  schemas[entity].removeUserField(field);
  failings.loseField({ entity, field });
  for (const row of tables[entity].rows()) {
    const { [field]: held, ...values } = row.values;
    if (held !== undefined) tables[entity].put({ ...row, values });
  }
}
