import { readFileSync } from 'node:fs';
import { checkShape } from '../config/check-shape.ts';
import { child, entries, entry, items, textAt, toJson } from '../config/node.ts';
import type { Entry, Node, Path } from '../config/node.ts';
import { parseYaml } from '../config/parse-yaml.ts';
import { changeWords, testSchema } from '../config/schema-test.ts';
import { placeOf, sourceText } from '../config/source-text.ts';
import type { Row, Value } from '../connector.ts';
import type { Diagnostic, Place } from '../diagnostics.ts';
import { casesErrors } from './errors.ts';

/** A value that is expected; null: there is to be none. */
export type Wanted = Value | null;

/** Names with where they stand, so that what is wrong with one can be shown. */
export interface Named<Of> {
  readonly name: string;
  readonly place: Place;
  readonly value: Of;
}

export interface TestFile {
  readonly file: string;
  /** As written; absent: the file beside it. */
  readonly pipeline?: string;
  readonly cases: readonly TestCase[];
}

export interface TestCase {
  readonly name: string;
  readonly place: Place;
  readonly flow?: Named<undefined>;
  readonly source: readonly GivenRow[];
  /** By connection, then entity. */
  readonly target: readonly Named<readonly Named<readonly GivenRow[]>[]>[];
  /** Those of the file under those of the case. */
  readonly params: readonly Named<unknown>[];
  /** Milliseconds since 1970. */
  readonly now?: number;
  /** One for each source row. */
  readonly expect: readonly Expectation[];
}

export interface GivenRow {
  readonly row: Row;
  readonly fields: readonly Named<undefined>[];
}

export interface Expectation {
  /** Where it stands in the document. */
  readonly path: Path;
  readonly place: Place;
  /** Whether other fields than those named are a difference. */
  readonly whole: { readonly record: boolean; readonly changes: boolean };
  readonly record?: readonly Named<Wanted>[];
  readonly changes?: readonly Named<ExpectedChanges>[];
  readonly skipped?: string;
  readonly refused?: string;
}

export interface ExpectedChanges {
  readonly changes: readonly ExpectedChange[];
  /** Written as a list, however long. */
  readonly isList: boolean;
}

export type ChangeKind = 'create' | 'update' | 'unchanged' | 'found' | 'none' | 'skip' | 'failed';

export interface ExpectedChange {
  readonly kind: ChangeKind;
  /** As the file has it. */
  readonly written: Wanted;
  /** Of skip and failed: the name and the code. */
  readonly word?: string;
  /** Of create and update; absent: whatever they are. */
  readonly fields?: readonly Named<Wanted>[];
  readonly row?: string;
  readonly rung?: string;
  readonly rows?: readonly Named<readonly Wanted[]>[];
  readonly log?: readonly string[];
}

export interface ReadTest {
  /** undefined: there is nothing to run. */
  readonly test?: TestFile;
  readonly findings: readonly Diagnostic[];
}

/** Reads a test file; whatever is wrong with it, each thing at its place. */
export function readTestFile(file: string): ReadTest {
  const source = sourceText(file, readFileSync(file, 'utf8'));
  const { root, findings } = parseYaml(source);
  if (!root) return { findings };
  const shape = checkShape(testSchema, {
    name: 'test',
    node: root,
    keySpan: { ...root.span, end: root.span.start + 1 },
  });
  const all = [...findings, ...shape];
  if (root.kind !== 'map' || all.some(({ severity }) => severity === 'error')) return { findings: all };
  const report: Diagnostic[] = [];
  const cases = items(child(root, 'cases')).map((node, index) => readCase(node, index, root, report));
  const pipeline = textAt(root, 'pipeline');
  return { test: { file, cases, ...(pipeline !== undefined && { pipeline }) }, findings: [...all, ...report] };
}

function readCase(node: Node, index: number, root: Node, report: Diagnostic[]): TestCase {
  const place = placeOf((child(node, 'name') ?? node).span);
  const flow = child(node, 'flow');
  const source = listOf(child(node, 'source')).map(givenRow);
  const written = child(node, 'expect');
  const expect = listOf(written).map((one, at) =>
    readExpectation(one, ['cases', index, 'expect', ...(written?.kind === 'list' ? [at] : [])], report),
  );
  if (expect.length !== source.length) {
    report.push(casesErrors.rows_and_expectations.finding({ rows: source.length, expectations: expect.length }, place));
  }
  const params = new Map(
    [...named(child(root, 'params')), ...named(child(node, 'params'))].map((one) => [one.name, one]),
  );
  const now = textAt(node, 'now') ?? textAt(root, 'now');
  return {
    name: textAt(node, 'name') ?? '',
    place,
    ...(flow && { flow: { name: textAt(node, 'flow') ?? '', place: placeOf(flow.span), value: undefined } }),
    source,
    target: entries(child(node, 'target')).map((connection) => ({
      ...nameOf(connection),
      value: entries(connection.node).map((entity) => ({
        ...nameOf(entity),
        value: listOf(entity.node).map(givenRow),
      })),
    })),
    params: [...params.values()],
    ...(now !== undefined && { now: Date.parse(now) }),
    expect,
  };
}

function readExpectation(node: Node, path: Path, report: Diagnostic[]): Expectation {
  const place = placeOf(node.span);
  const record = child(node, 'record');
  const changes = child(node, 'changes');
  const [skipped, refused] = [textAt(node, 'skipped'), textAt(node, 'refused')];
  const whole = textAt(node, 'whole');
  const ends = [skipped, refused].filter((end) => end !== undefined);
  if (ends.length === 0 && !record && !changes) report.push(casesErrors.expects_nothing.finding({}, place));
  if (ends.length + (changes ? 1 : 0) > 1) report.push(casesErrors.contradiction.finding({}, place));
  return {
    path,
    place,
    whole: { record: whole === 'true' || whole === 'record', changes: whole === 'true' || whole === 'changes' },
    ...(record && { record: wantedFields(record) }),
    ...(changes && {
      changes: entries(changes).map((each) => ({
        ...nameOf(each),
        value: {
          changes: listOf(each.node).map((one) => readChange(one, each, report)),
          isList: each.node.kind === 'list',
        },
      })),
    }),
    ...(skipped !== undefined && { skipped }),
    ...(refused !== undefined && { refused }),
  };
}

const kinds = [...changeWords, 'skip', 'failed'] as const;

function readChange(node: Node, at: Entry, report: Diagnostic[]): ExpectedChange {
  const written = toJson(node) as Wanted;
  if (node.kind === 'scalar') return { kind: changeWords.find((word) => word === node.text) ?? 'none', written };
  const [kind = 'none', ...more] = kinds.filter((each) => entry(node, each));
  if (more.length > 0 || !entry(node, kind))
    report.push(casesErrors.change_kind.finding({ target: at.key }, placeOf(at.keySpan)));
  const fields = kind === 'create' || kind === 'update' ? child(node, kind) : undefined;
  const word = kind === 'skip' || kind === 'failed' ? textAt(node, kind) : undefined;
  const [row, rung] = [textAt(node, 'row'), textAt(node, 'rung')];
  const [rows, log] = [child(node, 'rows'), child(node, 'log')];
  return {
    kind,
    written,
    ...(word !== undefined && { word }),
    ...(fields && { fields: wantedFields(fields) }),
    ...(row !== undefined && { row }),
    ...(rung !== undefined && { rung }),
    ...(rows && { rows: entries(rows).map((list) => ({ ...nameOf(list), value: items(list.node).map(wanted) })) }),
    ...(log && { log: items(log).map((item) => (item.kind === 'scalar' ? item.text : '')) }),
  };
}

function wantedFields(node: Node): readonly Named<Wanted>[] {
  return entries(node).map((each) => ({ ...nameOf(each), value: wanted(each.node) }));
}

function nameOf({ key, keySpan }: Entry): { readonly name: string; readonly place: Place } {
  return { name: key, place: placeOf(keySpan) };
}

function named(node: Node | undefined): readonly Named<unknown>[] {
  return entries(node).map((each) => ({ ...nameOf(each), value: toJson(each.node) }));
}

function listOf(node: Node | undefined): readonly Node[] {
  if (!node) return [];
  return node.kind === 'list' ? node.items : [node];
}

function givenRow(node: Node): GivenRow {
  const value = wanted(node);
  const isRow = typeof value === 'object' && value !== null && !Array.isArray(value);
  return {
    row: isRow ? (value as Row) : {},
    fields: entries(node).map((each) => ({ ...nameOf(each), value: undefined })),
  };
}

/** A value of the file: inside lists and rows nulls are left out, for a row has no nulls. */
function wanted(node: Node): Wanted {
  switch (node.kind) {
    case 'scalar':
      // `+79161234567` and `007` are numbers to YAML, and never to people.
      return typeof node.value === 'number' && /^\+|^-?0\d/.test(node.text) ? node.text : node.value;
    case 'list':
      return node.items.flatMap((item) => wanted(item) ?? []);
    case 'map':
      return Object.fromEntries(entries(node).flatMap(({ key, node: value }) => pair(key, wanted(value))));
    default:
      return node satisfies never;
  }
}

function pair(key: string, value: Wanted): readonly [string, Value][] {
  return value === null ? [] : [[key, value]];
}
