import { startPortal } from '../../connectors/bitrix24/sandbox/index.ts';

/** Empty portals, one for each round, in a process of their own: prints their webhooks, and ends when stdin does. */
const [rounds, limits] = process.argv.slice(2);
const portals = await Promise.all(
  Array.from({ length: Number(rounds) }, () => startPortal(limits === 'off' ? { limits } : {})),
);
process.stdout.write(`${JSON.stringify(portals.map(({ webhook }) => webhook))}\n`);
for await (const _line of process.stdin);
for (const portal of portals) await portal.close();
