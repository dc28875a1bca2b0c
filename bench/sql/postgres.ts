import { once } from 'node:events';
import pg from 'pg';
import copy from 'pg-copy-streams';
import type { Login } from '../../test/support/servers/program.ts';
import type { Database } from './database.ts';
import { columns } from './rows.ts';
import type { Cells } from './rows.ts';

/** PostgreSQL by hand: COPY into a temporary table, then one upsert that leaves equal rows alone. */
export async function openPostgres(settings: Login): Promise<Database> {
  const client = new pg.Client({ ...settings });
  await client.connect();
  const stages = new Set<string>();
  return {
    name: 'postgres',
    settings: { ...settings },
    async upsert(table, rows) {
      const stage = `${table}_stage`;
      if (!stages.has(stage)) {
        await client.query(`CREATE TEMP TABLE ${stage} (LIKE ${table}) ON COMMIT DELETE ROWS`);
        stages.add(stage);
      }
      await client.query('BEGIN');
      const stream = client.query(copy.from(`COPY ${stage} (${names.join(', ')}) FROM STDIN`));
      stream.end(rows.map(lineOf).join(''));
      await once(stream, 'finish');
      await client.query(upsertFrom(stage, table));
      await client.query('COMMIT');
    },
    async count(table, version) {
      const { rows } = await client.query<{ rows: number; versions: number }>(
        `SELECT count(*)::int AS rows, count(*) FILTER (WHERE version = $1)::int AS versions FROM ${table}`,
        [version],
      );
      return { rows: rows[0]?.rows ?? 0, ofVersion: rows[0]?.versions ?? 0 };
    },
    drop: async (table) => void (await client.query(`DROP TABLE IF EXISTS ${table}`)),
    settle: async () => void (await client.query('CHECKPOINT')),
    close: () => client.end(),
  };
}

const names = columns.map(({ name }) => name);

function upsertFrom(stage: string, table: string): string {
  const others = names.filter((name) => name !== 'id');
  const set = others.map((name) => `${name} = excluded.${name}`).join(', ');
  const held = others.map((name) => `t.${name}`).join(', ');
  const given = others.map((name) => `excluded.${name}`).join(', ');
  return `INSERT INTO ${table} AS t (${names.join(', ')}) SELECT ${names.join(', ')} FROM ${stage}
    ON CONFLICT (id) DO UPDATE SET ${set} WHERE (${held}) IS DISTINCT FROM (${given})`;
}

function lineOf(cells: Cells): string {
  return `${cells.map(cellOf).join('\t')}\n`;
}

/** https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2 */
function cellOf(cell: Cells[number]): string {
  if (cell === null) return '\\N';
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell);
  return (typeof cell === 'string' ? cell : JSON.stringify(cell)).replace(/[\\\t\n\r]/g, escaped);
}

function escaped(character: string): string {
  return { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }[character] ?? character;
}
