import { describe, expect, it } from 'vitest';
import { brake, brakeAfterEdit } from '../../engine/plan/brakes.ts';

const totals = { creates: 30, updates: 40, deletes: 0, looked: 100 };
const none: ReadonlySet<string> = new Set();

describe('brakes', () => {
  it('let a run pass that stays within them, the limit itself included', () => {
    expect(
      brake({ creates: { rows: 30 }, updates: { share: 0.4 }, deletes: { rows: 0 } }, totals, none),
    ).toBeUndefined();
  });

  it('stop a run that would create one row too many, and say how many', () => {
    const error = brake({ creates: { rows: 29 } }, totals, none);
    expect([error?.code, error?.parameters]).toEqual([
      'plan.too_many_changes',
      { count: 30, operation: 'creates', allowed: '29' },
    ]);
  });

  it('count a share of the rows the run looked at', () => {
    expect(brake({ updates: { share: 0.39 } }, totals, none)?.parameters).toEqual({
      count: 40,
      operation: 'updates',
      allowed: '39 %',
    });
  });

  it('are there for the first run of an edited mapping too: a hundred rows, or a share of those it looks at', () => {
    const many = { creates: 101, updates: 900, deletes: 0, looked: 3000 };
    const codes = (given: Parameters<typeof brakeAfterEdit>) => brakeAfterEdit(...given)?.parameters;
    expect(codes([{}, many, none])).toBeUndefined();
    expect(codes([{}, { ...many, creates: 301 }, none])).toEqual({ count: 301, operation: 'creates', allowed: 300 });
    expect(codes([{}, { ...many, updates: 901 }, none])).toEqual({ count: 901, operation: 'updates', allowed: 900 });
    expect(codes([{}, { ...many, updates: 901 }, new Set(['updates'])])).toBeUndefined();
    expect(codes([{ updates: { rows: 5 } }, { ...many, updates: 901 }, none])).toBeUndefined();
    expect(codes([{}, { ...many, creates: 100, looked: 1 }, new Set(['updates'])])).toBeUndefined();
  });

  it('are lifted one by one', () => {
    const brakes = { creates: { rows: 1 }, updates: { rows: 1 } };
    expect(brake(brakes, totals, new Set(['creates']))?.parameters['operation']).toBe('updates');
    expect(brake(brakes, totals, new Set(['creates', 'updates']))).toBeUndefined();
  });
});
