import { createSocket, type Socket } from 'node:dgram';

/** SQL Server Browser: tells over UDP which TCP port a named instance listens on. [MC-SQLR] */
const REQUEST = { everyInstance: 0x02, everyInstanceUnicast: 0x03, oneInstance: 0x04 } as const;
const RESPONSE = 0x05;

export interface BrowserAnswer {
  readonly server: string;
  readonly instance: string;
  readonly version: string;
  readonly tcpPort: number;
}

export interface SqlBrowser {
  readonly port: number;
  close(): Promise<void>;
}

export async function startSqlBrowser(answer: BrowserAnswer, port: number): Promise<SqlBrowser> {
  const socket = createSocket('udp4');
  const reply = write(answer);
  socket.on('message', (request, from) => {
    if (asksFor(request, answer.instance)) socket.send(reply, from.port, from.address);
  });
  await bind(socket, port);
  socket.on('error', () => {});
  return {
    port: socket.address().port,
    close: () => new Promise((resolve) => void socket.close(() => resolve())),
  };
}

function bind(socket: Socket, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, '127.0.0.1', () => {
      socket.off('error', reject);
      resolve();
    });
  });
}

/** An unknown instance gets silence, as from the real service. */
function asksFor(request: Buffer, instance: string): boolean {
  const kind = request[0];
  if (kind === REQUEST.everyInstance || kind === REQUEST.everyInstanceUnicast) return true;
  if (kind !== REQUEST.oneInstance) return false;
  const name = request.toString('latin1', 1).replace(/\0[\s\S]*$/, '');
  return name.toUpperCase() === instance.toUpperCase();
}

function write({ server, instance, version, tcpPort }: BrowserAnswer): Buffer {
  const text = Buffer.from(
    `ServerName;${server};InstanceName;${instance};IsClustered;No;Version;${version};tcp;${tcpPort};;`,
    'latin1',
  );
  const head = Buffer.alloc(3);
  head.writeUInt8(RESPONSE, 0);
  head.writeUInt16LE(text.length, 1);
  return Buffer.concat([head, text]);
}
