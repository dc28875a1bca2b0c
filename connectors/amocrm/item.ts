import type { Value, Write, WriteValues } from '../../engine/index.ts';
import { errors } from './errors.ts';
import type { AccountField } from './fields.ts';
import type { Funnel } from './funnels.ts';
import { optionId } from './options.ts';
import type { Schema } from './schema.ts';
import type { Seen } from './seen.ts';
import { isList } from './values.ts';
import { badValue, customValuesOf, plainValueOf } from './write-values.ts';

/** One write as the vendor takes it. */
export interface Item {
  readonly body: Readonly<Record<string, unknown>>;
  /** The mapping's names of `custom_fields_values`, in their order: what a path of an error is told by. */
  readonly customs: readonly string[];
  /** Of a row that is there: linked and unlinked by requests of their own (reference 3.2, 3.5). */
  readonly links: readonly LinkChange[];
}

export interface LinkChange {
  readonly to: string;
  readonly id: string;
  readonly act: 'link' | 'unlink';
}

/** What has to be known of the row before it is written: nothing, what was read of it lately, or how it is now. */
export type Before = 'nothing' | 'seen' | 'fresh';

export function beforeOf(schema: Schema, write: Write): Before {
  if (write.operation !== 'update') return 'nothing';
  const fields = Object.keys(write.values).map((name) => schema.field(name));
  if (fields.some(({ type }) => type === 'phones' || type === 'emails')) return 'fresh';
  return fields.some(({ place }) => ['tags', 'links', 'stage'].includes(place.kind)) ? 'seen' : 'nothing';
}

/** Throws a PipeError of kind data for a value the field cannot take. */
export function itemOf(schema: Schema, values: WriteValues, before: Seen | undefined): Item {
  const isNew = before === undefined;
  const body: Record<string, unknown> = {};
  const embedded: Record<string, unknown> = {};
  const customs: string[] = [];
  const customBody: unknown[] = [];
  const links: LinkChange[] = [];
  for (const [name, value] of Object.entries(values)) {
    // A new row has nothing to clear.
    if (isNew && value === null) continue;
    const field = schema.field(name);
    const { place } = field;
    if (place.kind === 'custom') {
      const held = before?.customs.get(place.id) ?? [];
      customs.push(name);
      customBody.push({ field_id: place.id, values: customValuesOf(schema, field, value, held) });
    } else if (place.kind === 'links') {
      const changes = linkChanges(field, textsOf(field, value), before?.links.get(place.to) ?? []);
      if (isNew) embedded[place.to] = changes.map(({ id }) => ({ id: Number(id) }));
      else links.push(...changes);
    } else if (place.kind === 'tags') {
      if (isNew) embedded['tags'] = textsOf(field, value).map((tag) => ({ name: tag }));
      else Object.assign(body, tagChanges(textsOf(field, value), before.tags));
    } else if (place.kind === 'funnel') {
      if (value !== null && value !== '') body['pipeline_id'] = funnelOf(schema, field, value).id;
    } else if (place.kind === 'plain') body[field.name] = plainValueOf(field, value);
  }
  const stage = values['status'];
  if (schema.kind.name === 'lead' && stage !== undefined && stage !== null)
    body['status_id'] = stageOf(schema, values, stage, before);
  if (typeof body['pipeline_id'] === 'string') body['pipeline_id'] = Number(body['pipeline_id']);
  return {
    body: {
      ...body,
      ...(customBody.length > 0 && { custom_fields_values: customBody }),
      ...(Object.keys(embedded).length > 0 && { _embedded: embedded }),
    },
    customs,
    links,
  };
}

function textsOf(field: AccountField, value: Value | null): readonly string[] {
  if (value === null || value === '') return [];
  return (isList(value) ? value : [value]).map((one) => {
    if (typeof one === 'object') throw badValue(field, 'a list of texts');
    return String(one);
  });
}

/** The set as it was read is compared, not the one that is there by now: what somebody added since stays (DL-4). */
function linkChanges(field: AccountField, wanted: readonly string[], held: readonly string[]): readonly LinkChange[] {
  if (field.readOnly === true || field.place.kind !== 'links') throw errors.read_only.error({ field: field.name });
  if (wanted.some((id) => !/^[1-9]\d*$/.test(id))) throw badValue(field, 'numbers of rows');
  const { to } = field.place;
  const missing = [...new Set(wanted)].filter((id) => !held.includes(id));
  const over = held.filter((id) => !wanted.includes(id));
  return [
    ...missing.map((id) => ({ to, id, act: 'link' as const })),
    ...over.map((id) => ({ to, id, act: 'unlink' as const })),
  ];
}

/** `_embedded.tags` would replace the whole set (reference 3.7, 10.7). */
function tagChanges(wanted: readonly string[], held: readonly string[]): Readonly<Record<string, unknown>> {
  const add = [...new Set(wanted)].filter((tag) => !held.includes(tag));
  const remove = held.filter((tag) => !wanted.includes(tag));
  return {
    ...(add.length > 0 && { tags_to_add: add.map((name) => ({ name })) }),
    ...(remove.length > 0 && { tags_to_delete: remove.map((name) => ({ name })) }),
  };
}

function funnelOf({ funnels }: Schema, field: AccountField, value: Value): Funnel {
  if (typeof value === 'object') throw badValue(field, 'one text');
  const id = optionId(field.name, field.options ?? [], value);
  const funnel = funnels.find((one) => one.id === id);
  if (funnel === undefined) throw badValue(field, 'the name of a funnel');
  return funnel;
}

/** In the funnel that is written with it, else the row's own, else the main one (reference 3.2). */
function stageOf(schema: Schema, values: WriteValues, stage: Value, before: Seen | undefined): number {
  const field = schema.field('status');
  const { pipeline, pipeline_id: pipelineId } = values;
  if (typeof stage === 'object') throw badValue(field, 'one text');
  const named = pipeline ?? (typeof pipelineId === 'number' ? String(pipelineId) : pipelineId);
  const funnel =
    named !== undefined && named !== null
      ? funnelOf(schema, schema.field('pipeline'), named)
      : schema.funnels.find(({ id, isMain }) => (before === undefined ? isMain : id === before.funnel));
  return Number(optionId('status', funnel?.stages ?? [], stage));
}

/** Where in the mapping an error lies: `custom_fields_values.3.values.0.value` is the fourth custom field (reference 6). */
export function fieldAt(path: string, { customs }: Item, values: WriteValues): string {
  const [, place] = /^custom_fields_values\.(\d+)/.exec(path) ?? [];
  if (place !== undefined) return customs[Number(place)] ?? path;
  const [, embedded] = /^_embedded\.(\w+)/.exec(path) ?? [];
  if (embedded !== undefined) return embedded;
  const [word = path] = path.split('.');
  if (word.startsWith('tags_to_')) return 'tags';
  if (word === 'status_id' && 'status' in values) return 'status';
  if (word === 'pipeline_id' && 'pipeline' in values) return 'pipeline';
  return word;
}
