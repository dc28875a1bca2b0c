import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitWave } from '../../engine/plan/waves.ts';

const claimant = (name: string, asked: string[], changes: boolean, effects: string[] = []) => ({
  name,
  changes,
  claims: { asked: new Set(asked), effects: new Set(effects) },
});
const names = (items: readonly { readonly name: string }[]) => items.map((item) => item.name);

describe('DL-1 waves', () => {
  it('let the second visit of one new patient wait for the first', () => {
    const { now, later } = splitWave([
      claimant('first', ['contact?P1'], true),
      claimant('second', ['contact?P1'], true),
      claimant('other', ['contact?P2'], true),
    ]);
    expect([names(now), names(later)]).toEqual([['first', 'other'], ['second']]);
  });

  it('keep records that write nothing in one wave, whatever they share', () => {
    const { now, later } = splitWave([
      claimant('a', ['q'], false),
      claimant('b', ['q'], false),
      claimant('c', ['q'], true),
    ]);
    expect([names(now), names(later)]).toEqual([['a', 'b', 'c'], []]);
  });

  it('make an unchanged record wait for an earlier one that writes what it asked for', () => {
    const { later } = splitWave([
      claimant('writer', ['x'], true, ['contact?PHONE=7']),
      claimant('reader', ['contact?PHONE=7'], false),
    ]);
    expect(names(later)).toEqual(['reader']);
  });

  it('let nobody overtake a record that waits', () => {
    const { now, later } = splitWave([
      claimant('first', ['a'], true),
      claimant('waits', ['a', 'b'], false),
      claimant('third', ['b'], true),
    ]);
    expect([names(now), names(later)]).toEqual([['first'], ['waits', 'third']]);
  });

  it('never hold two writers of one claim, lose nobody, and always go on', () => {
    const item = fc.record({
      asked: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 }),
      changes: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 12 }), (items) => {
        const planned = items.map(({ asked, changes }, index) => claimant(String(index), asked, changes));
        const { now, later } = splitWave(planned);
        expect([...now, ...later]).toHaveLength(planned.length);
        expect(now[0]).toBe(planned[0]);
        const held = now.filter((entry) => entry.changes).flatMap((entry) => [...entry.claims.asked]);
        expect(new Set(held).size).toBe(held.length);
      }),
    );
  });
});
