import { textsOf } from './field-values.ts';
import type { Test } from './filter.ts';
import { textOf } from './rows.ts';
import type { Habits } from './habits.ts';

/** `+7 (900) 000-00-00`: a question about a phone. */
const phoneLike = /^[\d\s()+-]+$/;

/**
 * `query=`: any filled field that holds the text, whatever its case (reference §5, §7). A phone as it is stored is not
 * normalised; whether the question is, nobody knows, so that is a habit of the account (§11.12, §12).
 */
export function searchOf(query: string, { search }: Pick<Habits, 'search'>): Test {
  const wanted = query.toLocaleLowerCase('ru');
  const digits = search === 'digits' && phoneLike.test(query) ? digitsOf(query) : '';
  return (row) => {
    const texts = [textOf(row, 'name'), ...[...row.fields.values()].flat().flatMap((value) => textsOf(value))];
    return texts.some(
      (text) => text.toLocaleLowerCase('ru').includes(wanted) || (digits !== '' && digitsOf(text).includes(digits)),
    );
  };
}

export function digitsOf(text: string): string {
  return text.replaceAll(/\D/g, '');
}
