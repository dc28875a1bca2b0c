import { startPortal } from '../../connectors/bitrix24/sandbox/index.ts';

/** A portal of so many deals in a process of its own: prints its webhook, and ends when stdin does. */
const [deals, limits] = process.argv.slice(2);
const stages = ['NEW', 'PREPARATION', 'EXECUTING', 'WON'];
const portal = await startPortal({
  ...(limits === 'off' && { limits: 'off' as const }),
  seed(desk) {
    for (let id = 1; id <= Number(deals); id++) {
      desk.create('deal', {
        TITLE: `Приём ${id}`,
        STAGE_ID: stages[id % stages.length],
        OPPORTUNITY: (id % 1000) * 10,
        COMMENTS: `Пациент ${id} записан через сайт`,
      });
    }
  },
});
process.stdout.write(`${JSON.stringify({ webhook: portal.webhook })}\n`);
for await (const _line of process.stdin);
await portal.close();
