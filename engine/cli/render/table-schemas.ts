import { exitCodes } from '../../errors.ts';
import type { Field } from '../../connector.ts';
import type { Language } from '../../messages/template.ts';
import type { TableSchema } from '../../run/load/table-schemas.ts';
import { errorData, errorText } from './error.ts';
import { changeLines } from './preview.ts';

const words = {
  en: {
    absent: 'there is no such table yet',
    nothing: 'the next run changes nothing in it',
    next: 'the next run would',
    none: 'no target of the pipeline is a table',
  },
  ru: {
    absent: 'такой таблицы ещё нет',
    nothing: 'следующий запуск ничего в ней не изменит',
    next: 'следующий запуск',
    none: 'среди целей конвейера таблиц нет',
  },
} as const satisfies Record<Language, object>;

/** What `pipe state schema --json` prints (schemas/output/state-schema.schema.json). */
export function schemaData(tables: readonly TableSchema[], language: Language): object {
  return {
    tables: tables.map(({ columns, changes, error, ...table }) => ({
      ...table,
      ...(columns && { columns: columns.map(columnData) }),
      changes,
      ...(error && errorData(error, language)),
    })),
  };
}

function columnData({ name, type, title, multiple, required }: Field): object {
  return {
    name,
    type,
    ...(title !== undefined && { title }),
    ...(multiple && { multiple }),
    ...(required && { required }),
  };
}

export function schemaText(tables: readonly TableSchema[], language: Language): string {
  if (tables.length === 0) return words[language].none;
  return tables.map((table) => tableText(table, language)).join('\n\n');
}

function tableText({ flow, target, connection, entity, ddl, ...table }: TableSchema, language: Language): string {
  const say = words[language];
  const { columns, changes, error } = table;
  return [
    `${connection} ${entity} (${flow}.${target}, ddl: ${ddl})`,
    ...(columns ? columns.map(columnText) : [`  ${say.absent}`]),
    ...(changes.length > 0 ? [`${say.next}:`, ...changes.flatMap((change) => changeLines(change, language))] : []),
    ...(changes.length === 0 && !error ? [say.nothing] : []),
    ...(error ? [errorText(error, language)] : []),
  ].join('\n');
}

function columnText({ name, type, title, multiple }: Field): string {
  return `  ${name}: ${type}${multiple ? '[]' : ''}${title === undefined ? '' : `  ${title}`}`;
}

/** 0: the tables could be looked at, and the next run would write to them. */
export function schemaExitCode(tables: readonly TableSchema[]): number {
  const [error] = tables.flatMap((table) => table.error ?? []);
  return error ? exitCodes[error.kind] : 0;
}
