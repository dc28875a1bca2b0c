import type { Name } from './syntax.ts';
import { TokenCursor } from './token-cursor.ts';
import { SqlError } from '../errors.ts';

/** `dbo.Receptions` or `[dbo].[Receptions]` inside a text; an empty name for what is none. */
export function splitObjectName(text: string): Name {
  try {
    const cursor = new TokenCursor(text);
    const name = cursor.qualifiedName();
    return cursor.atEnd ? name : [];
  } catch (error) {
    if (error instanceof SqlError) return [];
    throw error;
  }
}
