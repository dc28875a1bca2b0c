import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allClaims } from '../../engine/plan/claims.ts';
import { splitWave, takeTurn } from '../../engine/plan/waves.ts';
import type { Claimant } from '../../engine/plan/waves.ts';

type At = readonly [restsOn: readonly string[], effects?: readonly string[]];

/** A record with what it asked for and what it writes at each target. */
const record = (key: string, ...targets: readonly At[]): Claimant => ({
  record: { key },
  claims: targets.map(([restsOn, effects = []]) => ({ restsOn, effects })),
});
const keys = (items: readonly Claimant[]) => items.map((item) => item.record.key);
const fresh = { isDone: () => false, isPutOff: () => false, isIndifferent: () => false, waitedWith: () => [] };

describe('DL-1 waves', () => {
  it('let a record wait that asked at one target for what an earlier one writes at a later target', () => {
    const { now, later } = splitWave([
      record('first', [['lead?P1']], [['deal?1'], ['deal?1', 'lead?P1']]),
      record('second', [['lead?P1']], [['deal?2'], ['deal?2']]),
      record('other', [['lead?P2']], [['deal?3'], ['deal?3']]),
    ]);
    expect([keys(now), keys(later)]).toEqual([['first', 'other'], ['second']]);
  });

  it('keep those together that see at the same target, or a later one, what an earlier one writes', () => {
    const { now } = splitWave([
      record('first', [['contact?P1'], ['contact?P1']], [['deal?1'], ['deal?1']]),
      record('second', [['contact?P1'], ['contact?P1']], [['deal?2'], ['deal?2']]),
      record('third', [[]], [['contact?P1']]),
    ]);
    expect(keys(now)).toEqual(['first', 'second', 'third']);
  });

  it('let those go with the records to come who would have a turn of their own', () => {
    const visits = [
      record('first', [['contact?P1'], ['contact?P1']]),
      record('second', [['contact?P1'], ['contact?P1']]),
      record('other', [['contact?P2'], ['contact?P2']]),
    ];
    const { now, later } = splitWave(visits, true);
    expect([keys(now), keys(later)]).toEqual([['first', 'other'], ['second']]);
  });

  it('keep records together that only asked for the same: all visits to one doctor', () => {
    const { now } = splitWave([
      record('first', [['user?doctor', 'deal?1'], ['deal?1']]),
      record('second', [['user?doctor', 'deal?2'], ['deal?2']]),
      record('third', [['user?doctor']]),
    ]);
    expect(keys(now)).toEqual(['first', 'second', 'third']);
  });

  it('let nobody overtake a record that waits', () => {
    const { now, later } = splitWave([
      record('first', [['a']], [[], ['a']]),
      record('waits', [['a', 'b']]),
      record('third', [[], ['b']]),
    ]);
    expect([keys(now), keys(later)]).toEqual([['first'], ['waits', 'third']]);
  });

  it('never hold two versions of one record', () => {
    const { now, later } = splitWave([record('one', [['a']]), record('one', [['b']])]);
    expect([now.length, later.length]).toEqual([1, 1]);
  });
});

describe('DL-1 turns at a target', () => {
  const wave = [
    record('first', [['contact?P1'], ['contact?P1']]),
    record('second', [['contact?P1'], ['contact?P1']]),
    record('other', [['contact?P2'], ['contact?P2']]),
  ];

  it('let the second visit of one new patient have its turn after the first', () => {
    expect(keys(takeTurn(wave, 0, fresh).now)).toEqual(['first', 'other']);
    const isDone = (item: Claimant) => item.record.key !== 'second';
    expect(keys(takeTurn(wave, 0, { ...fresh, isDone }).now)).toEqual(['second']);
  });

  it('let those go together who are indifferent to each other, until one waits who may change what they make', () => {
    const family = (key: string, origin: string) =>
      record(key, [
        [`contact?${origin}`, 'contact?P1'],
        [`contact?${origin}`, 'contact?P1'],
      ]);
    const isIndifferent = (claim: string) => claim === 'contact?P1';
    const members = [family('mother', 'O1'), family('father', 'O2'), family('again', 'O1'), family('child', 'O3')];
    expect(keys(takeTurn(members, 0, { ...fresh, isIndifferent }).now)).toEqual(['mother', 'father']);
    const isDone = (item: Claimant) => ['mother', 'father'].includes(item.record.key);
    expect(keys(takeTurn(members, 0, { ...fresh, isIndifferent, isDone }).now)).toEqual(['again', 'child']);
  });

  it('let nobody go before one who waits again, and may come back to what it asked before', () => {
    const wait = [record('first', [['a'], ['a']]), record('again', [['a']]), record('third', [['b'], ['b']])];
    expect(keys(takeTurn(wait, 0, fresh).now)).toEqual(['first', 'third']);
    const waitedWith = (item: Claimant) => (item.record.key === 'again' ? ['b'] : []);
    expect(keys(takeTurn(wait, 0, { ...fresh, waitedWith }).now)).toEqual(['first']);
  });

  it('let nobody go before one who waits for him whose row it met, though that one asked for nothing it would write', () => {
    const isIndifferent = (claim: string) => claim === 'contact?P1';
    const { now } = takeTurn(
      [
        record('first', [['contact?P1'], ['contact?P1', 'contact?O1']]),
        record('renames', [['contact?O1'], ['contact?O1']]),
        record('third', [['contact?P1'], ['contact?P1']]),
      ],
      0,
      { ...fresh, isIndifferent },
    );
    expect(keys(now)).toEqual(['first']);
  });

  it('leave nobody before whom an earlier record was left: it is behind', () => {
    const isPutOff = (item: Claimant) => item.record.key === 'first';
    const { now, behind } = takeTurn(wave, 0, { ...fresh, isPutOff });
    expect([keys(now), keys(behind)]).toEqual([['other'], ['second']]);
  });

  it('leave a record behind that has come to ask for what an earlier one writes at a later target', () => {
    const { now, behind } = takeTurn(
      [record('first', [['a']], [[], ['lead?1']]), record('second', [['lead?1'], ['b']]), record('third', [['b']])],
      0,
      fresh,
    );
    expect([keys(now), keys(behind)]).toEqual([['first'], ['second', 'third']]);
  });

  it('leave a record behind that asked before for what an earlier one has come to write at a later target', () => {
    const visits = [
      record('first', [['lead?P1']], [[], ['deal?1']], [[], ['lead?P1']]),
      record('second', [['lead?P1']], [['deal?2'], ['deal?2']]),
      record('third', [['lead?P2', 'user?doctor']], [['deal?3'], ['deal?3']]),
    ];
    const { now, behind } = takeTurn(visits, 1, fresh);
    expect([keys(now), keys(behind)]).toEqual([['first', 'third'], ['second']]);
    const isPutOff = (item: Claimant) => item.record.key === 'first';
    expect(keys(takeTurn(visits, 1, { ...fresh, isPutOff }).behind)).toEqual(['second']);
  });

  it('let those go on that only asked before for what one asked who is left', () => {
    const visits = [record('left', [['user?doctor']], [['a']]), record('other', [['user?doctor']], [['b']])];
    const { now } = takeTurn(visits, 1, { ...fresh, isPutOff: (item) => item.record.key === 'left' });
    expect(keys(now)).toEqual(['other']);
  });

  it('let nobody overtake one whose turn is later', () => {
    const { now } = takeTurn(
      [record('first', [['a'], ['a']]), record('waits', [['a', 'b']]), record('third', [[], ['b']])],
      0,
      fresh,
    );
    expect(keys(now)).toEqual(['first']);
  });
});

interface Step {
  readonly item: Claimant;
  readonly at: number;
  readonly round: number;
}

describe('DL-1 whatever the records ask for and write', () => {
  const claims = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 2 });
  const targets = fc.array(fc.tuple(claims, claims), { minLength: 3, maxLength: 3 });

  it('each step sees the work of all earlier records it has to do with, and everybody comes to an end', () => {
    fc.assert(
      fc.property(fc.array(targets, { minLength: 1, maxLength: 9 }), (all) => {
        const planned = all.map((one, index) => record(String(index), ...one));
        let pending: readonly Claimant[] = planned;
        const steps: Step[] = [];
        for (let round = 0; pending.length > 0;) {
          const { now: wave, later } = splitWave(pending);
          expect(wave[0]).toBe(pending[0]);
          for (const at of [0, 1, 2]) {
            const done = new Set<Claimant>();
            while (done.size < wave.length) {
              const { now, behind } = takeTurn(wave, at, { ...fresh, isDone: (item) => done.has(item) });
              expect(behind).toEqual([]);
              expect(now.length).toBeGreaterThan(0);
              for (const item of now) {
                done.add(item);
                steps.push({ item, at, round });
              }
              round += 1;
            }
          }
          pending = later;
        }
        expect(steps).toHaveLength(planned.length * 3);
        const touches = ({ item, at }: Step): Set<string> =>
          new Set(allClaims(item.claims[at] ?? { restsOn: [], effects: [] }));
        const early = steps.flatMap((step) =>
          steps.filter((other) => {
            const isEarlier = planned.indexOf(other.item) < planned.indexOf(step.item);
            const writes = other.item.claims[other.at]?.effects ?? [];
            return isEarlier && writes.some((claim) => touches(step).has(claim)) && other.round >= step.round;
          }),
        );
        expect(early).toEqual([]);
      }),
    );
  });
});
