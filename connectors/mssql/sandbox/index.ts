import type { RunningSandbox, Sandbox, SandboxOptions } from '../../../engine/index.ts';
import { startSqlServer } from '../../_mssql/sandbox/index.ts';

const database = 'shop';
const login = { user: 'reader', password: 'reader', readOnly: true } as const;
const utcOffsetMinutes = 180;
const minute = 60_000;
const rowsPerInsert = 500;

const table = `CREATE TABLE dbo.Orders (ID int NOT NULL PRIMARY KEY, Customer nvarchar(100) NULL, Amount money NOT NULL,
  ChangedAt datetime2(3) NOT NULL, Version rowversion NOT NULL)`;

export const sandbox: Sandbox = { start };

/** A SQL Server with one table of orders, each changed a minute after the one before it, the last one just now. */
async function start({ port, seed = 1, size = 100, now = Date.now }: SandboxOptions): Promise<RunningSandbox> {
  const wallClock = (): Date => new Date(now() + utcOffsetMinutes * minute);
  const server = await startSqlServer({
    database,
    logins: [login],
    now: wallClock,
    utcOffsetMinutes,
    ...(port !== undefined && { port }),
  });
  await server.execute(table);
  for (let first = 1; first <= size; first += rowsPerInsert) {
    const ids = Array.from({ length: Math.min(rowsPerInsert, size - first + 1) }, (_, index) => first + index);
    await server.execute(
      `INSERT INTO dbo.Orders (ID, Customer, Amount, ChangedAt) VALUES ${ids.map((id) => order(id, seed, stampOf(id, size, wallClock()))).join(', ')}`,
    );
  }
  return {
    settings: {
      server: server.host,
      port: server.port,
      database,
      user: login.user,
      password: login.password,
      encrypt: false,
    },
    facts: [
      `data base ${database} on ${server.host}:${server.port}, login ${login.user}, password ${login.password}`,
      `table dbo.Orders, ${size} rows`,
    ],
    async counts() {
      const [row] = await server.execute('SELECT COUNT(*) AS n FROM dbo.Orders');
      return { Orders: Number(row?.['n']) };
    },
    async change(rows) {
      await server.execute(
        `UPDATE dbo.Orders SET Amount = Amount + 1, ChangedAt = SYSDATETIME() WHERE ID <= ${Math.min(rows, size)}`,
      );
      return Math.min(rows, size);
    },
    close: async () => await server.close(),
  };
}

function stampOf(id: number, size: number, now: Date): string {
  return new Date(now.getTime() - (size - id) * minute).toISOString().slice(0, 23);
}

function order(id: number, seed: number, changedAt: string): string {
  const kopecks = 10_000 + ((id * 7919 + seed * 104_729) % 900_000);
  return `(${id}, N'Покупатель ${id}', ${(kopecks / 100).toFixed(2)}, '${changedAt}')`;
}
