import { Readable } from 'node:stream';
import mysql from 'mysql2/promise';
import type { RowDataPacket } from 'mysql2/promise';
import type { Login } from '../../test/support/servers/program.ts';
import type { Database } from './database.ts';
import { columns } from './rows.ts';
import type { Cells } from './rows.ts';

/** MariaDB by hand: LOAD DATA LOCAL out of a stream into a temporary table, then one upsert. */
export async function openMysql(settings: Login): Promise<Database> {
  const client = await mysql.createConnection({ ...settings, charset: 'utf8mb4', timezone: 'Z' });
  await client.query(`SET SESSION sql_mode = 'STRICT_ALL_TABLES', time_zone = '+00:00'`);
  const stages = new Set<string>();
  return {
    name: 'mysql',
    settings: { ...settings },
    async upsert(table, rows) {
      const stage = `${table}_stage`;
      if (!stages.has(stage)) {
        // Aria, which keeps no undo log, is the fastest that MariaDB has for rows nobody needs back.
        await client.query(
          `CREATE TEMPORARY TABLE ${stage} ENGINE=Aria TRANSACTIONAL=0 AS SELECT * FROM ${table} LIMIT 0`,
        );
        stages.add(stage);
      }
      await client.query(`TRUNCATE TABLE ${stage}`);
      const text = rows.map(lineOf).join('');
      await client.query({
        sql: `LOAD DATA LOCAL INFILE 'rows' INTO TABLE ${stage} CHARACTER SET utf8mb4 (${names.join(', ')})`,
        infileStreamFactory: () => Readable.from([Buffer.from(text)]),
      });
      await client.query('START TRANSACTION');
      await client.query(upsertFrom(stage, table));
      await client.query('COMMIT');
    },
    async count(table, version) {
      const [rows] = await client.query<(RowDataPacket & { rows: number; versions: number | string | null })[]>(
        `SELECT COUNT(*) AS \`rows\`, SUM(version = ?) AS versions FROM ${table}`,
        [version],
      );
      return { rows: rows[0]?.rows ?? 0, ofVersion: Number(rows[0]?.versions ?? 0) };
    },
    drop: async (table) => void (await client.query(`DROP TABLE IF EXISTS ${table}`)),
    settle: async () => void (await client.query('FLUSH TABLES')),
    close: () => client.end(),
  };
}

const names = columns.map(({ name }) => name);

function upsertFrom(stage: string, table: string): string {
  const set = names.filter((name) => name !== 'id').map((name) => `${name} = VALUES(${name})`);
  return `INSERT INTO ${table} (${names.join(', ')}) SELECT ${names.join(', ')} FROM ${stage}
    ON DUPLICATE KEY UPDATE ${set.join(', ')}`;
}

function lineOf(cells: Cells): string {
  return `${cells.map((cell, index) => cellOf(cell, columns[index]?.type === 'datetime')).join('\t')}\n`;
}

/** https://dev.mysql.com/doc/refman/8.0/en/load-data.html#load-data-field-line-handling */
function cellOf(cell: Cells[number], isStamp: boolean): string {
  if (cell === null) return '\\N';
  if (typeof cell === 'number') return String(cell);
  if (typeof cell === 'boolean') return cell ? '1' : '0';
  if (isStamp) return String(cell).slice(0, 23).replace('T', ' ');
  return (typeof cell === 'string' ? cell : JSON.stringify(cell)).replace(/[\\\t\n\r]/g, escaped);
}

function escaped(character: string): string {
  return { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }[character] ?? character;
}
