import { PipeError } from '../../engine/index.ts';
import type { CheckResult, ConnectionUses, EntityUse, Host, SourceBlock, Template } from '../../engine/index.ts';
import { cannotRead, clock, clockResult, columnCount, login } from '../_check/results.ts';
import type { BatchResult, Reply } from './client.ts';
import { errors } from './errors.ts';
import type { Refusal } from './reactions.ts';
import { isObject, type Schema, type Schemas } from './schema.ts';
import { createSource, type Reader } from './source/source.ts';

const rights: Template = { en: 'rights', ru: 'права' };

/** Login, rights, clock, the fields and stages that are used, and the first row of each source. Nothing is changed. */
export async function check(
  reader: Reader,
  { sources, entities }: ConnectionUses,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const { client, schemas, host } = reader;
  const commands = ['profile', 'scope'].map((method) => ({ method, params: {} }));
  const batch = await client.batch(commands, { signal });
  if (!batch.ok) throw batch.error;
  const scopes = new Set([
    ...(entities.length > 0 || sources.length === 0 ? ['crm'] : []),
    ...sources.map(scopeOfSource),
  ]);
  const results = [
    loginOf(batch.replies[0]),
    ...scopesOf(batch.replies[1], scopes, client.host),
    clockOf(batch, host, client.host),
  ];
  for (const use of entities) results.push(...(await entityResults(schemas, use, client.host, signal)));
  for (const block of sources) results.push(await sourceResult(reader, block, signal));
  return results;
}

/** The right of the webhook that a source's methods need. */
function scopeOfSource({ entity, list }: SourceBlock): string {
  if (list !== undefined) return 'lists';
  return entity === 'user' || entity === 'department' ? entity : 'crm';
}

async function sourceResult(reader: Reader, block: SourceBlock, signal: AbortSignal): Promise<CheckResult> {
  const name = typeof block['entity'] === 'string' ? block['entity'] : `list ${String(block['list'])}`;
  const what = { en: `source ${name}`, ru: `источник ${name}` };
  try {
    const source = createSource(reader, block);
    const { fields } = await source.describe(signal);
    const read = source.read({ mode: 'full', batch: 1, limit: 1, params: {}, signal });
    for await (const _batch of read) break;
    return { what, ok: true, fact: columnCount(fields.length) };
  } catch (thrown) {
    if (!(thrown instanceof PipeError)) throw thrown;
    return cannotRead(what, thrown);
  }
}

/** The user's number and not the name: it is the owner of the webhook whose rights count. */
function loginOf(reply: Reply | undefined): CheckResult {
  if (!reply?.ok) return noAnswer(login, reply);
  const profile = isObject(reply.value) ? reply.value : {};
  const [id, admin] = [String(profile['ID']), profile['ADMIN'] === true];
  const fact = {
    en: `user ${id}, ${admin ? 'an administrator' : 'not an administrator'}`,
    ru: `пользователь ${id}, ${admin ? 'администратор' : 'не администратор'}`,
  };
  return { what: login, ok: true, fact };
}

/** `user_basic` and `user_brief` are lesser forms of the right `user`. */
function scopesOf(reply: Reply | undefined, needed: ReadonlySet<string>, host: string): readonly CheckResult[] {
  if (!reply?.ok) return [noAnswer(rights, reply)];
  const scopes = Array.isArray(reply.value) ? reply.value.map(String) : [];
  const list = scopes.join(', ');
  const fact = { en: `the webhook may use ${list || 'nothing'}`, ru: `вебхуку разрешено: ${list || 'ничего'}` };
  const missing = [...needed].filter((scope) => !scopes.some((one) => one === scope || one.startsWith(`${scope}_`)));
  if (missing.length === 0) return [{ what: rights, ok: true, fact }];
  return missing.map((scope) => {
    const error = errors.missing_scope.error({ host, method: `${scope}.*`, scope });
    return { what: rights, ok: false, fact, error };
  });
}

function noAnswer(what: Template, reply: Refusal | undefined): CheckResult {
  return { what, ok: false, fact: { en: 'no answer', ru: 'нет ответа' }, ...(reply && { error: reply.error }) };
}

function clockOf({ time }: BatchResult, { now }: Host, host: string): CheckResult {
  if (time.startMs !== undefined)
    return clockResult(time.startMs, now(), (seconds) => errors.clock_differs.error({ host, seconds }));
  const fact = { en: 'the portal does not tell its time', ru: 'портал не сообщает своё время' };
  return { what: clock, ok: true, fact };
}

async function entityResults(
  schemas: Schemas,
  use: EntityUse,
  host: string,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const what = { en: `entity ${use.entity}`, ru: `сущность ${use.entity}` };
  try {
    const schema = await schemas.of(use.entity, signal);
    const missing = use.fields.flatMap((field) => missingField(schema, field, host));
    const [there, all] = [use.fields.length - missing.length, use.fields.length];
    const fact = { en: `${there} of ${all} fields are there`, ru: `полей на месте: ${there} из ${all}` };
    return [{ what, ok: missing.length === 0, fact }, ...missing, ...stages(schema, use)];
  } catch (thrown) {
    if (!(thrown instanceof PipeError)) throw thrown;
    return [cannotRead(what, thrown)];
  }
}

function missingField({ kind, fields, description }: Schema, name: string, host: string): readonly CheckResult[] {
  if (fields.has(name) || description.lists.some((list) => list.name === name)) return [];
  const error = errors.unknown_field.error({ entity: kind.name, field: name, host });
  const what = { en: `field ${kind.name}.${name}`, ru: `поле ${kind.name}.${name}` };
  return [{ what, ok: false, fact: { en: 'not there', ru: 'отсутствует' }, error }];
}

/** Stages the portal has: what a mapping's table of stages is compared with. */
function stages({ kind, fields }: Schema, use: EntityUse): readonly CheckResult[] {
  const name = kind.name === 'deal' ? 'STAGE_ID' : 'STATUS_ID';
  const options = use.fields.includes(name) ? (fields.get(name)?.options ?? []) : undefined;
  if (options === undefined) return [];
  const list = options.map(({ id }) => id).join(', ');
  const what = { en: `stages of ${kind.name}`, ru: `стадии ${kind.name}` };
  return [{ what, ok: options.length > 0, fact: { en: list || 'none', ru: list || 'ни одной' } }];
}
