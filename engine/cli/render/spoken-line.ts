import { textOf } from '../../diagnostics.ts';
import type { RunEvent } from '../../events/events.ts';
import type { Language } from '../../messages/template.ts';

const words = {
  en: { fix: 'fix', retry: 'will be tried again', rows: 'rows' },
  ru: { fix: 'исправление', retry: 'будет повторено', rows: 'строки' },
} as const satisfies Record<Language, object>;

/**
 * What is worth a line of its own: the word a guard or rung gave (rule 47), a queued record, a warning. Keys and ids
 * only, never a value of the record.
 */
export function spokenLine(event: RunEvent, language: Language): string | undefined {
  const say = words[language];
  switch (event.type) {
    case 'record-named': {
      const rows = event.rows.length > 0 ? ` (${event.target ?? say.rows} ${event.rows.join(', ')})` : '';
      return `${event.name}: ${event.key}${rows}`;
    }
    case 'record-queued': {
      const { message } = textOf(event.error.code, event.error.parameters, language);
      return `QUEUE: ${event.key}: ${message}${event.retryAt === undefined ? '' : ` (${say.retry})`}`;
    }
    case 'warning': {
      const { message, fix } = textOf(event.error.code, event.error.parameters, language);
      return `WARNING: ${event.key === undefined ? '' : `${event.key}: `}${message}; ${say.fix}: ${fix}`;
    }
    default:
      return undefined;
  }
}
