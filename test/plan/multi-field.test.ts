import { describe, expect, it } from 'vitest';
import { multiFieldAfter, multiFieldUpdate } from '../../engine/plan/multi-field.ts';

const phone = { name: 'PHONE', type: 'phones' } as const;
const held = [
  { id: '1', value: '89991234567', type: 'WORK' },
  { id: '2', value: '+79990000000', type: 'HOME' },
];

describe('a multi-field', () => {
  it('gets what it lacks and keeps what others entered', () => {
    expect(multiFieldUpdate(phone, 'notNull', [{ value: '+79995555555', type: 'MOBILE' }], held)).toEqual([
      { value: '+79995555555', type: 'MOBILE' },
    ]);
  });

  it('is never multiplied: a phone in another spelling is the same phone', () => {
    expect(multiFieldUpdate(phone, 'notNull', '+7 999 123 45 67', held)).toBeUndefined();
    expect(multiFieldUpdate(phone, 'add', ['+79995555555', '89995555555'], held)).toEqual([{ value: '89995555555' }]);
  });

  it('is the exact set with `always`, removed by id', () => {
    expect(multiFieldUpdate(phone, 'always', '+79991234567', held)).toEqual([{ id: '2', remove: true }]);
    expect(multiFieldUpdate(phone, 'always', undefined, held)).toEqual([
      { id: '1', remove: true },
      { id: '2', remove: true },
    ]);
  });

  it('is filled only where there is none', () => {
    expect(multiFieldUpdate(phone, 'fill', '+79995555555', held)).toBeUndefined();
    expect(multiFieldUpdate(phone, 'fill', '+79995555555', undefined)).toEqual([{ value: '+79995555555' }]);
  });

  it('is, after the write, what was kept and what was added', () => {
    expect(multiFieldAfter(held, [{ id: '2', remove: true }, { value: '+79995555555' }])).toEqual([
      held[0],
      { value: '+79995555555' },
    ]);
  });
});
