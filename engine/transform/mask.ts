import { normalisePhone } from './phone.ts';

/** How a value is masked; the field says it (`Field.personal`), never the look of the value (G9). */
export type MaskKind = 'phone' | 'name' | 'email' | 'text';

export const maskKinds: readonly MaskKind[] = ['phone', 'name', 'email', 'text'];

export function isMaskKind(value: unknown): value is MaskKind {
  return maskKinds.some((kind) => kind === value);
}

/** `+79991234567` → `+7999***4567`, `Иванов Иван` → `И**** И****`, `ivanov@example.org` → `i****@e****`, other text `****`. */
export function mask(value: string, kind: MaskKind): string {
  switch (kind) {
    case 'phone':
      return maskPhone(value);
    case 'name':
      return value.split(/\s+/).filter(Boolean).map(initial).join(' ');
    case 'email':
      return value.split('@').map(initial).join('@');
    case 'text':
      return value === '' ? '' : '****';
  }
}

/** A wrong number keeps nothing but its length: it may be a passport in the wrong field. */
function maskPhone(value: string): string {
  const number = normalisePhone(value);
  if (number) return `${number.slice(0, -7)}***${number.slice(-4)}`;
  return value.replace(/[\p{L}\p{N}]/gu, '*');
}

/** First letter and a fixed number of stars, so that the length tells nothing. */
function initial(word: string): string {
  const [first = ''] = word;
  return first === '' ? '' : `${first}****`;
}
