import { once } from 'node:events';
import { startPortal } from '../connectors/bitrix24/sandbox/index.ts';
import { startClinic } from '../connectors/ident/sandbox/index.ts';

/** A clinic and a portal without limits in a process of their own: prints their settings, ends when stdin does. */
const clinic = await startClinic({ appointments: Number(process.argv[2]), days: 7 });
const portal = await startPortal({ limits: 'off' });
process.stdout.write(`${JSON.stringify({ clinic: clinic.settings, webhook: portal.webhook })}\n`);
process.stdin.resume();
await once(process.stdin, 'end');
await portal.close();
await clinic.close();
