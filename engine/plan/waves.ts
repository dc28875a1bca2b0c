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
  /** Asks again in the next wave, and is not carried on in this one. */
  isPutOff(item: Item): boolean;
  /** Whether these two, who meet in a claim at this target, need not wait for each other because of it, as they are planned. */
  isIndifferent(claim: string, one: Item, other: Item): boolean;
  /** What it asked and was to write when it had to wait before, in this wave: it may come back to that. */
  waitedWith(item: Item): readonly string[];
}

/**
 * Whose turn it is at a target, in order. Who rests on, or writes, what an earlier record writes there has its turn after
 * that, once it is planned over what was written; nobody overtakes. A record planned again may come to write at a later
 * target what another asked for before: that one has seen too little, and asks again.
 */
export function takeTurn<Item extends Claimant>(
  wave: readonly Item[],
  at: number,
  { isDone, isPutOff, isIndifferent, waitedWith }: Progress<Item>,
): Turn<Item> {
  const turn = openTurn(at, isIndifferent, waitedWith);
  const behind: Item[] = [];
  /** Of the records so far: what they write at later targets, and all that those touch who ask again in the next wave. */
  const yetToCome = new Set<string>();
  const yetToWrite = new Set<string>();
  for (const item of wave) {
    const isOpen = !isPutOff(item) && !isDone(item);
    const isBehind = isOpen && (meetsAny(item.claims[at] ?? noClaims, yetToCome) || askedBefore(item, at, yetToWrite));
    if (isBehind) behind.push(item);
    if (isBehind || isPutOff(item)) {
      for (const claims of item.claims) if (claims) hold(yetToCome, allClaims(claims));
      for (const claims of item.claims) hold(yetToWrite, claims?.effects ?? []);
      continue;
    }
    if (isOpen) turn.enter(item);
    for (const claims of item.claims.slice(at + 1)) {
      hold(yetToCome, claims?.effects ?? []);
      hold(yetToWrite, claims?.effects ?? []);
    }
  }
  return { now: turn.now, behind };
}

/** One turn at a target; records enter in order, and each has it or waits for the next one. */
function openTurn<Item extends Claimant>(
  at: number,
  isIndifferent: Progress<Item>['isIndifferent'],
  waitedWith: Progress<Item>['waitedWith'],
): { readonly now: readonly Item[]; enter(item: Item): void } {
  const now: Item[] = [];
  const writers = new Map<string, readonly Item[]>();
  /** What those touch who wait: who meets it would overtake them. */
  const waiting = new Set<string>();
  /**
   * Writers that a waiting record meets. Once it is planned again it may change their new rows: then it does matter who
   * was first, whatever `isIndifferent` says of the rows as they are planned now.
   */
  const awaited = new Set<Item>();

  function comesAfterWriters(item: Item, claim: string): boolean {
    const others = writers.get(claim) ?? [];
    if (others.length > mostCompared) return true;
    return others.some((other) => awaited.has(other) || !isIndifferent(claim, item, other));
  }

  return {
    now,
    enter(item) {
      const claims = item.claims[at] ?? noClaims;
      const touched = allClaims(claims);
      if (meetsAny(claims, waiting) || touched.some((claim) => comesAfterWriters(item, claim))) {
        hold(waiting, touched);
        hold(waiting, waitedWith(item));
        for (const writer of touched.flatMap((claim) => writers.get(claim) ?? [])) awaited.add(writer);
        return;
      }
      now.push(item);
      for (const claim of claims.effects) writers.set(claim, [...(writers.get(claim) ?? []), item]);
    },
  };
}

/** Whether at a target before it rests on what is yet to be written. */
function askedBefore({ claims }: Claimant, at: number, yetToWrite: ReadonlySet<string>): boolean {
  return claims.slice(0, at).some((one) => one && meets(one.restsOn, yetToWrite));
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
