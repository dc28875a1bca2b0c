import { createRequire } from 'node:module';
import type * as Analysis from 'scslre';
import { isAmbiguous } from './ambiguous.ts';

let library: typeof Analysis | undefined;

/** Loaded with the first pattern that repeats what repeats or chooses, not with the program. */
function analysis(): typeof Analysis {
  library ??= createRequire(import.meta.url)('scslre') as typeof Analysis;
  return library;
}

/** Whether time may grow exponentially with the text. */
export function slowRegex({ source, flags }: RegExp): boolean {
  if (!/\)\s*[*+{]/.test(source)) return false;
  try {
    const { reports, parsed } = analysis().analyse({ source, flags }, { reportTypes: { Move: false } });
    return reports.some(({ exponential }) => exponential) || isAmbiguous(parsed);
  } catch {
    // A pattern it cannot read is left alone.
    return false;
  }
}
