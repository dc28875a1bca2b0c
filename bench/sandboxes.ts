import { once } from 'node:events';
import { startPortal } from '../connectors/bitrix24/sandbox/index.ts';
import { startClinic } from '../connectors/ident/sandbox/index.ts';

/**
 * A clinic and empty portals without limits, one for each round, in a process of their own: prints their settings, ends
 * when stdin does.
 */
const [appointments, rounds] = process.argv.slice(2).map(Number);
const clinic = await startClinic({ appointments: appointments ?? 0, days: 7 });
const portals = await Promise.all(Array.from({ length: rounds ?? 1 }, () => startPortal({ limits: 'off' })));
const webhooks = portals.map((portal) => portal.webhook);
process.stdout.write(`${JSON.stringify({ clinic: clinic.settings, webhooks })}\n`);
process.stdin.resume();
await once(process.stdin, 'end');
for (const portal of portals) await portal.close();
await clinic.close();
