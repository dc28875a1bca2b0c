/**
 * Times of lists come in the format of the portal's language: `31.12.2024 23:59:59`, `12/31/2024 11:59:59 pm`
 * (https://apidocs.bitrix24.com/api-reference/lists/elements/lists-element-get.html). As ISO without a zone; what may be
 * the third of April as well as the fourth of March stays as it is.
 */
export function localeDate(text: string): string {
  const [, first = '', mark = '', second = '', year = '', hour, minute = '00', seconds = '00', half] =
    pattern.exec(text.trim()) ?? [];
  const order = year === '' ? undefined : orderOf(mark, Number(first), Number(second), half !== undefined);
  if (order === undefined) return text;
  const [day, month] = order === 'day' ? [first, second] : [second, first];
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return hour === undefined
    ? date
    : `${date}T${String(hourOf(Number(hour), half)).padStart(2, '0')}:${minute}:${seconds}`;
}

const pattern = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?: (\d{1,2}):(\d\d)(?::(\d\d))?(?: ?([ap]m))?)?$/i;

function orderOf(mark: string, first: number, second: number, isHalved: boolean): 'day' | 'month' | undefined {
  if (mark !== '/' || first > 12) return 'day';
  return isHalved || second > 12 ? 'month' : undefined;
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  return (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
}
