import { PipeError, type CheckResult, type ConnectionUses, type EntityUse, type Template } from '../../engine/index.ts';
import { cannotRead, login } from '../_check/results.ts';
import type { Client } from './client.ts';
import { readFacts } from './facts.ts';
import type { Schema, Schemas } from './schema.ts';

const filters: Template = { en: 'filters', ru: 'фильтры' };

/** Login, whether the account has filters, and the fields that are used. Nothing is changed. */
export async function check(
  client: Client,
  schemas: Schemas,
  { entities }: ConnectionUses,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const { subdomain, hasFilters } = await readFacts(client, signal);
  const results: CheckResult[] = [
    { what: login, ok: true, fact: { en: `the account ${subdomain}`, ru: `аккаунт ${subdomain}` } },
    {
      what: filters,
      ok: true,
      fact: hasFilters ? { en: 'there', ru: 'есть' } : { en: 'not there', ru: 'отсутствуют' },
    },
  ];
  for (const use of entities) results.push(...(await entityResults(schemas, use, signal)));
  return results;
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
