import type { FieldChange } from '../../connector.ts';
import { exitCodes } from '../../errors.ts';
import type { Language } from '../../messages/template.ts';
import type { ProvisionedConnection } from '../provision.ts';
import { errorData, errorText } from './error.ts';

const words = {
  en: {
    apiOnly: 'for the API alone',
    nothing: 'nothing lacks',
    done: 'made',
    kept: 'nothing was made',
    none: 'no connection of the pipeline makes fields',
  },
  ru: {
    apiOnly: 'только для API',
    nothing: 'всё на месте',
    done: 'создано',
    kept: 'ничего не создано',
    none: 'ни одно подключение конвейера не создаёт поля',
  },
} as const satisfies Record<Language, object>;

export const agreeQuestion = { en: 'Make this? (y/N) ', ru: 'Создать? (y/N) ' } as const satisfies Record<
  Language,
  string
>;

/** What `pipe provision --json` prints (schemas/output/provision.schema.json). */
export function provisionData(connections: readonly ProvisionedConnection[], language: Language): object {
  return {
    connections: connections.map(({ name, changes, refused, done, error }) => ({
      name,
      done,
      changes: changes.map(({ kind, entity, field }) => ({
        kind,
        entity,
        field: field.name,
        type: field.type,
        ...(field.options.length > 0 && { options: field.options }),
        ...(field.apiOnly && { apiOnly: true }),
        ...(field.title !== undefined && { title: field.title }),
      })),
      refused: refused.map((each) => errorData(each, language).error),
      ...(error && errorData(error, language)),
    })),
  };
}

export function provisionText(connections: readonly ProvisionedConnection[], language: Language): string {
  if (connections.length === 0) return words[language].none;
  return connections.map((connection) => connectionText(connection, language)).join('\n');
}

function connectionText({ name, changes, refused, done, error }: ProvisionedConnection, language: Language): string {
  const say = words[language];
  const errors = [...refused, ...(error ? [error] : [])];
  const end = changes.length === 0 ? say.nothing : done ? say.done : say.kept;
  return [
    name,
    ...changes.map((change) => `  ${changeText(change, language)}`),
    ...errors.map((each) => errorText(each, language).replaceAll(/^/gm, '    ')),
    ...(errors.length === 0 ? [`  ${end}`] : []),
  ].join('\n');
}

function changeText({ kind, entity, field }: FieldChange, language: Language): string {
  const { name, type, options, apiOnly, title } = field;
  const isNew = kind === 'create-field';
  return [
    `${isNew ? '+' : '~'} ${entity}.${name}`,
    ...(title !== undefined && title !== name ? [` (${title})`] : []),
    `: ${type}`,
    ...(options.length > 0 ? [` ${isNew ? '' : '+ '}${options.join(', ')}`] : []),
    ...(isNew && apiOnly ? [`, ${words[language].apiOnly}`] : []),
  ].join('');
}

/** What will be made. */
export function planText(connections: readonly ProvisionedConnection[], language: Language): string {
  return connections
    .filter(({ changes }) => changes.length > 0)
    .flatMap(({ name, changes }) => [name, ...changes.map((change) => `  ${changeText(change, language)}`)])
    .join('\n');
}

export function provisionExitCode(connections: readonly ProvisionedConnection[]): number {
  const codes = connections.flatMap(({ refused, error }) =>
    [...refused, ...(error ? [error] : [])].map(({ kind }) => exitCodes[kind]),
  );
  return codes.length === 0 ? 0 : Math.max(...codes);
}
