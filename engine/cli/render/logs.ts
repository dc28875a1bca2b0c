import { lineText } from '../../log/read.ts';
import type { Language } from '../../messages/template.ts';
import type { ShownDay } from '../logs.ts';

/** Lines as the log has them, then what the day came to (rule 51): runs and lines, where their own words name records. */
export function dayText({ day, lines, delivered, errors }: ShownDay, language: Language): string {
  const numbers =
    language === 'ru'
      ? `${day}: запусков с «Успешно синхронизировано» — ${delivered}, строк с ERROR — ${errors}`
      : `${day}: runs with "Delivered" ${delivered}, lines with ERROR ${errors}`;
  return [...lines.map(lineText), ...(lines.length > 0 ? [''] : []), numbers].join('\n');
}
