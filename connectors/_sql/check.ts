import { toPipeError } from '../../engine/index.ts';
import type {
  CheckResult,
  ConnectionUses,
  EntityUse,
  Host,
  Source,
  SourceBlock,
  Template,
} from '../../engine/index.ts';
import { cannotRead, clockResult, columnCount, login } from '../_check/results.ts';
import type { Catalogue } from './catalogue.ts';
import type { Database } from './dialect.ts';
import { errors } from './errors.ts';
import { tableRef } from './select.ts';
import { tableName } from './table.ts';
import { compiledRaw } from './writer.ts';

const query: Template = { en: 'query', ru: 'запрос' };

const madeByRun: Template = { en: 'is not there yet: a run makes it', ru: 'ещё нет: её создаст запуск' };

function table(name: string): Template {
  return { en: `table ${name}`, ru: `таблица ${name}` };
}

/** Login, clock, and every table and query that is used; throws when the server cannot be reached. */
export async function check(
  database: Database,
  catalogue: Catalogue,
  host: Host,
  source: (block: SourceBlock) => Source,
  uses: ConnectionUses,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const { user, version, nowMs } = await database.about(signal);
  const { product } = database.dialect;
  const results: CheckResult[] = [
    {
      what: login,
      ok: true,
      fact: {
        en: `${user} in ${database.system}, ${product} ${version}`,
        ru: `${user} в ${database.system}, ${product} ${version}`,
      },
    },
    clockResult(nowMs, host.now(), (seconds) => errors.clock_apart.error({ seconds })),
  ];
  for (const block of uses.sources) results.push(await sourceResult(block, source, signal));
  for (const use of uses.entities) {
    results.push(...(await entityResults(catalogue, use, signal)));
    if (!use.onlyRead) results.push(...(await writeResults(database, catalogue, use, signal)));
  }
  return results;
}

async function sourceResult(
  block: SourceBlock,
  source: (block: SourceBlock) => Source,
  signal: AbortSignal,
): Promise<CheckResult> {
  const what = typeof block['table'] === 'string' ? table(block['table']) : query;
  try {
    const { fields } = await source(block).describe(signal);
    return { what, ok: true, fact: columnCount(fields.length) };
  } catch (thrown) {
    signal.throwIfAborted();
    return cannotRead(what, toPipeError(thrown));
  }
}

async function entityResults(
  catalogue: Catalogue,
  use: EntityUse,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const what = table(use.entity);
  try {
    const known = await catalogue.read(use.entity, signal);
    if (!known && use.makes) return [{ what, ok: true, fact: madeByRun }];
    const { columns } = known ?? (await catalogue.of(use.entity, signal));
    const lacking = use.fields.filter((field) => !columns.some(({ name }) => name === field));
    return [
      { what, ok: true, fact: columnCount(columns.length) },
      ...lacking.map((field) => missingColumn(use.entity, field)),
    ];
  } catch (thrown) {
    signal.throwIfAborted();
    return [cannotRead(what, toPipeError(thrown))];
  }
}

/** Says nothing of a table that can be written, or of which that cannot be told. */
async function writeResults(
  database: Database,
  catalogue: Catalogue,
  { entity, makes }: EntityUse,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const what = { en: `rows of table ${entity}`, ru: `строки таблицы ${entity}` };
  const cannotWrite = { what, ok: false, fact: { en: 'cannot be written', ru: 'нельзя записать' } };
  const known = await catalogue.read(entity, signal).catch(() => undefined);
  if (!known && !makes) return [];
  try {
    const { dialect } = database;
    const name = tableName(entity, dialect.defaultSchema);
    const { lacking, grantee } = await database.rights(name, known, signal);
    if (lacking.length === 0) return [];
    const rights = lacking.join(', ');
    const grant = `GRANT ${rights} ON ${compiledRaw(dialect, tableRef(name)).sql} TO ${grantee}`;
    const error = errors.write_denied.error({ rights, table: entity, grant });
    // A mapping may do without one of them: it creates no rows (`missing: skip`), or changes none (`write: create`).
    const inPart = { what, ok: true, fact: { en: 'written in part', ru: 'записываются не все' }, error };
    return [lacking.length > 1 ? { ...cannotWrite, error } : inPart];
  } catch (thrown) {
    signal.throwIfAborted();
    return [{ ...cannotWrite, error: toPipeError(thrown) }];
  }
}

function missingColumn(entity: string, column: string): CheckResult {
  const what = { en: `column ${entity}.${column}`, ru: `столбец ${entity}.${column}` };
  const error = errors.column_unknown.error({ column, table: entity });
  return { what, ok: false, fact: { en: 'not there', ru: 'отсутствует' }, error };
}
