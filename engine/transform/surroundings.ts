import type { Flow, Param, Pipeline, Target } from '../config/pipeline.ts';
import type { EntityDescription, Field, FieldType } from '../connector.ts';
import type { Origin } from './names.ts';

/** What is known beside the file: columns offline or asked for, entities out of the lock file or asked for. */
export interface Knowledge {
  /** Columns of a flow's source; undefined: not known. */
  columns?(flow: Flow): readonly Field[] | undefined;
  /** What `filter` and `select` of a flow's source may name; undefined: not known. */
  askable?(flow: Flow): readonly Field[] | undefined;
  /** The columns that the flow itself names were looked at as the file was read. */
  checked?(flow: Flow): boolean;
  /** An entity that a target writes to or refers to; undefined: not known. */
  entity?(target: Pick<Target, 'connection' | 'entity'>): EntityDescription | undefined;
}

/** Which kind of place in the file an expression stands in: it decides which names mean something there. */
export type Role = 'enabled' | 'map' | 'guard' | 'by' | 'target' | 'within';

/** Everything the names of one expression may mean. */
export interface Surroundings {
  readonly role: Role;
  /** What bare names are; undefined: not known, so nothing can be said about them. */
  readonly record?: readonly Field[];
  /** `$found` and earlier targets by name; undefined fields: not known. */
  readonly rows: ReadonlyMap<string, readonly Field[] | undefined>;
  readonly params: ReadonlyMap<string, Param>;
  /** Values of the params for this run, as far as they have one. */
  readonly values: Pipeline['values'];
  /** Columns behind `$source`. */
  readonly source?: readonly Field[];
  /** All targets of the flow, in order, and which of them this is. */
  readonly targets: readonly string[];
  readonly own?: string;
  readonly entities: ReadonlyMap<string, string>;
}

/** What `$run` holds: its id and when it began, ISO in UTC. */
export const runFacts: readonly Field[] = [
  { name: 'id', type: 'text' },
  { name: 'startedAt', type: 'text' },
];

/** Columns of a flow, its record, and what stands round each target. */
export interface FlowKnowledge {
  readonly source?: readonly Field[];
  readonly record?: readonly Field[];
  outside(role: 'enabled' | 'map' | 'guard'): Surroundings;
  inside(target: Target, role: 'by' | 'target' | 'within'): Surroundings;
}

/** `record` types follow from the columns its map takes unchanged. */
export function knowledgeOf(
  pipeline: Pipeline,
  flow: Flow,
  knowledge: Knowledge,
  record: readonly Field[] | undefined,
): FlowKnowledge {
  const source = knowledge.columns?.(flow);
  const targets = flow.targets.map(({ name }) => name);
  const fields = new Map(flow.targets.map((target) => [target.name, fieldsOf(knowledge.entity?.(target))]));
  const entities = new Map(flow.targets.map((target) => [target.name, target.entity]));
  const common = { params: pipeline.params, values: pipeline.values, targets, entities, ...(source && { source }) };
  return {
    ...(source && { source }),
    ...(record && { record }),
    outside: (role) => {
      const bare = role === 'map' ? source : role === 'guard' ? record : [];
      return { ...common, role, rows: new Map(), ...(bare && { record: bare }) };
    },
    inside: (target, role) => {
      const earlier = targets.slice(0, targets.indexOf(target.name));
      const rows = new Map(role === 'within' ? [] : earlier.map((name) => [name, fields.get(name)]));
      if (role !== 'by') rows.set('found', fields.get(target.name));
      const bare = role === 'within' ? [] : record;
      const named = new Map([...entities, ['found', target.entity] as const]);
      return { ...common, entities: named, role, rows, own: target.name, ...(bare && { record: bare }) };
    },
  };
}

/** Fields an expression may name of a row; undefined where any name may be one. */
function fieldsOf(entity: EntityDescription | undefined): readonly Field[] | undefined {
  if (!entity || entity.openFields) return undefined;
  const lists = entity.lists.map(({ name, fields }): Field => ({ name, type: 'json', fields }));
  const id: Field = { name: entity.id, type: 'id', optional: false };
  return [...(entity.fields.some(({ name }) => name === entity.id) ? [] : [id]), ...entity.fields, ...lists];
}

/** What a read is compared as; undefined: not known or none of these. */
export type Sort = 'text' | 'number' | 'boolean';

const sorts: Readonly<Record<FieldType, Sort | undefined>> = {
  text: 'text',
  date: 'text',
  datetime: 'text',
  id: 'text',
  enum: 'text',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  phones: undefined,
  emails: undefined,
  json: undefined,
};

const paramSorts: Readonly<Record<Param['type'], Sort | undefined>> = {
  string: 'text',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  list: undefined,
};

export function sortOf(origin: Origin, around: Surroundings): Sort | undefined {
  if (origin.variable === 'params') {
    const param = around.params.get(origin.path[0] ?? '');
    return param && origin.path.length === 1 ? paramSorts[param.type] : undefined;
  }
  const field = fieldAt(fieldsBehind(origin.variable, around), origin.path);
  return field && !field.multiple ? sorts[field.type] : undefined;
}

/** Fields of what a variable stands for; `''` is the record. */
export function fieldsBehind(variable: string, around: Surroundings): readonly Field[] | undefined {
  if (variable === '') return around.record;
  if (variable === 'source') return around.source;
  return variable === 'run' ? runFacts : around.rows.get(variable);
}

/** The field at the end of a path of names. */
export function fieldAt(fields: readonly Field[] | undefined, path: readonly string[]): Field | undefined {
  const [name, ...rest] = path;
  const field = fields?.find((candidate) => candidate.name === name);
  return rest.length === 0 ? field : fieldAt(field?.fields, rest);
}
