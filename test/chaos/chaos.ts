import { parseArgs } from 'node:util';
import { complaintOf, runSuite } from './suite.ts';

/** `npm run chaos -- --kills N --seed S`: tells on stderr how it goes; the last line of stdout is the result. */
const { values } = parseArgs({
  options: { kills: { type: 'string', default: '300' }, seed: { type: 'string', default: '1' } },
});
const result = await runSuite({
  kills: Number(values.kills),
  seed: Number(values.seed),
  tell: (life) => process.stderr.write(`${complaintOf(life) ?? `seed ${life.seed}: ${life.kills} kills, all well`}\n`),
});
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exitCode = result.lost + result.duplicated + result.inDoubt + result.wrong === 0 ? 0 : 1;
