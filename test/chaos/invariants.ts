import type { CommandEntry, LegacyRecord } from '../../connectors/bitrix24/sandbox/index.ts';
import type { Intent } from '../../engine/state/ports.ts';
import { comparable } from './comparable.ts';
import type { StateSight, Waiting } from './state-file.ts';
import { protectedStages } from './watch-writes.ts';
import { dealKey, nameOfCommand, nameOfIntent } from './writes-seen.ts';
import type { PortalContent, Sight, Touched } from './world.ts';

/** What a life ended as. */
export interface Evidence {
  readonly sight: Sight;
  /** Every intent that ever was on the disk, also in states that were deleted since. */
  readonly intents: readonly Intent[];
  /** What the queue still holds. */
  readonly waiting: readonly Waiting[];
}

/** Rows beyond the first of each record, by the keys the mapping and the engine write (G2). */
export function duplicatesIn({ contacts, deals }: PortalContent): readonly string[] {
  return [
    ...surplus('contact', contacts, 'ORIGIN_ID'),
    ...surplus('deal', deals, dealKey),
    ...surplus('deal', deals, 'ORIGIN_ID'),
  ];
}

function surplus(what: string, rows: readonly LegacyRecord[], field: string): readonly string[] {
  const byKey = Map.groupBy(rows, (row) => textOf(row[field]));
  return [...byKey].flatMap(([key, same]) =>
    key !== '' && same.length > 1
      ? [`${what} ${key} is there as ${same.map((row) => textOf(row['ID'])).join(' and ')}`]
      : [],
  );
}

/** Records the fault-free run made and this one neither made nor keeps in the queue (G1). */
export function lostFrom({ sight, waiting }: Evidence): readonly string[] {
  const there = new Set(sight.portal.deals.map((deal) => textOf(deal[dealKey])));
  const queued = new Set(waiting.map(({ key }) => key));
  const keys = sight.twin.deals.map((deal) => textOf(deal[dealKey]));
  return keys.filter((key) => !there.has(key) && !queued.has(key)).map((key) => `deal ${key} was never made`);
}

/** What differs from the fault-free run over the same clinic: rows, contents, what they are tied to. Managers' stages stay. */
export function differencesFromTwin({ sight }: Evidence): readonly string[] {
  const [ours, theirs] = [comparable(sight.portal), comparable(sight.twin)];
  const takenUp = sight.portal.deals.filter((deal) => protectedStages.has(deal['STAGE_ID']));
  const managed = new Set(takenUp.map((deal) => `deal ${textOf(deal[dealKey])} STAGE_ID`));
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((name) => {
    const [one, other] = [ours.get(name), theirs.get(name)];
    if (one === other || managed.has(name)) return [];
    return [`${name} is ${one ?? 'not there'}, and in the fault-free run ${other ?? 'not there'}`];
  });
}

/** No row was created without a look for it since the last time (DL-13). */
export function blindCreates({ sight }: Evidence): readonly string[] {
  const asked = new Set<string>();
  return sight.commands.flatMap((command) => {
    const name = nameOfCommand(command);
    if (name === undefined) noteAsked(asked, command);
    const key = name?.startsWith('create ') ? name.split(' ')[2] : undefined;
    if (key === undefined || key === '?') return [];
    return asked.delete(key) ? [] : [`${name} was sent without a look for it before`];
  });
}

function noteAsked(asked: Set<string>, { params }: CommandEntry): void {
  for (const [key] of JSON.stringify(params).matchAll(/F\d+_P?\d+/g)) asked.add(key);
}

/** The portal did nothing that was not on our disk before (DL-9). */
export function sendsWithoutIntent({ sight, intents }: Evidence): readonly string[] {
  const meant = countOf(intents.map(nameOfIntent));
  const done = countOf(
    sight.commands.filter(({ error }) => error === undefined).flatMap((command) => nameOfCommand(command) ?? []),
  );
  return [...done].flatMap(([name, times]) =>
    times > (meant.get(name) ?? 0) ? [`${name}: done ${times} times, meant ${meant.get(name) ?? 0}`] : [],
  );
}

function countOf(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map([...Map.groupBy(names, (name) => name)].map(([name, same]) => [name, same.length]));
}

/** The cursor is not past a row that is neither delivered nor waiting nor under way (G1). */
export function beyondCheckpoint(state: StateSight, touched: readonly Touched[]): readonly string[] {
  const { deliveredTo, known, waiting, intents } = state;
  const accounted = new Set([
    ...known,
    ...waiting.map(({ key }) => key),
    ...intents.filter(({ open }) => open).map(({ key }) => key),
  ]);
  return touched.flatMap(({ flow, key, at }) => {
    const to = deliveredTo.get(flow);
    if (to === undefined || at >= to || accounted.has(key)) return [];
    return [`the checkpoint ${to} of ${flow} is beyond ${key} of ${at}`];
  });
}

/** No write was sent for a row while another one of it was under way (DL-13). */
export function overlapsIn({ sight }: Evidence): readonly string[] {
  return sight.overlaps.map(
    ({ entity, id, requests }) => `requests ${requests.join(' and ')} wrote ${entity} ${id} at once`,
  );
}

/** Every intent names the epoch of the run that wrote it. */
export function wrongEpochs({ intents, epochs }: StateSight): readonly string[] {
  return intents
    .filter(({ run, epoch }) => epochs.has(run) && epochs.get(run) !== epoch)
    .map(({ id }) => `intent ${id} is of another epoch than its run`);
}

export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
