import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { compile } from '../../engine/transform/compile.ts';
import { sortFindings } from '../../engine/diagnostics.ts';
import { temporaryFolder } from '../support/folder.ts';
import { asValidated } from './shipped.ts';

interface Slip {
  readonly slip: string;
  /** A shipped pipeline, what stands there, and what a tired hand wrote instead. */
  readonly in: string;
  readonly was: string;
  readonly is: string;
  /** The code of the first finding, and what it marks. */
  readonly said: string;
  readonly at: string;
}

const slips = parse(readFileSync(join(import.meta.dirname, 'slips.yaml'), 'utf8')) as readonly Slip[];
const pipelines = resolve(import.meta.dirname, '../../pipelines');

describe('a slip of the pen in a shipped pipeline', () => {
  it.each(slips.map((slip) => [slip.slip, slip] as const))('is told first: %s', async (_name, slip) => {
    const file = join(pipelines, slip.in);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(slip.was);
    const edited = text.replace(slip.was, () => slip.is);
    const copy = join(temporaryFolder(), basename(file));
    writeFileSync(copy, edited);
    const { pipeline, knowledge, all } = await asValidated(copy, file);
    const [first] = sortFindings([...all, ...compile(pipeline, knowledge).findings]);
    const { line = 0, column = 0, length = 1 } = first?.where ?? {};
    const marked = [...(edited.split('\n')[line - 1] ?? '')].slice(column - 1, column - 1 + length).join('');
    expect({ said: first?.code, at: marked }).toEqual({ said: slip.said, at: slip.at });
  });
});
