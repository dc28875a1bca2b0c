import { describe, expect, it } from 'vitest';
import type { Host, PipeError, ReadRequest, Window } from '../../engine/index.ts';
import { cursorAt, cursorColumn, planRead } from './cursor.ts';
import type { SourceNow } from './cursor.ts';

const hour = 3_600_000;
const day = 24 * hour;
const changedAt = cursorColumn('changedAt', 'datetime');
const version = cursorColumn('RowVersion', 'timestamp');
const id = cursorColumn('ID', 'int');
const noon: SourceNow = { stamp: '2026-03-02T12:00:00.000', offsetMinutes: 180, rowversion: '0x0000000000000100' };
const window: Window = { field: 'changedAt', firstMs: 7 * day, overlapMs: 2 * hour, fullMs: 30 * day };

function plan(request: Partial<ReadRequest>, column = changedAt, now = noon) {
  const warnings: PipeError[] = [];
  const host: Host = {
    folder: '/',
    now: () => 0,
    admit: async () => ({ ended() {} }),
    warn: (warning) => warnings.push(warning),
  };
  const whole: ReadRequest = {
    mode: 'incremental',
    window,
    batch: 100,
    params: {},
    signal: new AbortController().signal,
    ...request,
  };
  return { plan: planRead(whole, column, now, host), warnings: warnings.map(({ message }) => message) };
}

describe('the window of a read', () => {
  it('begins the first time as far back from the clock of the source as first says', () => {
    expect(plan({}).plan).toEqual({
      walk: 'scan',
      bounds: { from: '2026-02-23T12:00:00.000' },
      keepsCursor: true,
      began: '2026-03-02T12:00:00.000',
    });
  });

  it('has no lower end when first is all, so that rows without a stamp are read too', () => {
    expect(plan({ window: { ...window, firstMs: 'all' } }).plan.bounds).toEqual({});
  });

  it('goes on an overlap before the cursor', () => {
    expect(plan({ cursor: { at: '2026-03-02T11:00:00.127' } }).plan).toEqual({
      walk: 'tail',
      bounds: { from: '2026-03-02T09:00:00.127' },
      began: '2026-03-02T12:00:00.000',
      seen: '2026-03-02T11:00:00.127',
    });
  });

  it('DL-6 goes back to the clock of the source when that is behind the cursor, and says so', () => {
    const { plan: rewound, warnings } = plan({ cursor: { at: '2026-03-05T00:00:00.000' } });
    expect(rewound.bounds).toEqual({ from: '2026-03-02T10:00:00.000' });
    expect(rewound.seen).toBe('2026-03-02T12:00:00.000');
    expect(warnings).toEqual([
      'the clock of the data base (2026-03-02T12:00:00.000) is behind the cursor (2026-03-05T00:00:00.000): reading goes back to the clock',
    ]);
  });

  it('of a full read goes back as far as full says', () => {
    const { plan: full } = plan({ mode: 'full', cursor: { at: '2026-03-02T11:00:00.000' } });
    expect(full).toMatchObject({ walk: 'scan', bounds: { from: '2026-01-31T12:00:00.000' } });
  });

  it('of a full read never leaves a gap behind a cursor that is older than full', () => {
    const { plan: full } = plan({ mode: 'full', cursor: { at: '2025-12-01T00:00:00.000' } });
    expect(full.bounds).toEqual({ from: '2025-11-30T22:00:00.000' });
  });

  it('takes a time with a zone given by hand to the wall clock of the data base, and keeps no cursor', () => {
    const { plan: byHand } = plan({ since: '2026-03-01T21:00:00Z', until: '2026-03-02' });
    expect(byHand).toEqual({
      walk: 'scan',
      bounds: { from: '2026-03-02T00:00:00.000', until: '2026-03-02T00:00:00.000' },
      keepsCursor: false,
    });
  });

  it('goes on with a scan that was broken off', () => {
    const cursor = {
      after: [17],
      from: '2026-02-20T00:00:00.000',
      seen: '2026-02-27T00:00:00.000',
      began: '2026-02-28T00:00:00.000',
    };
    expect(plan({ cursor }).plan).toEqual({
      walk: 'scan',
      after: [17],
      bounds: { from: '2026-02-20T00:00:00.000' },
      keepsCursor: true,
      seen: '2026-02-27T00:00:00.000',
      began: '2026-02-28T00:00:00.000',
    });
  });

  it('of a rowversion ends where transactions are still open', () => {
    const all: Window = { ...window, field: 'RowVersion', firstMs: 'all', fullMs: 'all' };
    expect(plan({ window: all, cursor: { at: '0x0000000000000080' } }, version).plan.bounds).toEqual({
      from: '0x0000000000000080',
      until: '0x0000000000000100',
    });
  });

  it('of a rowversion that went back, as after a restore, is everything', () => {
    const all: Window = { ...window, field: 'RowVersion', firstMs: 'all', fullMs: 'all' };
    const { plan: again, warnings } = plan({ window: all, cursor: { at: '0x0000000000000200' } }, version);
    expect(again).toMatchObject({ walk: 'scan', bounds: {} });
    expect(warnings).toHaveLength(1);
  });

  it('of an integer reads the last thousand ids again, for those committed late', () => {
    const all: Window = { ...window, field: 'ID', firstMs: 'all', fullMs: 'all' };
    expect(plan({ window: all, cursor: { at: 5000 } }, id).plan.bounds).toEqual({ from: '4000' });
  });

  it('cannot be a time where the cursor is none', () => {
    expect(() => plan({ window: { ...window, field: 'ID' } }, id)).toThrow(
      'cursor ID is no time, so first, full, since and until cannot be times',
    );
  });
});

describe('the cursor after a read', () => {
  it('DL-6 is not carried away by stamps in the future', () => {
    expect(cursorAt(changedAt, '2026-07-01T00:00:00.000', '2026-03-02T12:00:00.000')).toEqual({
      at: '2026-03-02T12:00:00.000',
    });
  });

  it('is the greatest stamp seen', () => {
    expect(cursorAt(changedAt, '2026-03-02T11:59:00.003', '2026-03-02T12:00:00.000')).toEqual({
      at: '2026-03-02T11:59:00.003',
    });
  });

  it('compares integers as numbers, however long', () => {
    expect(cursorAt(cursorColumn('n', 'bigint'), '9007199254740993', undefined)).toEqual({ at: '9007199254740993' });
  });

  it('refuses a column that neither grows nor tells time', () => {
    expect(() => cursorColumn('Name', 'nvarchar(100)')).toThrow('column Name of type nvarchar(100) cannot be a cursor');
  });
});
