import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../support/clone.ts';
import { temporaryFolder } from '../support/folder.ts';
import { followLesson, rewriteLesson } from '../support/lesson.ts';
import type { Step } from '../support/lesson.ts';

const examples = readdirSync(join(root, 'examples'));

it.each(examples)('examples/%s does what its README says, step by step', { timeout: 120_000 }, async (example) => {
  const steps = await followLesson(example, temporaryFolder());
  // PIPE_UPDATE_LESSONS=1 writes what the commands print now into the READMEs; read the difference before you commit it.
  if (process.env['PIPE_UPDATE_LESSONS'] !== undefined) rewriteLesson(example, steps);
  const story = (told: 'said' | 'seen') => steps.map((step) => `${place(step)}\n${step[told]}`);
  expect(story('seen')).toEqual(story('said'));
  expect(steps.length).toBeGreaterThan(3);
});

function place({ line, command }: Step): string {
  return `README.md:${line} ${command}`;
}
