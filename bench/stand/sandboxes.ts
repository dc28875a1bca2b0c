import { createInterface } from 'node:readline';
import { startPortal } from '../../connectors/bitrix24/sandbox/index.ts';
import { startClinic } from '../../connectors/ident/sandbox/index.ts';

/**
 * A clinic and empty portals, one for each round, in a process of their own: prints their settings, then for each line
 * of stdin, a number, lets the clinic's staff change so many visits and prints which. Ends when stdin does.
 */
const [appointments, rounds, limits] = process.argv.slice(2);
const clinic = await startClinic({ appointments: Number(appointments), days: 7 });
const portals = await Promise.all(
  Array.from({ length: Number(rounds) }, () => startPortal(limits === 'off' ? { limits } : {})),
);
const webhooks = portals.map((portal) => portal.webhook);
process.stdout.write(`${JSON.stringify({ clinic: clinic.settings, webhooks })}\n`);
for await (const visits of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await clinic.change(Number(visits)))}\n`);
}
for (const portal of portals) await portal.close();
await clinic.close();
