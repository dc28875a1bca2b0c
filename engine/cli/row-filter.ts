import { PipeError } from '../errors.ts';
import type { Test } from '../transform/compiled.ts';
import { compileTest } from '../transform/compile-test.ts';
import { cliErrors } from './errors.ts';
import { readTextFile } from './text-file.ts';

/** `--only`: a condition over the source row, or `@file` that holds one (PowerShell eats quotes). */
export function compileOnly(given: string): Test {
  const file = given.startsWith('@') ? given.slice(1) : undefined;
  const test = file === undefined ? compileTest(given, '--only') : compileTest(expressionOf(file), file);
  return async (row, variables) => {
    try {
      return await test(row, variables);
    } catch (thrown) {
      if (!(thrown instanceof PipeError)) throw thrown;
      // The condition cannot read this row: that is for who typed it, and no record is at fault.
      const { code, parameters, where } = thrown;
      throw new PipeError(code, 'input', parameters, { cause: thrown, ...(where && { where }) });
    }
  };
}

function expressionOf(file: string): string {
  try {
    return readTextFile(file).trimEnd();
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw cliErrors.unreadable_file.error({ file, reason }, { cause });
  }
}

export interface TimeWindow {
  readonly since?: string;
  readonly until?: string;
}

/** `--since` and `--until` as the source takes them: a day or a time, without a zone it is the source's own. */
export function windowOf(flags: {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}): TimeWindow {
  const since = timeOf('--since', flags.since);
  const until = timeOf('--until', flags.until);
  if (since !== undefined && until !== undefined && Date.parse(since) >= Date.parse(until))
    throw cliErrors.empty_window.error({ since: flags.since ?? '', until: flags.until ?? '' });
  return { ...(since !== undefined && { since }), ...(until !== undefined && { until }) };
}

/** Rows were chosen by hand: those of the flows that were named, and of no flow before them. */
export function isHandPicked(flags: {
  readonly only?: string | undefined;
  readonly limit?: number | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}): boolean {
  return [flags.only, flags.limit, flags.since, flags.until].some((flag) => flag !== undefined);
}

const time = /^(\d{4}-\d\d-\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)?)?$/;

function timeOf(flag: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const [, day] = time.exec(value) ?? [];
  const midnight = day === undefined ? Number.NaN : Date.parse(`${day}T00:00:00Z`);
  // Date.parse takes February 30th for March 2nd.
  const isDay = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day ?? '');
  const iso = value === day ? `${day}T00:00:00` : value.replace(' ', 'T');
  if (!isDay || Number.isNaN(Date.parse(iso))) throw cliErrors.bad_time.error({ flag, value });
  return iso;
}
