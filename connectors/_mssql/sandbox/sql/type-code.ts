import { type Length, type SqlType, type, type TypeName } from './sql-types.ts';

/** A type as a short text that generated SQL hands to the functions of sqlite-functions.ts. */
export const typeCode = ({ name, length, precision, scale }: SqlType): string =>
  [name, length, precision, scale].join(':');

const known = new Map<string, SqlType>();

export function typeOfCode(code: string): SqlType {
  const found = known.get(code);
  if (found !== undefined) return found;
  const [name = '', length = '', precision, scale] = code.split(':');
  const decoded = type(name as TypeName, lengthOf(length), Number(precision), Number(scale));
  known.set(code, decoded);
  return decoded;
}

const lengthOf = (text: string): Length => (text === 'max' ? 'max' : Number(text));
