import { randomBytes } from 'node:crypto';
import type { Param } from '../config/pipeline.ts';
import type { Value } from '../connector.ts';
import type { Listener } from '../events/events.ts';
import type { RunOptions } from '../run/context.ts';
import { anonymise } from '../samples/anonymise.ts';
import type { SampledRows } from '../samples/anonymise.ts';
import { readSample } from '../samples/read-sample.ts';
import { kindByName } from './masked-row.ts';
import type { Prepared } from './prepare.ts';
import { withPreview } from './preview.ts';

/** Source rows of a pipeline, to be kept as fixtures. */
export interface Sample {
  readonly pipeline: string;
  /** Of the run, where they are not what the pipeline says by itself: a test reads no environment. */
  readonly params: Readonly<Record<string, Value>>;
  readonly anonymised: boolean;
  readonly flows: readonly SampledRows[];
}

export interface SampleTask {
  readonly prepared: Prepared;
  readonly options: RunOptions;
  /** Most rows of each flow. */
  readonly limit: number;
  readonly anonymised: boolean;
  readonly emit: Listener;
  readonly signal: AbortSignal;
}

/** Reads rows of each flow, and makes other people of those in them. The salt is not kept: nobody gets back from there. */
export async function takeSample({ prepared, options, limit, anonymised, emit, signal }: SampleTask): Promise<Sample> {
  const rows = await withPreview(prepared, options, emit, signal, ({ context, flows }) =>
    readSample(context, flows, limit),
  );
  const flows = anonymised ? anonymise(rows, randomBytes(32).toString('hex'), kindByName) : rows;
  const { name, params: declared, values } = prepared.compiled.pipeline;
  const given = Object.entries(values).filter(([param, value]) => !isDefault(declared.get(param), value));
  return { pipeline: name, params: Object.fromEntries(given), anonymised, flows };
}

function isDefault(param: Param | undefined, value: Value): boolean {
  const parts = Array.isArray(value) ? (value as readonly Value[]) : [value];
  return parts.every((part) => param?.placeOf?.(part) !== undefined);
}
