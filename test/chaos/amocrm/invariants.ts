import type { Intent } from '../../../engine/state/ports.ts';
import type { Waiting } from '../state-file.ts';
import type { Held, Sight } from './world.ts';

/** What a life ended as. */
export interface Evidence {
  readonly sight: Sight;
  /** Every intent that ever was on the disk, also in states that were deleted since. */
  readonly intents: readonly Intent[];
  /** What the queue still holds. */
  readonly waiting: readonly Waiting[];
}

const nameOf = ({ entity, key }: Held): string => `${entity} ${key}`;

/** Rows beyond the first of each record, by the keys the mapping and the engine write (G2). */
export function duplicatesIn(rows: readonly Held[]): readonly string[] {
  const surplus = (by: (row: Held) => string): readonly string[] =>
    [...Map.groupBy(rows, by)].flatMap(([name, same]) =>
      same.length > 1 && !name.endsWith(' ') ? [`${name} is there as ${same.map(({ id }) => id).join(' and ')}`] : [],
    );
  return [...surplus(nameOf), ...surplus(({ entity, mark }) => `marked ${entity} ${mark}`)];
}

/** Records the fault-free run made and this one neither made nor keeps in the queue (G1). */
export function lostFrom({ sight, waiting }: Evidence): readonly string[] {
  const there = new Set(sight.account.map(nameOf));
  const queued = new Set(waiting.map(({ key }) => key));
  return sight.twin.flatMap((row) =>
    there.has(nameOf(row)) || queued.has(row.key) ? [] : [`${nameOf(row)} was never made`],
  );
}

/** What differs from the fault-free run over the same clinic. A closed lead keeps what it was closed with. */
export function differencesFromTwin({ sight }: Evidence): readonly string[] {
  const theirs = new Map(sight.twin.map((row) => [nameOf(row), row]));
  return sight.account.flatMap((row) => {
    const other = theirs.get(nameOf(row));
    if (!other) return [`${nameOf(row)} is there as ${row.id}, and not in the fault-free run`];
    const names = row.closed ? ['patient'] : [...new Set([...Object.keys(row.fields), ...Object.keys(other.fields)])];
    return names.flatMap((name) => {
      const [one, wanted] = [row.fields[name], other.fields[name]];
      return one === wanted ? [] : [`${name} of ${nameOf(row)} is ${one}, and in the fault-free run ${wanted}`];
    });
  });
}

/** No row was created without a look for it since the last time (DL-13). */
export function blindCreates({ sight }: Evidence): readonly string[] {
  const steps = [
    ...sight.looks.map(({ key, tick }) => ({ name: key, tick, isLook: true })),
    ...sight.done.map(({ name, tick }) => ({ name: name.replace(/^create /, ''), tick, isLook: false })),
  ].sort((a, b) => a.tick - b.tick);
  const asked = new Set<string>();
  return steps.flatMap(({ name, isLook }) => {
    if (isLook) asked.add(name);
    else if (!name.startsWith('update ') && !asked.delete(name))
      return [`${name} was made without a look for it before`];
    return [];
  });
}

/** The account did nothing that was not on our disk before (DL-9). */
export function sendsWithoutIntent({ sight, intents }: Evidence): readonly string[] {
  const meant = countOf(intents.map(nameOfIntent));
  return [...countOf(sight.done.map(({ name }) => name))].flatMap(([name, times]) =>
    times > (meant.get(name) ?? 0) ? [`${name}: done ${times} times, meant ${meant.get(name) ?? 0}`] : [],
  );
}

function nameOfIntent({ write, key }: Intent): string {
  return write.operation === 'create'
    ? `create ${write.entity} ${key}`
    : `${write.operation} ${write.entity} ${write.key}`;
}

function countOf(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map([...Map.groupBy(names, (name) => name)].map(([name, same]) => [name, same.length]));
}

/** Everything else that may not be. */
export function otherWrongs({ sight }: Evidence): readonly string[] {
  return [
    ...sight.lostAdditions,
    ...sight.overlaps.map((overlap) => `written by two requests at once: ${JSON.stringify(overlap)}`),
    ...sight.unknown.map((what) => `not in the vendor's documentation: ${what}`),
    ...(sight.overruns === 0 ? [] : [`the account refused ${sight.overruns} requests for their rate`]),
  ];
}
