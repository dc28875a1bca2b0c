import { describe, expect, it } from 'vitest';
import { maskedRow } from '../../engine/cli/masked-row.ts';

describe('a source row as it may be shown', () => {
  it('is masked by the names of its fields, within lists and objects too', () => {
    const row = {
      id: 7,
      clientId: '12',
      Клиент: 'Кедров Илья',
      'Дата рождения': '1990-02-01',
      sum: 100,
      patient: { surname: 'Кедров', phone: '+79161234567', card: '5' },
      mobiles: ['+79161234567'],
      email: 'ilya@example.org',
      comment: 'Аллергия',
    };
    expect(maskedRow(row, [])).toEqual({
      id: 7,
      clientId: '12',
      Клиент: 'К**** И****',
      'Дата рождения': '****',
      sum: 100,
      patient: { surname: 'К****', phone: '+7916***4567', card: '5' },
      mobiles: ['+7916***4567'],
      email: 'i****@e****',
      comment: '****',
    });
  });

  it('is masked as its connector says, where that knows the field', () => {
    const fields = [
      { name: 'code', type: 'text', personal: 'name' },
      { name: 'name', type: 'text' },
    ] as const;
    expect(maskedRow({ code: 'Кедров', name: 'Консультация' }, fields)).toEqual({
      code: 'К****',
      name: 'Консультация',
    });
  });
});
