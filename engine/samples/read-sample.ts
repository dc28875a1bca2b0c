import type { Row } from '../connector.ts';
import type { ChosenFlow } from '../run/choose-flows.ts';
import type { RunContext } from '../run/context.ts';
import { startTally } from '../run/counts.ts';
import { openFlow } from '../run/open-flow.ts';
import { batchesOf, chosenRows } from '../run/read/batches.ts';
import type { SampledRows } from './anonymise.ts';
import { keptIn } from './kept.ts';

/** The first rows of each flow's source that pass the filter of the options; no target is asked. */
export async function readSample(
  context: RunContext,
  flows: readonly ChosenFlow[],
  limit: number,
): Promise<readonly SampledRows[]> {
  const samples: SampledRows[] = [];
  for (const { flow } of flows) {
    const work = await openFlow(context, flow, startTally([]));
    const { fields } = await work.source.describe(context.signal);
    const rows: Row[] = [];
    for await (const batch of batchesOf(work, {})) {
      rows.push(...(await chosenRows(work.context, batch.rows)));
      if (rows.length >= limit) break;
    }
    const kept = keptIn(flow.flow, context.compiled.pipeline.values);
    samples.push({ flow: flow.flow.name, fields, rows: rows.slice(0, limit), kept });
  }
  return samples;
}
