import { finish, letTimePass } from './disturbed-run.ts';
import type { Life } from './disturbed-run.ts';
import { readState } from './state-file.ts';
import type { StateSight } from './state-file.ts';

const patience = 12;

/** Faults off: runs until nothing waits. What a moved clock put far ahead is asked for by hand, as an operator would. */
export async function comeToRest(life: Life): Promise<StateSight> {
  let quiet = 0;
  for (let run = 1; run <= patience; run++) {
    await letTimePass(life);
    await finish(life, 'run in peace', life.place.start());
    const state = readState(life.place.stateFile);
    const open = state.intents.some((intent) => intent.open);
    quiet = open || state.waiting.length > 0 ? 0 : quiet + 1;
    // A run that goes on with a read that was broken off leaves what changed since that read began to the next one.
    if (quiet === 2) return state;
    if (run % 4 === 0) await life.place.command('queue', 'retry', 'pipeline.yaml').ended;
  }
  return readState(life.place.stateFile);
}
