import type { Field, Row, Value } from '../connector.ts';
import { mask } from './mask.ts';

/** Who a row is about, out of the fields that say so; a field that is not known as a phone or e-mail is a name. */
export function personOf(
  row: Row,
  names: readonly string[],
  fields: ReadonlyMap<string, Field>,
  inFull: boolean,
): { readonly name?: string; readonly phone?: string; readonly email?: string } | undefined {
  const said: Record<'name' | 'phone' | 'email', string[]> = { name: [], phone: [], email: [] };
  for (const name of names) {
    const personal = fields.get(name)?.personal;
    const kind = personal === 'phone' || personal === 'email' ? personal : 'name';
    const text = firstText(row[name]);
    if (text !== '') said[kind].push(inFull ? text : mask(text, kind));
  }
  const [name, phone, email] = [said.name.join(' '), said.phone.join(' '), said.email.join(' ')];
  if (name + phone + email === '') return undefined;
  return { ...(name !== '' && { name }), ...(phone !== '' && { phone }), ...(email !== '' && { email }) };
}

/** The first entry of a multi-field stands for all of them. */
function firstText(value: Value | undefined): string {
  if (Array.isArray(value)) return firstText((value as readonly Value[])[0]);
  if (typeof value === 'object') return firstText((value as Row)['value']);
  return value === undefined ? '' : String(value);
}
