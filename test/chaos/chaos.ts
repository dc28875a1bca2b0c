import { parseArgs } from 'node:util';
import { startAmoGround } from './amocrm/ground.ts';
import { inDoubtPoints, otherPoints } from './plan.ts';
import { runSqlSuite } from './sql/suite.ts';
import { complaintOf, runSuite } from './suite.ts';

/**
 * `npm run chaos -- --kills N --seed S`: IDENT into Bitrix24; with `--amocrm` into amoCRM; with `--sql postgres|mysql|sqlite`: tables into
 * a data base.
 * Tells on stderr how it goes; the last line of stdout is the result.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    // As a complaint about a life prints it, to live that life again.
    rare: { type: 'string' },
    sql: { type: 'string' },
    amocrm: { type: 'boolean', default: false },
  },
});
const options = { kills: Number(values.kills), seed: Number(values.seed) };
const kind = (['postgres', 'mysql', 'sqlite'] as const).find((known) => known === values.sql);
if (values.sql !== undefined && !kind) throw new Error('--sql takes postgres, mysql or sqlite');
const wrong = kind ? await chaosOfSql(kind) : await chaosOfCrm();
process.exitCode = wrong === 0 ? 0 : 1;

async function chaosOfSql(store: 'postgres' | 'mysql' | 'sqlite'): Promise<number> {
  const result = await runSqlSuite(store, { ...options, tell: (line) => process.stderr.write(line) });
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return result.wrong;
}

async function chaosOfCrm(): Promise<number> {
  const named = new Set(values.rare?.split(','));
  const result = await runSuite({
    ...options,
    ...(values.amocrm && { ground: startAmoGround }),
    ...(values.rare !== undefined && { rare: [...inDoubtPoints, ...otherPoints].filter((point) => named.has(point)) }),
    tell: (life) =>
      process.stderr.write(`${complaintOf(life) ?? `seed ${life.seed}: ${life.kills} kills, all well`}\n`),
  });
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return result.lost + result.duplicated + result.inDoubt + result.wrong;
}
