import * as Flags from '@oclif/core/flags';
import type { InferredFlags } from '@oclif/core/interfaces';
import type { BaseCommand } from './base-command.ts';
import { choiceFlag, numberFlag } from './flags.ts';
import { readFlags, sandboxFlag } from './run-flags.ts';

/** The flags of `pipe diff`. */
export const diffFlags = {
  ...readFlags,
  format: choiceFlag({
    description: 'how it is printed; markdown: for a comment in a pull request',
    choices: ['text', 'markdown', 'json'],
    helpValue: 'text|markdown|json',
  }),
  out: Flags.string({ description: 'write the plan to this file, for `pipe apply`', helpValue: '<file>' }),
  sandbox: sandboxFlag,
  'exit-code': Flags.boolean({ description: 'end with 5 when there are changes' }),
  reveal: Flags.boolean({ description: 'show personal data' }),
  base: Flags.string({
    description: 'what this edit of the mapping changes: against a git revision or another file; asks no target',
    helpValue: '<revision|file>',
  }),
  sample: numberFlag({ description: 'with --base: so many rows of the source; default: 100', min: 1 }),
  rows: Flags.string({ description: 'with --base: rows of `pipe sample`; asks nobody', helpValue: '<file>' }),
};

export type DiffFlags = InferredFlags<typeof diffFlags & typeof BaseCommand.baseFlags>;
