import { type SqlError, syntaxNear, syntaxNearKeyword } from '../errors.ts';
import { RESERVED } from './keywords.ts';
import { type Token, tokenise } from './tokenise.ts';
import type { Name } from './syntax.ts';

const END: Token = { kind: 'end', text: '', upper: '', line: 1 };

/** Where a parser stands in a batch. Keywords and symbols are compared in upper case. */
export class TokenCursor {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(sql: string) {
    this.#tokens = tokenise(sql);
  }

  peek(ahead = 0): Token {
    return this.#tokens[this.#at + ahead] ?? this.#tokens.at(-1) ?? END;
  }

  get line(): number {
    return this.peek().line;
  }

  get atEnd(): boolean {
    return this.peek().kind === 'end';
  }

  take(): Token {
    const token = this.peek();
    this.#at++;
    return token;
  }

  is(...words: readonly string[]): boolean {
    const { upper } = this.peek();
    return upper !== '' && words.includes(upper);
  }

  /** Are the next tokens these words, in this order? */
  isSequence(...words: readonly string[]): boolean {
    return words.every((word, ahead) => this.peek(ahead).upper === word);
  }

  accept(...sequence: readonly string[]): boolean {
    if (!this.isSequence(...sequence)) return false;
    this.#at += sequence.length;
    return true;
  }

  expect(...sequence: readonly string[]): void {
    for (const word of sequence) if (!this.accept(word)) throw this.unexpected();
  }

  /** At the end SQL Server names the last thing it read. */
  unexpected(): SqlError {
    const token = this.atEnd ? this.peek(-1) : this.peek();
    if (token.kind === 'word' && RESERVED.has(token.upper)) return syntaxNearKeyword(token.text, token.line);
    return syntaxNear(token.text, token.line);
  }

  get isName(): boolean {
    const token = this.peek();
    return token.kind === 'quoted' || (token.kind === 'word' && !RESERVED.has(token.upper));
  }

  name(): string {
    if (!this.isName) throw this.unexpected();
    return this.take().text;
  }

  /** `a`, `dbo.a`, `PZ..a`: an omitted part is an empty string. */
  qualifiedName(): Name {
    const parts = [this.name()];
    while (this.accept('.')) parts.push(this.is('.') ? '' : this.name());
    return parts;
  }

  /** `item, item, …` */
  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.accept(',')) items.push(item());
    return items;
  }

  /** `(item, item, …)` */
  parenthesised<T>(item: () => T): T[] {
    this.expect('(');
    const items = this.list(item);
    this.expect(')');
    return items;
  }

  integer(): number {
    const negative = this.accept('-');
    const token = this.peek();
    if (token.kind !== 'number' || !/^\d+$/.test(token.text)) throw this.unexpected();
    this.take();
    return negative ? -Number(token.text) : Number(token.text);
  }
}
