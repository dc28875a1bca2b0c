import { nearest } from '../../config/nearest.ts';
import type { Field } from '../../connector.ts';

/** What people call the same thing, folded; the first of a row is what we call it. */
const synonyms = [
  ['surname', 'lastname', 'familyname', 'фамилия'],
  ['name', 'firstname', 'givenname', 'имя'],
  ['patronymic', 'secondname', 'middlename', 'отчество'],
  ['title', 'name', 'fullname', 'название', 'наименование', 'фио'],
  ['phone', 'mobile', 'mobilephone', 'phonenumber', 'tel', 'телефон'],
  ['email', 'emailaddress', 'mail', 'почта', 'электроннаяпочта'],
  ['birthday', 'birthdate', 'dateofbirth', 'датарождения'],
  ['comment', 'comments', 'note', 'notes', 'комментарий', 'примечание'],
  ['amount', 'sum', 'total', 'price', 'opportunity', 'budget', 'сумма', 'бюджет', 'цена'],
  ['stage', 'status', 'state', 'стадия', 'статус', 'этап'],
  ['cardnumber', 'card', 'номеркарты'],
  ['city', 'город'],
  ['address', 'адрес'],
  ['source', 'источник'],
  ['currency', 'валюта'],
] as const;

/** Letters and digits alone, in small letters: `Номер карты` and `номер_карты` are one. */
export function folded(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** What a field goes by: its name, with options also without `_ID`, and its title. */
export function callsOf({ name, title, options }: Field): readonly string[] {
  const bare = options ? [name.replace(/_id$/i, '')] : [];
  return [...new Set([name, ...bare, ...(title === undefined ? [] : [title])].map(folded))].filter(Boolean);
}

/** 2: they are called alike; 1: by words that mean the same; 0: neither. */
export function likeness(a: Field, b: Field): 0 | 1 | 2 {
  const [ours, theirs] = [callsOf(a), callsOf(b)];
  if (ours.some((one) => theirs.includes(one))) return 2;
  const isOf = (calls: readonly string[], row: readonly string[]): boolean => calls.some((one) => row.includes(one));
  return synonyms.some((row) => isOf(ours, row) && isOf(theirs, row)) ? 1 : 0;
}

/** Whether it says how far a thing has come. */
export function isProgress(field: Field): boolean {
  return likeness(field, { name: 'stage', type: 'text' }) > 0;
}

/** The title that was meant: misspelt, else those that share a word with it. */
export function nearestTitles(title: string, titles: readonly string[]): readonly string[] {
  const closest = nearest(title, titles);
  if (closest !== undefined) return [closest];
  const words = stems(title);
  return titles.filter((one) => stems(one).some((stem) => words.includes(stem)));
}

/** Words as far as endings leave them alone; small words say nothing. */
function stems(title: string): readonly string[] {
  return title
    .split(/[^\p{L}\p{N}]+/u)
    .map(folded)
    .filter((word) => word.length >= 4)
    .map((word) => word.slice(0, 5));
}
