import { startServer } from '../start-server.ts';

// A process that starts a server and never ends by itself: the test kills it.
const { folder, login } = await startServer(process.argv[2] === 'postgres' ? 'postgres' : 'mariadb');
process.stdout.write(`${JSON.stringify({ folder, login })}\n`);
setInterval(() => {}, 60_000);
