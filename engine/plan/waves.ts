import { allClaims, meets, meetsAny } from './claims.ts';
import type { Claims } from './claims.ts';

/** A planned record as the order of writes sees it. */
export interface Claimant {
  readonly record: { readonly key: string };
  /** By target, in the order of the file; undefined: the target is left alone. */
  readonly claims: readonly (Claims | undefined)[];
}

export interface Waves<Item> {
  /** May be carried out together, target after target. */
  readonly now: readonly Item[];
  /** Have to see all the work of an earlier record: they ask again when this wave is written. */
  readonly later: readonly Item[];
}

/**
 * DL-1. In order: a record waits for the next wave that asked for, or writes, at one target what an earlier one writes at a
 * later target, and what has to do with one that waits. What an earlier record writes at the same target or before, it sees
 * in its turn (`takeTurn`); where more records are to come, it goes with those instead, which costs no request of its own. To
 * have asked the same alone joins nobody: all visits to one doctor may go together.
 */
export function splitWave<Item extends Claimant>(planned: readonly Item[], moreToCome = false): Waves<Item> {
  /** What is written, with the last target at which it is. */
  const written = new Map<string, number>();
  const keys = new Set<string>();
  const now: Item[] = [];
  const later: Item[] = [];
  for (const item of planned) {
    const { key } = item.record;
    const waits =
      keys.has(key) ||
      item.claims.some((claims, at) => claims && isWrittenAfter(written, claims, moreToCome ? -1 : at));
    (waits ? later : now).push(item);
    // Two versions of one record are never in one wave.
    keys.add(key);
    for (const [at, claims] of item.claims.entries()) {
      for (const claim of claims?.effects ?? [])
        written.set(claim, Math.max(written.get(claim) ?? 0, waits ? Infinity : at));
      if (waits) for (const claim of claims?.restsOn ?? []) written.set(claim, Infinity);
    }
  }
  return { now, later };
}

function isWrittenAfter(written: ReadonlyMap<string, number>, { restsOn, effects }: Claims, at: number): boolean {
  const isAfter = (claim: string): boolean => (written.get(claim) ?? at) > at;
  return restsOn.some(isAfter) || effects.some(isAfter);
}

export interface Turn<Item> {
  /** May be carried out at this target: none rests on what another of them changes, and none overtakes one that waits. */
  readonly now: readonly Item[];
  /** Rest on what an earlier record has yet to do at a later target, or could not do: they have to ask again. */
  readonly behind: readonly Item[];
}

/** How far the records of a wave are at a target. */
export interface Progress<Item> {
  /** Has had its turn. */
  isDone(item: Item): boolean;
  /** Is left for the next wave. */
  isLeft(item: Item): boolean;
  /** Whether these two, who meet in a claim at this target, need not wait for each other because of it, as they are planned. */
  isIndifferent(claim: string, one: Item, other: Item): boolean;
  /** What it asked and was to write when it had to wait before, in this wave: it may come back to that. */
  waitedWith(item: Item): readonly string[];
}

/**
 * Whose turn it is at a target, in order. Who asked for, or writes, what an earlier record writes there has its turn after
 * that, once it is planned over what was written; nobody overtakes. A record planned again may come to write at a later
 * target what another asked for before: that one has seen too little, and asks again.
 */
export function takeTurn<Item extends Claimant>(
  wave: readonly Item[],
  at: number,
  { isDone, isLeft, isIndifferent, waitedWith }: Progress<Item>,
): Turn<Item> {
  /** Who writes what in this turn, what those ask and write who wait, and for whom: his row they may come to change. */
  const here = new Map<string, readonly Item[]>();
  const waiting = new Set<string>();
  const awaited = new Set<Item>();
  const ahead = new Set<string>();
  const later = new Set<string>();
  const now: Item[] = [];
  const behind: Item[] = [];
  for (const item of wave) {
    const claims = item.claims[at] ?? noClaims;
    const isOpen = !isLeft(item) && !isDone(item);
    const isBehind = isOpen && (meetsAny(claims, ahead) || askedBefore(item, at, later));
    if (isBehind) behind.push(item);
    if (isBehind || isLeft(item)) {
      for (const one of item.claims) if (one) hold(ahead, allClaims(one));
      for (const one of item.claims) hold(later, one?.effects ?? []);
      continue;
    }
    if (!isDone(item)) {
      const goesAfter = (claim: string): boolean => {
        const others = here.get(claim) ?? [];
        return (
          others.length > mostCompared ||
          others.some((other) => awaited.has(other) || !isIndifferent(claim, item, other))
        );
      };
      const all = allClaims(claims);
      if (meetsAny(claims, waiting) || all.some(goesAfter)) {
        hold(waiting, all);
        hold(waiting, waitedWith(item));
        for (const other of all.flatMap((claim) => here.get(claim) ?? [])) awaited.add(other);
      } else {
        now.push(item);
        for (const claim of claims.effects) here.set(claim, [...(here.get(claim) ?? []), item]);
      }
    }
    for (const one of item.claims.slice(at + 1)) {
      hold(ahead, one?.effects ?? []);
      hold(later, one?.effects ?? []);
    }
  }
  return { now, behind };
}

function askedBefore({ claims }: Claimant, at: number, written: ReadonlySet<string>): boolean {
  return claims.slice(0, at).some((one) => one && meets(one.restsOn, written));
}

/** A phone that half the town gives: beyond so many each would have to be held against all others. */
const mostCompared = 20;

const noClaims: Claims = { restsOn: [], effects: [] };

function hold(held: Set<string>, claims: readonly string[]): void {
  for (const claim of claims) held.add(claim);
}

/** Whether a target of a record asked for what an earlier target of it writes: a payer who is the patient. */
export function meetsItself({ claims }: Claimant, at: number): boolean {
  const earlier = new Set(claims.slice(0, at).flatMap((one) => one?.effects ?? []));
  return meets(claims[at]?.restsOn ?? [], earlier);
}
