import { expect, it } from 'vitest';
import { contactsIn, job } from './stand.ts';

const mark = (code: string) => ({ home: 'contacts', name: code, type: 'text', code, apiOnly: true }) as const;

it.each([
  ['by the mark of the engine', [mark('PIPE_ORIGIN'), mark('PIPE_KEY')]],
  ['by their own key, where there is no room for a mark', []],
])(
  'DL-12 creates whose answer was lost are found %s, and none is made twice',
  async (_how, fields) => {
    const one = await job({ appointments: 240, account: { fields } });
    one.account.fail({ operation: 'POST /contacts', nth: 2, when: 'after', fault: 'reset' });
    for (const _run of ['lost', 'decided', 'again']) {
      await one.run();
      // So long what was lost may still arrive.
      one.clock.time += 600_000;
    }
    const keys = contactsIn(one.account).map((contact) => String(contact['ID пациента IDENT']));
    const patients = await one.clinic.execute('SELECT ID_Persons AS id FROM dbo.Patients');
    expect(keys.sort()).toEqual(patients.map(({ id }) => String(id)).sort());
    const queue = await one.state.queue({ flow: 'patients' });
    expect(new Set(queue.map(({ state }) => state))).toEqual(new Set(['completed']));
  },
  120_000,
);
