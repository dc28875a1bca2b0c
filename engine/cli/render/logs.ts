import { lineText } from '../../log/read.ts';
import type { Language } from '../../messages/template.ts';
import type { ShownDay } from '../logs.ts';

/** Lines as the log has them, then what the day came to (rule 51). */
export function dayText({ day, lines, delivered, errors }: ShownDay, language: Language): string {
  const numbers =
    language === 'ru'
      ? `${day}: «Успешно синхронизировано» — ${delivered}, ERROR — ${errors}`
      : `${day}: "Delivered" ${delivered}, ERROR ${errors}`;
  return [...lines.map(lineText), ...(lines.length > 0 ? [''] : []), numbers].join('\n');
}
