import { pageSize } from './jobs.ts';
import type { PlacedRow } from './listing.ts';

/**
 * Pages by id without waiting for one another: "the rows after 0", "after 50", "after 100" are asked for at once. Each
 * answer says how far it reaches, whatever was guessed: where two overlap, rows are taken once; where ids lie closer
 * than thought, what is between is asked for next. Nothing is assumed of gaps, and no page can hide a row.
 */
export interface Coverage {
  /** Where the next pages begin, at most `count` of them; they are under way from now on. */
  plan(count: number): readonly number[];
  /** The rows after `after`, in order of their ids. */
  came(after: number, rows: readonly PlacedRow[]): void;
  /** Rows that can be handed on, in order, each once; they leave. */
  take(): readonly PlacedRow[];
  /** Every row there was has been taken. */
  readonly ended: boolean;
  /** Full pages met so far. */
  readonly full: number;
}

interface Page {
  readonly after: number;
  /** Up to here it holds every row; of one under way, as far as it is taken to reach. */
  reaches: number;
  rows?: readonly PlacedRow[];
}

/** Pages that are held back since one before them is missing: no more is asked for beyond them. */
const mostHeld = 150;
/** Of the reaches met lately all but so many in a hundred were at least so wide. */
const shortOnesOf = 20;

export function createCoverage(from: number): Coverage {
  const pages: Page[] = [];
  const reaches: number[] = [];
  let taken = from;
  let full = 0;

  return {
    plan(count) {
      const step = shortReach(reaches);
      const first = pages.length === 0 && taken !== Infinity ? [taken] : [];
      const starts = step === undefined ? first : gaps(pages, taken, step, count);
      for (const after of starts) insert(pages, { after, reaches: after + (step ?? pageSize) });
      return starts;
    },
    came(after, rows) {
      const page = pages.find((one) => one.after === after && one.rows === undefined);
      if (page === undefined) return;
      const last = rows.at(-1);
      page.rows = rows;
      page.reaches = last === undefined || rows.length < pageSize ? Infinity : last.id;
      if (page.reaches === Infinity) return;
      full += 1;
      reaches.push(page.reaches - after);
      if (reaches.length > pageSize) reaches.shift();
    },
    take() {
      const ready: PlacedRow[] = [];
      for (let [page] = pages; page?.rows !== undefined && page.after <= taken; [page] = pages) {
        pages.shift();
        for (const row of page.rows) if (row.id > taken) ready.push(row);
        taken = Math.max(taken, page.reaches);
      }
      return ready;
    },
    get ended() {
      return taken === Infinity;
    },
    get full() {
      return full;
    },
  };
}

/** How far pages have reached lately, the shortest aside; undefined while no full one was met. */
function shortReach(reaches: readonly number[]): number | undefined {
  return reaches.toSorted((a, b) => a - b)[Math.floor(reaches.length / shortOnesOf)];
}

function insert(pages: Page[], page: Page): void {
  const place = pages.findLastIndex(({ after }) => after <= page.after);
  pages.splice(place + 1, 0, page);
}

/** Where nothing is under way yet: between the pages, and behind the last. */
function gaps(pages: readonly Page[], taken: number, step: number, count: number): readonly number[] {
  const starts: number[] = [];
  let at = taken;
  const fill = (end: number): void => {
    for (; at < end && starts.length < count; at += step) starts.push(at);
  };
  for (const page of pages) {
    fill(page.after);
    at = Math.max(at, page.reaches);
  }
  if (pages.length < mostHeld) fill(Infinity);
  return starts;
}
