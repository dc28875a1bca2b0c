import { meets } from './claims.ts';
import type { Claims } from './claims.ts';

/** A planned record as the split into waves sees it. */
export interface Claimant {
  readonly claims: Claims;
}

export interface Waves<Item> {
  /** May be carried out now: none rests on what another of them changes, and none overtakes one that has to wait. */
  readonly now: readonly Item[];
  /** Rest on what an earlier record changes: they ask again when this wave is written. */
  readonly later: readonly Item[];
}

/**
 * DL-1. In order: a record waits that asked for, or writes, what an earlier one writes, and what has to do with one
 * that waits. To have asked the same alone joins nobody: all visits to one doctor may go together.
 */
export function splitWave<Item extends Claimant>(planned: readonly Item[]): Waves<Item> {
  const held = new Set<string>();
  const now: Item[] = [];
  const later: Item[] = [];
  for (const item of planned) {
    const { asked, effects } = item.claims;
    const waits = meets(asked, held) || meets(effects, held);
    (waits ? later : now).push(item);
    for (const claim of effects) held.add(claim);
    if (waits) for (const claim of asked) held.add(claim);
  }
  return { now, later };
}
