import * as Flags from '@oclif/core/flags';
import type { InferredFlags } from '@oclif/core/interfaces';
import { levels } from '../log/level.ts';
import type { RunOptions } from '../run/context.ts';
import { choiceFlag, numberFlag, pipelineFlags, repeated } from './flags.ts';
import { compileOnly, isHandPicked, windowOf } from './row-filter.ts';

/** What is read and looked at, for whatever plans a run. */
export const readFlags = {
  ...pipelineFlags,
  flow: Flags.string({
    description: 'only these flows, and those they come after',
    helpValue: '<name,…>',
    delimiter: ',',
    ...repeated,
  }),
  full: Flags.boolean({ description: 'read as far back as cursor.full says and look at every target row again' }),
  since: Flags.string({ description: 'read from this time on; the checkpoint stays', helpValue: '<time>' }),
  until: Flags.string({ description: 'read up to this time; the checkpoint stays', helpValue: '<time>' }),
  only: Flags.string({ description: 'only source rows for which this is true', helpValue: '<condition|@file>' }),
  limit: numberFlag({ description: 'at most so many rows of each flow, of those --only takes', min: 1 }),
  allow: choiceFlag({
    description: 'lift a brake',
    choices: ['creates', 'updates', 'deletes'],
    helpValue: 'creates|updates|deletes',
    ...repeated,
  }),
};

export const sandboxFlag = Flags.string({
  description: 'its sandbox in the place of this connection; what the run remembers is thrown away',
  helpValue: '<connection>',
  ...repeated,
});

/** The flags of `pipe run`. */
export const runFlags = {
  ...readFlags,
  'log-level': Flags.string({
    description: 'what the log keeps; default: PIPE_LOG_LEVEL, else INFO',
    helpValue: levels.join('|'),
  }),
  verbose: Flags.boolean({ description: 'say on the console which rung found each row and which fields were sent' }),
  'dry-run': Flags.boolean({ description: 'plan all of it and write nothing: tables, creates, updates, deletes' }),
  sandbox: sandboxFlag,
  'end-holder': Flags.boolean({ description: 'end the process that runs this pipeline now, then run' }),
  loop: Flags.boolean({ description: 'run again and again as the file’s schedule says, until told to stop' }),
  scheduled: Flags.boolean({ description: 'run what the file’s schedule has due by now, for a scheduler to call' }),
};

export type RunFlags = InferredFlags<typeof runFlags>;

/** A dry run ends nobody, logs nothing and sends no fields; a sandbox has no past run that a schedule could go by. */
export const runPairs = [
  ['dry-run', 'end-holder'],
  ['dry-run', 'verbose'],
  ['dry-run', 'log-level'],
  ['sandbox', 'end-holder'],
  ['sandbox', 'scheduled'],
] as const;

/** What they say about one run. */
export function runOptions(flags: InferredFlags<typeof readFlags>): RunOptions {
  return {
    full: flags.full,
    allow: new Set(flags.allow ?? []),
    ...windowOf(flags),
    ...(flags.flow && { flows: flags.flow, ...(!isHandPicked(flags) && { prerequisites: true as const }) }),
    ...(flags.limit !== undefined && { limit: flags.limit }),
    ...(flags.only !== undefined && { only: compileOnly(flags.only) }),
  };
}
