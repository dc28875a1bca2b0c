import { SqlError, syntaxNear } from '../errors.ts';

export type TokenKind = 'word' | 'quoted' | 'variable' | 'number' | 'text' | 'national' | 'binary' | 'symbol' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** Names without their quotes, texts without theirs, words and symbols as written. */
  readonly text: string;
  /** Upper case of a word or symbol, for comparing with keywords; empty for all other kinds. */
  readonly upper: string;
  readonly line: number;
}

const WORD_START = /[\p{L}_#]/u;
const WORD_PART = /[\p{L}\p{Nd}_@#$]/u;
const DIGIT = /[0-9]/;
const SPACE = /\s/;
const TWO_CHARACTERS = new Set(['<=', '>=', '<>', '!=', '!<', '!>', '+=', '-=', '*=', '/=', '::']);
const ONE_CHARACTER = new Set('()[],;.+-*/%=<>&|^~:'.split(''));

/**
 * T-SQL in tokens: `[name]` and `"name"` are names (QUOTED_IDENTIFIER is ON), `'…'` and `N'…'` are texts,
 * `--` and nested block comments are dropped. Throws errors 102, 105 and 113 as SQL Server does.
 * https://learn.microsoft.com/sql/relational-databases/databases/database-identifiers
 */
export function tokenise(sql: string): readonly Token[] {
  const scanner = new Scanner(sql);
  const tokens: Token[] = [];
  for (let token = scanner.next(); ; token = scanner.next()) {
    tokens.push(token);
    if (token.kind === 'end') return tokens;
  }
}

class Scanner {
  readonly #sql: string;
  #at = 0;
  #line = 1;

  constructor(sql: string) {
    this.#sql = sql;
  }

  next(): Token {
    this.#skipBlanks();
    const char = this.#peek();
    if (char === '') return this.#token('end', '');
    if ((char === 'N' || char === 'n') && this.#peek(1) === "'") {
      this.#at++;
      return this.#token('national', this.#delimited("'"));
    }
    if (char === "'") return this.#token('text', this.#delimited("'"));
    if (char === '[') return this.#token('quoted', this.#delimited(']'));
    if (char === '"') return this.#token('quoted', this.#delimited('"'));
    if (char === '@') return this.#token('variable', this.#variable());
    if (char === '0' && /[xX]/.test(this.#peek(1))) return this.#token('binary', this.#match(/0[xX][0-9a-fA-F]*/y));
    if (DIGIT.test(char) || (char === '.' && DIGIT.test(this.#peek(1)))) return this.#number();
    if (WORD_START.test(char)) return this.#token('word', this.#while(WORD_PART));
    return this.#symbol();
  }

  #peek(ahead = 0): string {
    return this.#sql.charAt(this.#at + ahead);
  }

  #token(kind: TokenKind, text: string): Token {
    const upper = kind === 'word' || kind === 'symbol' ? text.toUpperCase() : '';
    return { kind, text, upper, line: this.#line };
  }

  #skipBlanks(): void {
    for (;;) {
      const char = this.#peek();
      if (char !== '' && SPACE.test(char)) this.#step();
      else if (char === '-' && this.#peek(1) === '-') this.#while(/[^\n]/);
      else if (char === '/' && this.#peek(1) === '*') this.#skipComment();
      else return;
    }
  }

  #step(): void {
    if (this.#peek() === '\n') this.#line++;
    this.#at++;
  }

  #skipComment(): void {
    let depth = 0;
    do {
      if (this.#peek() === '') {
        throw new SqlError(113, "Missing end comment mark '*/'.", { severity: 15, line: this.#line });
      }
      const pair = this.#peek() + this.#peek(1);
      if (pair === '/*') depth++;
      if (pair === '*/') depth--;
      if (pair === '/*' || pair === '*/') this.#at++;
      this.#step();
    } while (depth > 0);
  }

  #while(part: RegExp): string {
    const start = this.#at;
    while (this.#peek() !== '' && part.test(this.#peek())) this.#step();
    return this.#sql.slice(start, this.#at);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#sql)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  /** A doubled closing mark stands for itself. */
  #delimited(close: string): string {
    const line = this.#line;
    this.#at++;
    let text = '';
    for (;;) {
      const char = this.#peek();
      if (char === '') {
        throw new SqlError(105, `Unclosed quotation mark after the character string '${text}'.`, {
          severity: 15,
          line,
        });
      }
      this.#step();
      if (char !== close) text += char;
      else if (this.#peek() === close) {
        text += close;
        this.#step();
      } else return text;
    }
  }

  #variable(): string {
    this.#at++;
    const system = this.#peek() === '@';
    if (system) this.#at++;
    const name = this.#while(WORD_PART);
    if (name === '') throw syntaxNear('@', this.#line);
    return `${system ? '@@' : '@'}${name}`;
  }

  #number(): Token {
    const text = this.#match(/(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/y);
    return this.#token('number', text);
  }

  #symbol(): Token {
    const two = this.#peek() + this.#peek(1);
    if (TWO_CHARACTERS.has(two)) {
      this.#at += 2;
      return this.#token('symbol', two);
    }
    const char = this.#peek();
    if (!ONE_CHARACTER.has(char)) throw syntaxNear(char, this.#line);
    this.#at++;
    return this.#token('symbol', char);
  }
}
