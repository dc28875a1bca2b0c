import type { Field, FieldOption } from '../connector.ts';
import type { Lock, LockedConnection } from './lock-file.ts';
import { sameSource } from './lock-file.ts';

/** One thing that is not as the lock file has it. */
export interface Difference {
  readonly connection: string;
  /** `deal`, `source of receptions`. */
  readonly of: string;
  readonly field?: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** What of it: `type`, `required`, `option C1:NEW`; absent: the thing itself. */
  readonly what?: string;
  readonly before?: string;
  readonly after?: string;
}

/** What differs between a lock file and the systems as they are now, in the order of the lock file. */
export function drift(locked: Lock, live: Lock): readonly Difference[] {
  return Object.entries(live.connections).flatMap(([connection, now]) =>
    differences(locked.connections[connection], now).map((difference) => ({ connection, ...difference })),
  );
}

type Local = Omit<Difference, 'connection'>;

interface Table {
  readonly of: string;
  readonly fields: readonly Field[];
  readonly isSame: boolean;
}

function differences(before: LockedConnection | undefined, after: LockedConnection): readonly Local[] {
  const [old, now] = [before ? tables(before) : [], tables(after, before)];
  return paired(old, now, ({ of }) => of).flatMap(([one, other]): readonly Local[] => {
    if (!other) return one ? [{ of: one.of, kind: 'removed' }] : [];
    if (!one) return [{ of: other.of, kind: 'added' }];
    if (!other.isSame) return [{ of: other.of, kind: 'changed' }];
    return paired(one.fields, other.fields, ({ name }) => name).flatMap(([a, b]) => fieldDrift(one.of, a, b));
  });
}

function tables({ entities, sources }: LockedConnection, before?: LockedConnection): readonly Table[] {
  return [
    ...Object.entries(entities).flatMap(([of, { fields, lists }]) => [
      { of, fields, isSame: true },
      ...lists.map((list) => ({ of: `${of}.${list.name}`, fields: list.fields, isSame: true })),
    ]),
    ...Object.entries(sources).map(([flow, source]) => {
      const old = before?.sources[flow];
      return { of: `source of ${flow}`, fields: source.fields, isSame: !old || sameSource(old.of, source.of) };
    }),
  ];
}

function fieldDrift(of: string, before: Field | undefined, after: Field | undefined): readonly Local[] {
  const field = (after ?? before)?.name ?? '';
  if (!before || !after) return [{ of, field, kind: after ? 'added' : 'removed' }];
  const facts = (['type', 'title', 'required', 'readOnly', 'multiple', 'optional', 'naive'] as const).flatMap((what) =>
    changed(what, before[what], after[what]),
  );
  const options = paired(before.options ?? [], after.options ?? [], optionKey).flatMap(([one, other]) => {
    const what = `option ${other?.id ?? one?.id ?? ''}`;
    if (!one || !other) return [{ kind: other ? ('added' as const) : ('removed' as const), what }];
    return changed(what, one.text, other.text);
  });
  const parts = paired(before.fields ?? [], after.fields ?? [], ({ name }) => name);
  return [
    ...[...facts, ...kindDrift(before, after), ...options].map((difference) => ({ of, field, ...difference })),
    ...parts.flatMap(([one, other]) => fieldDrift(`${of}.${field}`, one, other)),
  ];
}

/** A lock file of before they were kept says nothing of them. */
function kindDrift({ kinds: before }: Field, { kinds: after }: Field): readonly Omit<Local, 'of' | 'field'>[] {
  if (!before || !after) return [];
  return paired(before, after, (kind) => kind).flatMap(([one, other]) =>
    one === other ? [] : [{ kind: other ? ('added' as const) : ('removed' as const), what: `type ${other ?? one}` }],
  );
}

function changed(what: string, before: unknown, after: unknown): readonly Omit<Local, 'of' | 'field'>[] {
  const [old, now] = [before ?? '', after ?? ''].map(String);
  return old === now ? [] : [{ kind: 'changed', what, ...(old && { before: old }), ...(now && { after: now }) }];
}

function optionKey({ id, within }: FieldOption): string {
  return `${within?.value ?? ''} ${id}`;
}

/** By key, in the order of the first list, then what only the second has. */
function paired<Item>(
  before: readonly Item[],
  after: readonly Item[],
  keyOf: (item: Item) => string,
): readonly (readonly [Item | undefined, Item | undefined])[] {
  const [old, now] = [before, after].map((list) => new Map(list.map((item) => [keyOf(item), item])));
  return [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])].map((key) => [old?.get(key), now?.get(key)]);
}
