import { parseArgs } from 'node:util';
import { inDoubtPoints, otherPoints } from './plan.ts';
import { complaintOf, runSuite } from './suite.ts';

/** `npm run chaos -- --kills N --seed S`: tells on stderr how it goes; the last line of stdout is the result. */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    // As a complaint about a life prints it, to live that life again.
    rare: { type: 'string' },
  },
});
const named = new Set(values.rare?.split(','));
const result = await runSuite({
  kills: Number(values.kills),
  seed: Number(values.seed),
  ...(values.rare !== undefined && { rare: [...inDoubtPoints, ...otherPoints].filter((point) => named.has(point)) }),
  tell: (life) => process.stderr.write(`${complaintOf(life) ?? `seed ${life.seed}: ${life.kills} kills, all well`}\n`),
});
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exitCode = result.lost + result.duplicated + result.inDoubt + result.wrong === 0 ? 0 : 1;
