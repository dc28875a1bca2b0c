import { describe, expect, it } from 'vitest';
import { parametersIn, textParts } from './query-text.ts';

const plain = { backslashEscapes: false };
const escaping = { backslashEscapes: true };

describe('a query', () => {
  it('is cut at its parameters, and nothing of it is lost', () => {
    const query = 'SELECT a FROM t WHERE b >= @since AND c = @branch_1;';
    expect(textParts(plain, query)).toEqual([
      { text: 'SELECT a FROM t WHERE b >= ' },
      { parameter: 'since' },
      { text: ' AND c = ' },
      { parameter: 'branch_1' },
      { text: ';' },
    ]);
  });

  it.each([
    [`SELECT '@a', 'it''s @b', @c`, ['c']],
    ['SELECT "@a", `@b`, @c', ['c']],
    ['SELECT 1 -- @a\n, @c', ['c']],
    ['SELECT /* @a\n @b */ @c', ['c']],
    ['SELECT $$ @a $$, $x$ @b $$ $x$, @c', ['c']],
    ['SELECT a @> b, a <@ b, a @@ b, @c', ['c']],
    ['SELECT @@version, me@host, @c', ['c']],
    [String.raw`SELECT 'C:\', @c`, ['c']],
  ])('%s has the parameters %j', (query, parameters) => {
    expect([...parametersIn(plain, query)]).toEqual(parameters);
  });

  it('may escape quotes by backslashes', () => {
    expect([...parametersIn(escaping, String.raw`SELECT 'it\'s @a', 'b\\', @c`)]).toEqual(['c']);
  });
});
