import type {
  ExpressionText,
  FieldMapping,
  Flow,
  MapValue,
  Pipeline,
  Rung,
  Target,
  TargetGuard,
} from '../../engine/config/pipeline.ts';
import type { Place } from '../../engine/diagnostics.ts';
import { textOf } from '../../engine/diagnostics.ts';
import type { Diagnostic } from '../../engine/diagnostics.ts';

/** An expression as if it stood alone in a file, from line 1, column 1. */
export function expressionText(text: string, file = 'test.yaml'): ExpressionText {
  return {
    text,
    place: (offset = 0, length = 1) => {
      const before = text.slice(0, offset).split('\n');
      return { file, line: before.length, column: [...(before.at(-1) ?? '')].length + 1, length };
    },
  };
}

export interface FlowSketch {
  readonly name?: string;
  readonly enabled?: string;
  readonly key?: string;
  readonly block?: Readonly<Record<string, unknown>>;
  readonly map?: Readonly<Record<string, string | MapValue>>;
  readonly guard?: string;
  readonly targets?: readonly TargetSketch[];
}

export interface TargetSketch {
  readonly name: string;
  readonly by?: Readonly<Record<string, string>>;
  readonly where?: string;
  readonly order?: string;
  readonly guard?: string;
  readonly key?: readonly string[];
  readonly fields?: Readonly<Record<string, string | MapValue>>;
  readonly reference?: FieldMapping['reference'];
  readonly rows?: string;
  readonly within?: string;
}

const place: Place = { file: 'test.yaml', line: 1, column: 1 };

/** A pipeline with its params' types by name; every expression is a file of its own, named for its key. */
export function pipeline(
  flow: FlowSketch,
  params: Pipeline['values'] = {},
  optional: readonly string[] = [],
): Pipeline {
  const declared = Object.entries(params).map(([name, value]) => {
    const type = Array.isArray(value) ? 'list' : typeof value === 'object' ? 'string' : typeof value;
    return [name, { name, type: type as 'string', optional: optional.includes(name), place }] as const;
  });
  return {
    file: 'test.yaml',
    folder: '/',
    name: 'test',
    params: new Map(declared),
    values: params,
    connections: new Map(),
    schedule: [],
    brakes: {},
    flows: [flowOf(flow)],
  };
}

function flowOf(sketch: FlowSketch): Flow {
  const map =
    sketch.map &&
    new Map(Object.entries(sketch.map).map(([name, value]) => [name, { name, value: mapValue(value, name), place }]));
  return {
    name: sketch.name ?? 'visits',
    place,
    ...(sketch.enabled !== undefined && { enabled: expressionText(sketch.enabled, 'enabled') }),
    after: [],
    whole: false,
    source: { connection: 'clinic', block: sketch.block ?? {}, asked: [], batch: 100, place },
    key: sketch.key ?? 'id',
    keyPlace: place,
    ...(map && { map }),
    require: [],
    guards: sketch.guard === undefined ? [] : [{ if: expressionText(sketch.guard, 'guard'), skip: 'SKIPPED' }],
    targets: (sketch.targets ?? []).map(targetOf),
    retry: { delaysMs: [] },
    queue: { limit: 1, keepMs: 1, whenFull: 'stop' },
  };
}

function targetOf(sketch: TargetSketch): Target {
  const { name } = sketch;
  const fields =
    sketch.fields &&
    Object.entries(sketch.fields).map(([field, value]): FieldMapping => ({
      field,
      place,
      write: 'notNull',
      items: [{ value: mapValue(value, `${name}.${field}`) }],
    }));
  const reference = sketch.reference && {
    field: 'ref',
    place,
    write: 'notNull' as const,
    items: [],
    reference: sketch.reference,
  };
  const guard =
    sketch.guard === undefined ? [] : [{ if: expressionText(sketch.guard, `${name}.guard`), skip: 'SKIPPED', place }];
  return {
    name,
    place,
    connection: 'portal',
    block: {},
    entity: name,
    key: sketch.key ?? [],
    match: [rungOf(sketch)],
    missing: 'create',
    guards: guard satisfies readonly TargetGuard[],
    ...(fields && { fields: [...fields, ...(reference ? [reference] : [])] }),
    rows:
      sketch.rows === undefined
        ? []
        : [{ list: 'items', place, rows: expressionText(sketch.rows, `${name}.rows`), write: 'notNull' }],
    absent: 'keep',
    ...(sketch.within !== undefined && { within: expressionText(sketch.within, `${name}.within`) }),
  };
}

function rungOf({ name, by = {}, where, order }: TargetSketch): Rung {
  return {
    name: 'rung',
    place,
    by: Object.entries(by).map(([field, text]) => ({
      field,
      place,
      value: { kind: 'expression', expression: expressionText(text, `${name}.by`) },
    })),
    ...(where !== undefined && { where: expressionText(where, `${name}.where`) }),
    refused: 'next',
    order: order === undefined ? [] : [{ field: order, descending: true }],
    many: 'newest',
  };
}

function mapValue(value: string | MapValue, file: string): MapValue {
  return typeof value === 'string' ? { kind: 'expression', expression: expressionText(value, file) } : value;
}

/** Findings as `place severity code: message | fix`. */
export function told(findings: readonly Diagnostic[]): readonly string[] {
  return findings.map(({ severity, code, parameters, where }) => {
    const { message, fix } = textOf(code, parameters, 'en');
    return `${where?.file}:${where?.line}:${where?.column} ${severity} ${code}: ${message} | ${fix}`;
  });
}
