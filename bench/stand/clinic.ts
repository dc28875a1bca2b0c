import { createInterface } from 'node:readline';
import { startClinic } from '../../connectors/ident/sandbox/index.ts';

/**
 * A clinic in a process of its own: prints its settings, then for each line of stdin, a number, lets the staff change so
 * many visits and prints which. Ends when stdin does.
 */
const [appointments] = process.argv.slice(2);
const clinic = await startClinic({ appointments: Number(appointments), days: 7 });
process.stdout.write(`${JSON.stringify(clinic.settings)}\n`);
for await (const visits of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await clinic.change(Number(visits)))}\n`);
}
await clinic.close();
