import type { Path } from '../config/node.ts';
import type { Row } from '../connector.ts';
import type { Rehearsed } from '../rehearse/rehearse.ts';
import type { CompiledFlow } from '../transform/compiled.ts';
import { actualChanges, asWritten } from './actual.ts';
import type { ActualChange } from './actual.ts';
import type { ExpectedChange, ExpectedChanges, Expectation, Named, Wanted } from './read-test.ts';

/** One thing that is not as expected. Absent: nothing was expected, or nothing is there. */
export interface Difference {
  /** Where the expectation stands, or would stand, in the document. */
  readonly path: Path;
  readonly expected?: Wanted;
  readonly actual?: Wanted;
}

/** Everything in which a row's fate differs from what is expected of it, in the order of the flow. */
export function compare(expected: Expectation, done: Rehearsed, flow: CompiledFlow): readonly Difference[] {
  const { path, whole } = expected;
  const ends = [
    ...end([...path, 'refused'], expected.refused, done.state === 'refused' ? done.error.code : undefined),
    ...end([...path, 'skipped'], expected.skipped, done.state === 'skipped' ? done.name : undefined),
  ];
  const record = expected.record
    ? fieldsDiffer([...path, 'record'], expected.record, done.record, whole.record, false)
    : [];
  return [...record, ...ends, ...changesDiffer(expected, done, flow)];
}

function end(path: Path, expected: string | undefined, actual: string | undefined): readonly Difference[] {
  if (expected === actual) return [];
  return [{ path, ...(expected !== undefined && { expected }), ...(actual !== undefined && { actual }) }];
}

function changesDiffer(expected: Expectation, done: Rehearsed, flow: CompiledFlow): readonly Difference[] {
  const path = [...expected.path, 'changes'];
  const wanted = expected.changes;
  if (done.state !== 'planned') {
    if (!wanted) return [];
    return [{ path, expected: Object.fromEntries(wanted.map(({ name, value }) => [name, writtenIn(value)])) as Row }];
  }
  const actual = actualChanges(flow, done);
  const isEnd = expected.refused !== undefined || expected.skipped !== undefined;
  if (!wanted && !isEnd) return [];
  return [...actual].flatMap(([name, changes]) => {
    const at = [...path, name];
    const named = wanted?.find((one) => one.name === name)?.value;
    if (named) return targetDiffers(at, named, changes, expected.whole.changes);
    return changes.some(({ kind }) => isTold(kind, expected.whole.changes))
      ? [{ path: at, actual: asList(changes) }]
      : [];
  });
}

/** Whether it is a difference that nobody expected this. */
function isTold(kind: ActualChange['kind'], whole: boolean): boolean {
  return kind === 'create' || kind === 'update' || kind === 'failed' || (whole && kind === 'skip');
}

function targetDiffers(
  path: Path,
  { changes, isList }: ExpectedChanges,
  actual: readonly ActualChange[],
  whole: boolean,
): readonly Difference[] {
  const isSameKind = changes.every(({ kind }, index) => kind === actual[index]?.kind);
  if (changes.length !== actual.length || !isSameKind)
    return [{ path, expected: writtenIn({ changes, isList }), actual: asList(actual) }];
  return changes.flatMap((change, index) => {
    const real = actual[index];
    return real ? changeDiffers([...path, ...(isList ? [index] : [])], change, real, whole) : [];
  });
}

function changeDiffers(
  path: Path,
  expected: ExpectedChange,
  actual: ActualChange,
  whole: boolean,
): readonly Difference[] {
  const { kind, fields, rows, log } = expected;
  const sent = rows ?? [];
  const lists = Object.fromEntries(Object.entries(actual.rows ?? {}));
  return [
    ...(expected.word === undefined ? [] : end([...path, kind], expected.word, actual.word)),
    ...(expected.row === undefined ? [] : end([...path, 'row'], expected.row, actual.row)),
    ...(expected.rung === undefined ? [] : end([...path, 'rung'], expected.rung, actual.rung)),
    ...(fields ? fieldsDiffer([...path, kind], fields, actual.fields ?? {}, whole, kind === 'update') : []),
    ...(rows || whole ? fieldsDiffer([...path, 'rows'], sent as readonly Named<Wanted>[], lists, whole, true) : []),
    ...(log ? valueDiffers([...path, 'log'], log, actual.log ?? []) : []),
  ];
}

/** `nullIsSent`: nothing in a change clears a field, elsewhere it means that there is no value. */
function fieldsDiffer(
  path: Path,
  expected: readonly Named<Wanted>[],
  actual: Readonly<Record<string, Wanted>>,
  whole: boolean,
  nullIsSent: boolean,
): readonly Difference[] {
  const named = new Set(expected.map(({ name }) => name));
  const others = whole ? Object.keys(actual).filter((name) => !named.has(name)) : [];
  return [
    ...expected.flatMap(({ name, value }) =>
      valueDiffers([...path, name], value, actual[name] ?? (nullIsSent && !(name in actual) ? undefined : null)),
    ),
    ...others.flatMap((name) => valueDiffers([...path, name], undefined, actual[name])),
  ];
}

function valueDiffers(path: Path, expected: Wanted | undefined, actual: Wanted | undefined): readonly Difference[] {
  if (sorted(expected) === sorted(actual)) return [];
  return [{ path, ...(expected !== undefined && { expected }), ...(actual !== undefined && { actual }) }];
}

/** Equal values give equal text, whatever the order of their keys. */
function sorted(value: Wanted | undefined): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function writtenIn({ changes, isList }: ExpectedChanges): Wanted {
  const written = changes.map((change) => change.written);
  return (isList ? written : written[0]) as Wanted;
}

function asList(changes: readonly ActualChange[]): Wanted {
  const written = changes.map(asWritten);
  return (written.length === 1 ? written[0] : written) as Wanted;
}
