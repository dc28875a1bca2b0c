import { PipeError } from '../../engine/index.ts';
import type { CheckResult, ConnectionUses, EntityUse, SourceBlock, Template } from '../../engine/index.ts';
import { cannotRead, clockResult, columnCount, login } from '../_check/results.ts';
import { errors } from './errors.ts';
import { readFacts } from './facts.ts';
import type { Schema, Schemas } from './schema.ts';
import { createSource, type SourceReader } from './source/source.ts';

const filters: Template = { en: 'filters', ru: 'фильтры' };

/** Login, filters, clock, the fields that are used, and a page of each source. Nothing is changed. */
export async function check(
  reader: SourceReader,
  { sources, entities }: ConnectionUses,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const { client, schemas, host } = reader;
  const { subdomain, hasFilters, atMs } = await readFacts(client, signal);
  const results: CheckResult[] = [
    { what: login, ok: true, fact: { en: `the account ${subdomain}`, ru: `аккаунт ${subdomain}` } },
    {
      what: filters,
      ok: true,
      fact: hasFilters ? { en: 'there', ru: 'есть' } : { en: 'not there', ru: 'отсутствуют' },
    },
  ];
  if (atMs !== undefined) {
    const apart = (seconds: number): PipeError => errors.clock_differs.error({ host: client.host, seconds });
    // A warning: what changed is told by the account's own clock.
    results.push({ ...clockResult(atMs, host.now(), apart), ok: true });
  }
  for (const use of entities) results.push(...(await entityResults(schemas, use, signal)));
  for (const block of sources) results.push(await sourceResult(reader, block, signal));
  return results;
}

async function sourceResult(reader: SourceReader, block: SourceBlock, signal: AbortSignal): Promise<CheckResult> {
  const name = String(block['entity']);
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

async function entityResults(schemas: Schemas, use: EntityUse, signal: AbortSignal): Promise<readonly CheckResult[]> {
  const what = { en: `entity ${use.entity}`, ru: `сущность ${use.entity}` };
  try {
    const schema = await schemas.of(use.entity, signal);
    const missing = use.fields.flatMap((name) => missingField(schema, name));
    const [there, all] = [use.fields.length - missing.length, use.fields.length];
    const fact = { en: `${there} of ${all} fields are there`, ru: `полей на месте: ${there} из ${all}` };
    return [{ what, ok: missing.length === 0, fact }, ...missing];
  } catch (thrown) {
    if (!(thrown instanceof PipeError)) throw thrown;
    return [cannotRead(what, thrown)];
  }
}

function missingField(schema: Schema, name: string): readonly CheckResult[] {
  try {
    schema.field(name);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof PipeError)) throw thrown;
    const entity = schema.kind.name;
    const what = { en: `field ${entity}.${name}`, ru: `поле ${entity}.${name}` };
    return [{ what, ok: false, fact: { en: 'not there', ru: 'отсутствует' }, error: thrown }];
  }
}
