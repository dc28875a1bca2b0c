import { PipeError, type CheckResult, type ConnectionUses, type EntityUse, type Host } from '../../engine/index.ts';
import type { BatchResult, Client, Reply } from './client.ts';
import { errors } from './errors.ts';
import { isObject, type Schema, type Schemas } from './schema.ts';

/** Clocks further apart than this make "changed since" and the limiter guess wrong. */
const clockToleranceMs = 60_000;

/** Login, rights, clock, and the fields and stages that are used. Two requests, nothing is changed. */
export async function check(
  client: Client,
  schemas: Schemas,
  host: Host,
  { entities }: ConnectionUses,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const commands = ['profile', 'scope'].map((method) => ({ method, params: {} }));
  const batch = await client.batch(commands, { signal });
  if (!batch.ok) throw batch.error;
  const results = [
    loginOf(batch.replies[0]),
    scopeOf(batch.replies[1], client.host),
    clockOf(batch, host, client.host),
  ];
  for (const use of entities) results.push(...(await entityResults(schemas, use, client.host, signal)));
  return results;
}

/** The user's number and not the name: it is the owner of the webhook whose rights count. */
function loginOf(reply: Reply | undefined): CheckResult {
  if (!reply?.ok) return { what: 'login', ok: false, fact: 'no answer', ...(reply && { error: reply.error }) };
  const profile = isObject(reply.value) ? reply.value : {};
  const role = profile['ADMIN'] === true ? 'an administrator' : 'not an administrator';
  return { what: 'login', ok: true, fact: `user ${String(profile['ID'])}, ${role}` };
}

function scopeOf(reply: Reply | undefined, host: string): CheckResult {
  if (!reply?.ok) return { what: 'rights', ok: false, fact: 'no answer', ...(reply && { error: reply.error }) };
  const scopes = Array.isArray(reply.value) ? reply.value.map(String) : [];
  const fact = `the webhook may use ${scopes.join(', ') || 'nothing'}`;
  if (scopes.includes('crm')) return { what: 'rights', ok: true, fact };
  return { what: 'rights', ok: false, fact, error: errors.missing_scope.error({ host, method: 'crm.*' }) };
}

function clockOf({ time }: BatchResult, { now }: Host, host: string): CheckResult {
  if (time.startMs === undefined) return { what: 'clock', ok: true, fact: 'the portal does not tell its time' };
  const difference = now() - time.startMs;
  const seconds = Math.round(Math.abs(difference) / 1000);
  const apart = `${seconds} s ${difference < 0 ? 'ahead of' : 'behind'} this machine's`;
  const fact = seconds === 0 ? "runs with this machine's" : apart;
  if (Math.abs(difference) <= clockToleranceMs) return { what: 'clock', ok: true, fact };
  return { what: 'clock', ok: false, fact, error: errors.clock_differs.error({ host, seconds }) };
}

async function entityResults(
  schemas: Schemas,
  use: EntityUse,
  host: string,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const what = `entity ${use.entity}`;
  try {
    const schema = await schemas.of(use.entity, signal);
    const missing = use.fields.flatMap((field) => missingField(schema, field, host));
    const fact = `${use.fields.length - missing.length} of ${use.fields.length} fields are there`;
    return [{ what, ok: missing.length === 0, fact }, ...missing, ...stages(schema, use)];
  } catch (thrown) {
    if (!(thrown instanceof PipeError)) throw thrown;
    return [{ what, ok: false, fact: 'cannot be read', error: thrown }];
  }
}

function missingField({ kind, fields, description }: Schema, name: string, host: string): readonly CheckResult[] {
  if (fields.has(name) || description.lists.some((list) => list.name === name)) return [];
  const error = errors.unknown_field.error({ entity: kind.name, field: name, host });
  return [{ what: `field ${kind.name}.${name}`, ok: false, fact: 'not there', error }];
}

/** Stages the portal has: what a mapping's table of stages is compared with. */
function stages({ kind, fields }: Schema, use: EntityUse): readonly CheckResult[] {
  const name = kind.name === 'deal' ? 'STAGE_ID' : 'STATUS_ID';
  const options = use.fields.includes(name) ? (fields.get(name)?.options ?? []) : undefined;
  if (options === undefined) return [];
  const fact = options.map(({ id }) => id).join(', ') || 'none';
  return [{ what: `stages of ${kind.name}`, ok: options.length > 0, fact }];
}
