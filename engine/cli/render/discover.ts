import type { Field, FieldOption } from '../../connector.ts';
import type { Difference } from '../../config/lock-drift.ts';
import { lockText } from '../../config/lock-file.ts';
import type { Lock, LockedConnection } from '../../config/lock-file.ts';
import type { Language } from '../../messages/template.ts';

/** What `pipe discover --json` prints (schemas/output/discover.schema.json): the lock file as it would be. */
export function discoveryData(live: Lock): object {
  const { connections } = JSON.parse(lockText(live)) as Lock;
  return { connections };
}

export function discoveryText({ connections }: Lock, language: Language): string {
  return Object.entries(connections)
    .map(([name, connection]) => [`${name} (${connection.connector})`, ...tablesOf(connection, language)].join('\n'))
    .join('\n\n');
}

export interface WrittenLock {
  readonly file: string;
  readonly changed: boolean;
}

export function lockData({ file, changed }: WrittenLock): object {
  return { lock: { file, changed } };
}

export function lockWritten({ file, changed }: WrittenLock, language: Language): string {
  const say = words[language];
  return `${file}: ${changed ? say.written : say.same}`;
}

export function driftData(differences: readonly Difference[]): object {
  return { differences };
}

export function driftText(differences: readonly Difference[], language: Language): string {
  if (differences.length === 0) return words[language].noDrift;
  return differences.map((difference) => differenceLine(difference, language)).join('\n');
}

const words = {
  en: {
    source: 'source',
    written: 'written; commit it',
    same: 'nothing has changed',
    noDrift: 'the systems are as the lock file says',
    required: 'required',
    readOnly: 'read only',
    multiple: 'list',
  },
  ru: {
    source: 'источник',
    written: 'записан; сохраните его в репозитории',
    same: 'ничего не изменилось',
    noDrift: 'системы такие, как записано в файле',
    required: 'обязательное',
    readOnly: 'только чтение',
    multiple: 'список',
  },
} as const satisfies Record<Language, object>;

function tablesOf({ entities, sources }: LockedConnection, language: Language): readonly string[] {
  return [
    ...Object.entries(sources).flatMap(([flow, { fields }]) => [
      `  ${words[language].source} ${flow}`,
      ...fieldLines(fields, language),
    ]),
    ...Object.entries(entities).flatMap(([name, { fields, lists }]) => [
      `  ${name}`,
      ...fieldLines(fields, language),
      ...lists.flatMap((list) => [`  ${name}.${list.name}`, ...fieldLines(list.fields, language)]),
    ]),
  ];
}

function fieldLines(fields: readonly Field[], language: Language): readonly string[] {
  return fields.flatMap((field) => [fieldLine(field, language), ...(field.options ?? []).map(optionLine)]);
}

function fieldLine({ name, type, title, required, readOnly, multiple }: Field, language: Language): string {
  const say = words[language];
  const marks = [type, multiple && say.multiple, required && say.required, readOnly && say.readOnly];
  return `    ${name}: ${marks.filter(Boolean).join(', ')}${title === undefined ? '' : ` (${title})`}`;
}

function optionLine({ id, text, within }: FieldOption): string {
  return `      ${id}: ${text}${within ? ` [${within.field} ${within.value}]` : ''}`;
}

const signs = { added: '+', removed: '-', changed: '~' } as const;

function differenceLine({ connection, of, field, kind, what, before, after }: Difference, language: Language): string {
  const owner = of.replace(/^source of/, words[language].source);
  const name = [`${connection} ${owner}`, field].filter(Boolean).join('.');
  const values = kind === 'changed' && what !== undefined ? `: ${before ?? '∅'} → ${after ?? '∅'}` : '';
  return `${signs[kind]} ${name}${what === undefined ? '' : ` ${what}`}${values}`;
}
