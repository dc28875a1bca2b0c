import { textOf } from '../diagnostics.ts';
import type { EventError, RunEvent } from '../events/events.ts';
import type { Language } from '../messages/template.ts';

const words = {
  en: {
    fix: 'fix',
    retry: 'will be tried again',
    rows: 'rows',
    waits: (what: string, seconds: number) => `waits for ${what}, ${seconds} s`,
    held: (entity: string, seconds: number, by?: string) =>
      `a write into ${entity} has had no answer for ${seconds} s${by === undefined ? '' : `: ${by} holds a lock on it`}`,
    added: (flow: string, later: string) => `${flow} runs too: ${later} comes after it`,
    'create-table': 'table made',
    'add-column': 'column added',
    'widen-column': 'column widened',
    comment: 'comment set',
  },
  ru: {
    fix: 'исправление',
    retry: 'будет повторено',
    rows: 'строки',
    waits: (what: string, seconds: number) => `ждёт ${what}, ${seconds} с`,
    held: (entity: string, seconds: number, by?: string) =>
      `на запись в ${entity} нет ответа уже ${seconds} с${by === undefined ? '' : `: её держит под блокировкой ${by}`}`,
    added: (flow: string, later: string) => `${flow} тоже выполняется: после него идёт ${later}`,
    'create-table': 'таблица создана',
    'add-column': 'столбец добавлен',
    'widen-column': 'столбец расширен',
    comment: 'комментарий задан',
  },
} as const satisfies Record<Language, object>;

/**
 * What is worth a line of its own: the word a guard or rung gave (rule 47), a queued record, a warning, a flow that does
 * not go as asked. Keys and ids only, never a value of the record.
 */
export function spokenText(event: RunEvent, language: Language): string | undefined {
  switch (event.type) {
    case 'record-named': {
      const rows = event.rows.length > 0 ? ` (${event.target ?? words[language].rows} ${event.rows.join(', ')})` : '';
      return `${event.name}: ${event.key}${rows}`;
    }
    case 'record-queued': {
      const { message } = textOf(event.error.code, event.error.parameters, language);
      return `QUEUE: ${event.key}: ${message}${event.retryAt === undefined ? '' : ` (${words[language].retry})`}`;
    }
    case 'flow-added':
      return words[language].added(event.flow, event.for);
    case 'flow-skipped':
      return errorWithFix(event.error, language);
    case 'flow-failed':
      return `${event.flow}: ${errorWithFix(event.error, language)}`;
    case 'warning':
      return `${event.key === undefined ? '' : `${event.key}: `}${errorWithFix(event.error, language)}`;
    case 'table-changed': {
      const column = event.column === undefined ? '' : `.${event.column}`;
      const type = event.columnType === undefined ? '' : ` ${event.columnType}`;
      return `${words[language][event.change]}: ${event.entity}${column}${type}`;
    }
    case 'write-waiting': {
      const { flow, entity, ms, by } = event;
      const held = words[language].held(entity, Math.round(ms / 1000), by?.[language]);
      return flow === undefined ? held : `${flow}: ${held}`;
    }
    default:
      return undefined;
  }
}

/** The fact and the one thing to do about it. */
export function errorWithFix({ code, parameters }: EventError, language: Language): string {
  const { message, fix } = textOf(code, parameters, language);
  return fix === '' ? message : `${message}; ${words[language].fix}: ${fix}`;
}

/** What holds a run up, for milliseconds: the portal's limit, a system that does not answer. */
export interface Wait {
  readonly for: string;
  readonly ms: number;
  /** Why, when it is tried again after a failure. */
  readonly error?: EventError;
}

export function waitText({ for: what, ms, error }: Wait, language: Language): string {
  const text = words[language].waits(what, Math.ceil(ms / 1000));
  return error ? `${text}: ${textOf(error.code, error.parameters, language).message}` : text;
}
