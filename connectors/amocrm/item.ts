import type { Value, Write, WriteValues } from '../../engine/index.ts';
import { errors } from './errors.ts';
import { noteTypes, type AccountField } from './fields.ts';
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
  // What a list or a note holds is replaced whole.
  if (fields.some(({ type, place }) => type === 'phones' || type === 'emails' || place.kind === 'param'))
    return 'fresh';
  return fields.some(({ place }) => ['tags', 'links', 'stage'].includes(place.kind)) ? 'seen' : 'nothing';
}

/** Throws a PipeError of kind data for a value the field cannot take. */
export function itemOf(schema: Schema, values: WriteValues, before: Seen | undefined): Item {
  const draft: Draft = { body: {}, embedded: {}, params: {}, customs: [], customBody: [], links: [] };
  for (const [name, value] of Object.entries(values)) {
    // A new row has nothing to clear.
    if (before !== undefined || value !== null) addField(schema, draft, name, value, before);
  }
  const { body, embedded, customs, customBody, links } = draft;
  const stage = values['status'];
  if (schema.kind.form === 'lead' && stage !== undefined && stage !== null)
    body['status_id'] = stageOf(schema, values, stage, before);
  if (typeof body['pipeline_id'] === 'string') body['pipeline_id'] = Number(body['pipeline_id']);
  return {
    body: {
      ...body,
      ...(schema.kind.form === 'note' && noteOf(schema, values, draft.params, before)),
      ...(customBody.length > 0 && { custom_fields_values: customBody }),
      ...(Object.keys(embedded).length > 0 && { _embedded: embedded }),
    },
    customs,
    links,
  };
}

/** An item on its way. */
interface Draft {
  readonly body: Record<string, unknown>;
  readonly embedded: Record<string, unknown>;
  readonly params: Record<string, unknown>;
  readonly customs: string[];
  readonly customBody: unknown[];
  readonly links: LinkChange[];
}

function addField(schema: Schema, draft: Draft, name: string, value: Value | null, before: Seen | undefined): void {
  const { body, embedded, params, customs, customBody, links } = draft;
  const field = schema.field(name);
  const { place } = field;
  if (field.isFixed && before) throw errors.fixed_field.error({ field: name, entity: schema.kind.name });
  switch (place.kind) {
    case 'custom':
      customs.push(name);
      customBody.push({
        field_id: place.id,
        values: customValuesOf(schema, field, value, before?.customs.get(place.id) ?? []),
      });
      return;
    case 'links': {
      const changes = linkChanges(field, textsOf(field, value), before?.links.get(place.to) ?? []);
      if (before) links.push(...changes);
      else embedded[place.to] = changes.map(({ id }) => ({ id: Number(id) }));
      return;
    }
    case 'tags':
      if (before) Object.assign(body, tagChanges(textsOf(field, value), before.tags));
      else embedded['tags'] = textsOf(field, value).map((tag) => ({ name: tag }));
      return;
    case 'funnel':
      if (value !== null && value !== '') body['pipeline_id'] = funnelOf(schema, field, value).id;
      return;
    case 'param':
      params[field.name] = plainValueOf(schema, field, value);
      return;
    case 'result':
      body['result'] = { text: plainValueOf(schema, field, value) };
      return;
    case 'plain':
      body[field.name] = plainValueOf(schema, field, value);
      return;
    // In the funnel, which another field may say.
    case 'stage':
      return;
    default:
      place satisfies never;
  }
}

/** Its kind says what it may hold; what it holds is sent whole. */
function noteOf(
  schema: Schema,
  values: WriteValues,
  params: Readonly<Record<string, unknown>>,
  before: Seen | undefined,
): Readonly<Record<string, unknown>> {
  if (before && Object.keys(params).length === 0) return {};
  const type = before?.noteType ?? String(values['note_type'] ?? 'common');
  if (!noteTypes.includes(type)) throw badValue(schema.field('note_type'), noteTypes.join(', '));
  return { note_type: type, params: { ...before?.params, ...params } };
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
  if (word === 'params') return path.split('.')[1] ?? path;
  if (word.startsWith('tags_to_')) return 'tags';
  if (word === 'status_id' && 'status' in values) return 'status';
  if (word === 'pipeline_id' && 'pipeline' in values) return 'pipeline';
  return word;
}
