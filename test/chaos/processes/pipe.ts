import { execFileSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { watchCrashPoints } from '../../../engine/run/crash-points.ts';
import type { ChildPlan } from '../plan.ts';

/**
 * `pipe` as its users start it, with something that happens to it on the way: `pipe.ts <plan as JSON> run <file> …`. Tells
 * on descriptor 3, at once and before it happens, that it got there.
 */
const [planText = '{}', ...words] = process.argv.slice(2);
const { at, clockMs = 0 }: ChildPlan = JSON.parse(planText);

const machineNow = Date.now;
if (clockMs !== 0) Date.now = () => machineNow() + clockMs;

let left = at?.nth ?? 0;
watchCrashPoints((point) => {
  if (point !== at?.point) return;
  left -= 1;
  if (left !== 0) return;
  writeSync(3, `${point}\n`);
  // Nothing after this line runs before the signal has had its effect: the kernel delivers it on the way back.
  if (at.does === 'full') refuseWrites();
  else process.kill(process.pid, at.does);
});

const bin = fileURLToPath(new URL('../../../engine/cli/bin.ts', import.meta.url));
process.argv = [process.execPath, bin, ...words];
await import(bin);

/** From here on no file of this process takes another byte: what a full disk does, without filling one. */
function refuseWrites(): void {
  execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=0:']);
}
