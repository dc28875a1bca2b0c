import { execFileSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { watchCrashPoints } from '../../../engine/run/crash-points.ts';
import { cutRequests } from '../half-request.ts';
import type { ChildPlan, Point } from '../plan.ts';

/**
 * `pipe` as its users start it, with something that happens to it on the way: `pipe.ts <plan as JSON> run <file> …`. Tells
 * on descriptor 3, at once and before it happens, that it got there.
 */
const [planText = '{}', ...words] = process.argv.slice(2);
const { at, wallMs = 0, monotonicMs = 0 }: ChildPlan = JSON.parse(planText);

const [machineNow, machineTicks] = [Date.now, process.hrtime.bigint];
Date.now = () => machineNow() + wallMs;
process.hrtime.bigint = () => machineTicks() + BigInt(monotonicMs) * 1_000_000n;

let left = at?.nth ?? 0;
watchCrashPoints(reached);
if (at?.point === 'request-half-written') cutRequests(at.nth, () => reached('request-half-written', true));

const bin = fileURLToPath(new URL('../../../engine/cli/bin.ts', import.meta.url));
process.argv = [process.execPath, bin, ...words];
await import(bin);

function reached(point: Point, counted = false): void {
  if (point !== at?.point) return;
  left = counted ? 0 : left - 1;
  if (left !== 0) return;
  writeSync(3, `${point}\n`);
  // Nothing after this line runs before the signal has had its effect: the kernel delivers it on the way back.
  if (at.does === 'full') refuseWrites();
  else process.kill(process.pid, at.does);
}

/** From here on no file of this process takes another byte: what a full disk does, without filling one. */
function refuseWrites(): void {
  execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=0:']);
}
