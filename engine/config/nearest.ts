/** The name the author may have meant: few edits away for its length, the closest, the first of equals. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const limit = name.length < 3 ? 0 : Math.max(1, Math.floor(name.length / 3));
  const wanted = fold(name);
  const ranked = known
    .map((each) => ({ each, distance: editDistance(wanted, fold(each), limit) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.each;
}

/** For a fix: the name that was meant, or else all there are. */
export function choicesFor(name: string, known: readonly string[], show = inQuotes): string {
  const guess = nearest(name, known);
  return guess === undefined ? listed(known, show) : show(guess);
}

const mostListed = 15;

/** `"a" | "b" | "c"`, no more than a reader wants to see. */
export function listed(known: readonly string[], show: (name: string) => string = inQuotes): string {
  if (known.length === 0) return '…';
  const shown = known.slice(0, mostListed).map(show).join(' | ');
  return known.length > mostListed ? `${shown} | …` : shown;
}

function inQuotes(name: string): string {
  return `"${name}"`;
}

function fold(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, '');
}

/** Insertions, deletions, changes and swaps of neighbours; anything above `limit` is just `limit + 1`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : Infinity;
      row.push(Math.min(change, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, swap));
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
