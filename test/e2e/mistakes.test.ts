import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textOf } from '../../engine/diagnostics.ts';
import type { Diagnostic } from '../../engine/diagnostics.ts';
import { checkTypes } from '../../engine/transform/check-types.ts';
import { compile } from '../../engine/transform/compile.ts';
import { temporaryFolder } from '../support/folder.ts';
import { expressionsOf, mistakesIn } from './mistakes.ts';
import type { Mistake } from './mistakes.ts';
import { asValidated, shippedFiles } from './shipped.ts';

const seed = Number(process.env['PIPE_MISTAKES_SEED'] ?? 7);
const ofEachKind = 24;

interface Tried {
  readonly mistake: Mistake;
  readonly file: string;
  readonly found: 'at the column' | 'elsewhere' | 'no';
  readonly told: string;
}

async function tryAll(): Promise<readonly Tried[]> {
  const tried: Tried[] = [];
  const folder = temporaryFolder();
  for (const file of shippedFiles) {
    const text = readFileSync(file, 'utf8');
    const { pipeline, knowledge } = await asValidated(file);
    for (const mistake of chosen(mistakesIn(text, pipeline, knowledge)))
      tried.push(await attempt(file, folder, text, mistake));
  }
  return tried;
}

/** So many of each kind, by a seed. */
function chosen(all: readonly Mistake[]): readonly Mistake[] {
  const random = randomOf(seed);
  return [...Map.groupBy(all, ({ kind }) => kind).values()].flatMap((some) =>
    some
      .map((mistake) => ({ mistake, rank: random() }))
      .sort((a, b) => a.rank - b.rank)
      .slice(0, ofEachKind)
      .map(({ mistake }) => mistake),
  );
}

function randomOf(start: number): () => number {
  let state = start;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

async function attempt(file: string, folder: string, text: string, mistake: Mistake): Promise<Tried> {
  const { offset, length, instead } = mistake;
  const edited = text.slice(0, offset) + instead + text.slice(offset + length);
  const copy = join(folder, basename(file));
  writeFileSync(copy, edited);
  const { pipeline, knowledge, all } = await asValidated(copy, file);
  const findings = [...all, ...compile(pipeline, knowledge).findings];
  const before = text.slice(0, offset).split('\n');
  const [line, column] = [before.length, [...(before.at(-1) ?? '')].length + 1];
  const isThere = ({ where }: Diagnostic) =>
    where?.line === line && where.column >= column && where.column < column + [...instead].length;
  const told = findings.map(
    (finding) =>
      `${finding.where?.line}:${finding.where?.column} ${textOf(finding.code, finding.parameters, 'en').message}`,
  );
  const found = findings.some(isThere) ? 'at the column' : findings.length > 0 ? 'elsewhere' : 'no';
  return { mistake, file: `${basename(file)}:${line}:${column}`, found, told: told.join('; ') };
}

describe('single mistakes in the shipped pipelines', () => {
  it('are found at the column, nineteen of twenty', { timeout: 600_000 }, async () => {
    const tried = await tryAll();
    expect(tried.length).toBeGreaterThanOrEqual(200);
    const kinds = Map.groupBy(tried, ({ mistake }) => mistake.kind);
    const hit = (some: readonly Tried[]) => some.filter(({ found }) => found === 'at the column').length;
    const lines = [...kinds].map(([kind, some]) => `  ${hit(some)} of ${some.length}  ${kind}`);
    const share = hit(tried) / tried.length;
    const missed = tried.filter(({ found }) => found !== 'at the column');
    process.stderr.write(
      `mistakes (seed ${seed}): ${hit(tried)} of ${tried.length} found at the column (${(100 * share).toFixed(1)} %)\n${lines.join('\n')}\n` +
        missed
          .map(
            ({ file, mistake, found, told }) =>
              `  missed: ${file} ${mistake.kind}: ${mistake.instead} (${found}) ${told}\n`,
          )
          .join(''),
    );
    expect(share).toBeGreaterThanOrEqual(0.95);
  });
});

describe('the shipped pipelines', () => {
  it.each(shippedFiles.map((file) => [basename(file), file] as const))(
    '%s has no finding with its lock file',
    async (_name, file) => {
      const { pipeline, knowledge, all } = await asValidated(file);
      expect([...all, ...compile(pipeline, knowledge).findings]).toEqual([]);
    },
  );

  it('have hardly a part whose type is not known', async () => {
    let [parts, unknown] = [0, 0];
    for (const file of shippedFiles) {
      const { pipeline, knowledge } = await asValidated(file);
      const types = pipeline.flows.flatMap((flow) =>
        checkTypes(pipeline, flow, knowledge, expressionsOf(pipeline)).told.flatMap((one) => [...one.types.values()]),
      );
      parts += types.length;
      unknown += types.filter((type) => type.any).length;
    }
    process.stderr.write(`types: ${unknown} of ${parts} sub-expressions of the shipped pipelines are unknown\n`);
    expect(parts).toBeGreaterThan(500);
    expect(unknown / parts).toBeLessThanOrEqual(0.1);
  });
});
