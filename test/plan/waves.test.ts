import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitWave } from '../../engine/plan/waves.ts';

const claimant = (name: string, asked: string[], effects: string[] = []) => ({
  name,
  claims: { asked: new Set(asked), effects: new Set(effects) },
});
const names = (items: readonly { readonly name: string }[]) => items.map((item) => item.name);

describe('DL-1 waves', () => {
  it('let the second visit of one new patient wait for the first', () => {
    const { now, later } = splitWave([
      claimant('first', ['contact?P1'], ['contact?P1']),
      claimant('second', ['contact?P1'], ['contact?P1']),
      claimant('other', ['contact?P2'], ['contact?P2']),
    ]);
    expect([names(now), names(later)]).toEqual([['first', 'other'], ['second']]);
  });

  it('keep records together that only asked for the same: all visits to one doctor', () => {
    const { now } = splitWave([
      claimant('first', ['user?doctor', 'deal?1'], ['deal?1']),
      claimant('second', ['user?doctor', 'deal?2'], ['deal?2']),
      claimant('third', ['user?doctor']),
    ]);
    expect(names(now)).toEqual(['first', 'second', 'third']);
  });

  it('make an unchanged record wait for an earlier one that writes what it asked for', () => {
    const { later } = splitWave([
      claimant('writer', ['x'], ['contact?PHONE=7']),
      claimant('reader', ['contact?PHONE=7']),
    ]);
    expect(names(later)).toEqual(['reader']);
  });

  it('let nobody overtake a record that waits', () => {
    const { now, later } = splitWave([
      claimant('first', ['a'], ['a']),
      claimant('waits', ['a', 'b']),
      claimant('third', [], ['b']),
    ]);
    expect([names(now), names(later)]).toEqual([['first'], ['waits', 'third']]);
  });

  it('carry out in one wave only what comes out the same one after the other, lose nobody, and always go on', () => {
    const claims = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(claims, claims), { minLength: 1, maxLength: 12 }), (items) => {
        const planned = items.map(([asked, effects], index) => claimant(String(index), asked, effects));
        const { now, later } = splitWave(planned);
        expect([...now, ...later]).toHaveLength(planned.length);
        expect(now[0]).toBe(planned[0]);
        for (const [index, item] of planned.entries()) {
          const all = new Set([...item.claims.asked, ...item.claims.effects]);
          const before = planned.slice(0, index);
          const meets = (claim: string) => all.has(claim);
          const rests = before.some((one) => now.includes(one) && [...one.claims.effects].some(meets));
          const overtakes = before.some(
            (one) => later.includes(one) && [...one.claims.asked, ...one.claims.effects].some(meets),
          );
          expect(now.includes(item)).toBe(!rests && !overtakes);
        }
      }),
    );
  });
});
