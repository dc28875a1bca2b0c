/** The `time` block of an answer or of one command in it (reference 1.3); what is missing is undefined. */
export interface VendorTime {
  /** The portal's clock when it began and ended, in milliseconds since 1970. */
  readonly startMs: number | undefined;
  readonly finishMs: number | undefined;
  /** How long it took the portal. */
  readonly durationMs: number | undefined;
  readonly processingMs: number | undefined;
  /** Seconds counted for the method in ten minutes, this call included, and when the oldest of them no longer are. */
  readonly operating: number | undefined;
  readonly operatingResetMs: number | undefined;
}

export function readTime(time: unknown): VendorTime {
  const ms = (key: string): number | undefined => {
    const seconds = numberAt(time, key);
    return seconds === undefined ? undefined : seconds * 1000;
  };
  return {
    startMs: ms('start'),
    finishMs: ms('finish'),
    durationMs: ms('duration'),
    processingMs: ms('processing'),
    operating: numberAt(time, 'operating'),
    operatingResetMs: ms('operating_reset_at'),
  };
}

export interface BatchAnswer {
  readonly results: ReadonlyMap<string, unknown>;
  readonly errors: ReadonlyMap<string, unknown>;
  readonly totals: ReadonlyMap<string, unknown>;
  readonly nexts: ReadonlyMap<string, unknown>;
  readonly times: ReadonlyMap<string, unknown>;
}

export function readBatch(value: unknown): BatchAnswer | undefined {
  if (!hasKey(value, 'result') || !hasKey(value, 'result_error')) return undefined;
  return {
    results: entries(value.result),
    errors: entries(value.result_error),
    totals: entries('result_total' in value ? value.result_total : undefined),
    nexts: entries('result_next' in value ? value.result_next : undefined),
    times: entries('result_time' in value ? value.result_time : undefined),
  };
}

/** A map as PHP prints it: an object, or a list when it is empty. */
function entries(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

export function hasKey<Key extends string>(value: unknown, key: Key): value is Record<Key, unknown> {
  return typeof value === 'object' && value !== null && key in value;
}

export function numberAt(value: unknown, key: string): number | undefined {
  if (!hasKey(value, key)) return undefined;
  const found = Number(value[key]);
  return Number.isFinite(found) ? found : undefined;
}
