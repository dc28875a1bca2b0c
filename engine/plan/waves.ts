import type { Claims } from './claims.ts';

/** A planned record as the split into waves sees it. */
export interface Claimant {
  readonly claims: Claims;
  /** Whether its plan writes anything. */
  readonly changes: boolean;
}

export interface Waves<Item> {
  /** May be carried out now: no two of them touch each other, and none overtakes one that has to wait. */
  readonly now: readonly Item[];
  /** Meet an earlier record's claims: they ask again when this wave is written. */
  readonly later: readonly Item[];
}

/**
 * DL-1. In order: a record whose claims meet those of an earlier record that writes, or that itself waits, waits too.
 * A record that writes nothing holds nothing: what it saw stays true, so an unchanged batch is one wave.
 */
export function splitWave<Item extends Claimant>(planned: readonly Item[]): Waves<Item> {
  const held = new Set<string>();
  const now: Item[] = [];
  const later: Item[] = [];
  for (const item of planned) {
    const waits = meets(item.claims.asked, held) || meets(item.claims.effects, held);
    (waits ? later : now).push(item);
    if (!waits && !item.changes) continue;
    for (const claim of item.claims.asked) held.add(claim);
    for (const claim of item.claims.effects) held.add(claim);
  }
  return { now, later };
}

function meets(claims: ReadonlySet<string>, held: ReadonlySet<string>): boolean {
  for (const claim of claims) if (held.has(claim)) return true;
  return false;
}
