import { expect, it } from 'vitest';
import { maskedTrace } from '../../engine/cli/masked-trace.ts';
import type { RecordTrace } from '../../engine/state/trace-ports.ts';
import { intent } from '../state/samples.ts';

const people: RecordTrace = {
  asked: [
    {
      run: 'run-1',
      at: 1000,
      asked: [
        {
          target: 'contact',
          question: { by: { PHONE: { anyOf: ['+79161234567'] }, ORIGIN_ID: { empty: true } } },
          count: 4,
          rows: [
            { ID: '7', NAME: 'Кедров', PHONE: [{ id: '1', value: '+79161234567', type: 'WORK' }], CARD: 'Кедров' },
          ],
        },
        { target: 'deal', question: { by: { TITLE: { anyOf: ['Кедров'] } } }, error: { code: 'a.b', parameters: {} } },
      ],
    },
  ],
  writes: [
    {
      intent: intent({
        target: 'contact',
        before: { NAME: 'Кедров' },
        claims: ['phone=+79161234567'],
        source: { phone: '+79161234567' },
        write: {
          operation: 'update',
          entity: 'contact',
          key: '7',
          values: {
            NAME: 'Кедрова',
            PHONE: [{ value: '+79167654321', type: 'WORK' }],
            STAGE_ID: 'NEW',
            COMMENTS: null,
          },
        },
      }),
      outcome: 'applied',
      row: '7',
      answeredAt: 3000,
    },
    {
      intent: intent({
        write: { operation: 'rows', entity: 'deal', key: '8', list: 'productrows', rows: [{ PRODUCT_NAME: 'Осмотр' }] },
      }),
    },
  ],
};

it('a trace is shown with its personal fields masked, by what is known of them or by their names', () => {
  const card = [{ name: 'CARD', type: 'text' as const, personal: 'name' as const }];
  expect(maskedTrace(people, (target) => (target === 'contact' ? card : []))).toEqual({
    asked: [
      {
        run: 'run-1',
        at: 1000,
        asked: [
          {
            target: 'contact',
            by: { PHONE: ['+7916***4567'], ORIGIN_ID: [] },
            count: 4,
            rows: [
              {
                ID: '7',
                NAME: 'К****',
                PHONE: [{ id: '1', value: '+7916***4567', type: 'WORK' }],
                CARD: 'К****',
              },
            ],
          },
          { target: 'deal', by: { TITLE: ['****'] }, error: { code: 'a.b', parameters: {} } },
        ],
      },
    ],
    writes: [
      {
        run: 'run-1',
        at: 2000,
        target: 'contact',
        operation: 'update',
        before: { NAME: 'К****' },
        sent: { NAME: 'К****', PHONE: [{ value: '+7916***4321', type: 'WORK' }], STAGE_ID: 'NEW', COMMENTS: [] },
        outcome: 'applied',
        row: '7',
        answeredAt: 3000,
      },
      {
        run: 'run-1',
        at: 2000,
        target: 'deal',
        operation: 'rows',
        sent: { productrows: [{ PRODUCT_NAME: 'О****' }] },
      },
    ],
  });
});
