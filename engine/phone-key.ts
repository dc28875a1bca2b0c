/** What comes after the number itself: `доб. 5`, `вн. 5`, `ext 5`, `#5`. */
const extension = /#|;|,|доб|вн|ext|[xх]/i;

/**
 * What two spellings of one phone have in common: their digits, a leading Russian 8 as 7, ten digits with the 7 they
 * lack, no extension. Compares what systems hold; it does not judge whether a phone is a right one (`$phone` does).
 */
export function phoneKey(text: string): string {
  const [number = ''] = text.split(extension);
  const digits = number.replaceAll(/\D/g, '');
  if (digits.length === 11 && digits.startsWith('8')) return `7${digits.slice(1)}`;
  if (digits.length === 10) return `7${digits}`;
  return digits === '' ? text.trim() : digits;
}
