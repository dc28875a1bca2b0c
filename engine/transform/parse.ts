import jsonata from 'jsonata';
import type { Node } from './ast.ts';
import { transformErrors } from './errors.ts';
import type { Diagnostic, Place } from '../diagnostics.ts';
import { setFlagsFromString } from 'node:v8';

/**
 * V8 goes over to its linear-time engine when a regular expression backtracks too much, so no pattern of a mapping
 * can hold a run up (JSONata's own time limit cannot interrupt a match).
 * https://v8.dev/blog/non-backtracking-regexp
 */
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');

/** Bounds on one evaluation, far above what a mapping needs: a time in ms, a depth of calls, a length of lists. */
export const guardrails = { timeout: 10_000, stack: 10_000, sequence: 1_000_000 } as const;

export interface Parsed {
  readonly root: Node;
  /** What evaluates it where `native.ts` cannot. */
  engine(): jsonata.Expression;
}

/** Why a text is no expression: a finding without its place, and which part of the text is meant. */
export interface SyntaxProblem {
  readonly offset: number;
  readonly length: number;
  finding(where: Place): Diagnostic;
}

/** Parses a text, or says in our own words why it is no expression. */
export function parse(text: string): Parsed | SyntaxProblem {
  if (text.trim() === '') return problem(0, 1, (where) => transformErrors.empty.finding({}, where));
  if (isPathOfNames(text)) return { root: pathOfNames(text), engine: () => jsonata(text, guardrails) };
  try {
    const engine = jsonata(text, guardrails);
    const root: Node = engine.ast();
    return isTooDeep(root, text) ? tooDeep(text) : { root, engine: () => engine };
  } catch (thrown) {
    return thrown instanceof RangeError ? tooDeep(text) : explain(text, asSyntaxError(thrown));
  }
}

/** Whoever walks through a tree calls himself for each part within another: from some 1,500 on the stack is at its end. */
const deepest = 1_000;

function isTooDeep(root: Node, text: string): boolean {
  if (text.length <= deepest) return false;
  let level: readonly object[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepest) return true;
    level = level.flatMap(partsOf);
  }
  return false;
}

function partsOf(node: object): readonly object[] {
  return Object.values(node).filter((part: unknown): part is object => typeof part === 'object' && part !== null);
}

function tooDeep(text: string): SyntaxProblem {
  return problem(0, text.length, (where) => transformErrors.expression_too_deep.finding({}, where));
}

/** `uniqueId`, `patient.phone`: half of what mappings say, and JSONata sets up its whole grammar for each text. */
function isPathOfNames(text: string): boolean {
  const names = /^[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*$/u;
  return names.test(text) && !/(?:^|\.)(?:true|false|null)(?:\.|$)/.test(text);
}

/** The tree that JSONata makes of it (test/transform/parse.test.ts). */
function pathOfNames(text: string): Node {
  let position = -1;
  const steps = text.split('.').map((value): Node => {
    position += 1 + value.length;
    return { type: 'name', value, position };
  });
  return { type: 'path', steps };
}

export function isParsed(result: Parsed | SyntaxProblem): result is Parsed {
  return 'root' in result;
}

interface SyntaxErrorFacts {
  readonly code: string;
  readonly position: number;
  readonly token: string;
  readonly expected: string;
  readonly reason: string;
}

function asSyntaxError(thrown: unknown): SyntaxErrorFacts {
  const fields: Readonly<Record<string, unknown>> = typeof thrown === 'object' && thrown !== null ? { ...thrown } : {};
  return {
    code: typeof fields['code'] === 'string' ? fields['code'] : '',
    position: typeof fields['position'] === 'number' ? fields['position'] : 0,
    token: fields['token'] === undefined || fields['token'] === null ? '' : String(fields['token']),
    expected: expectation(fields['value']),
    reason: thrown instanceof Error ? thrown.message : '',
  };
}

const nothingInParticular = '…';

/** What the parser waited for; `(end)` and `undefined` are its words for "one more operand". */
function expectation(value: unknown): string {
  return typeof value === 'string' && value !== '' && value !== '(end)' ? value : nothingInParticular;
}

/** What people from other languages write, and how it is written here. */
const foreign: Readonly<Record<string, string>> = {
  '!==': '!=',
  '===': '=',
  '==': '=',
  '<>': '!=',
  '&&': 'and',
  '||': 'or',
  '!': '$not(…)',
};

function explain(text: string, error: SyntaxErrorFacts): SyntaxProblem {
  const inToken = explainToken(text, error);
  if (inToken) return inToken;
  const typographic = typographicQuote(text);
  if (typographic) return typographic;
  const mistaken = foreignOperator(text, error.position);
  if (mistaken) return mistaken;
  const { token, expected } = error;
  const offset = tokenStart(text, error);
  const at = (make: (where: Place) => Diagnostic) => problem(offset, Math.max(1, token.length), make);
  switch (error.code) {
    case 'S0202':
      return at((where) => transformErrors.expected.finding({ token, expected }, where));
    case 'S0203':
    case 'S0207':
      return endsEarly(text, expected);
    case 'S0212':
      // Of several statements the name is what lacks its `$`.
      return text.includes(';') ? variableExpected(text, error, offset) : assigned(text);
    case 'S0208':
    case 'S0214':
      return variableExpected(text, error, offset);
    case 'S0201':
    case 'S0204':
    case 'S0205':
    case 'S0206':
    case 'S0211':
    case 'S0213':
      if (token === '' || token === '(end)') return endsEarly(text, nothingInParticular);
      return at((where) => transformErrors.unexpected.finding({ token }, where));
    default:
      return at((where) => transformErrors.not_possible.finding({ rule: error.code }, where));
  }
}

/** Texts, comments, numbers and regular expressions, whose own signs are no operators. */
function explainToken(text: string, { code, position, token, reason }: SyntaxErrorFacts): SyntaxProblem | undefined {
  switch (code) {
    case 'S0101':
    case 'S0105':
      return unclosedText(text);
    case 'S0102':
      return problem(position, token.length, (where) => transformErrors.wrong_number.finding({ token }, where));
    case 'S0103':
    case 'S0104': {
      const escape = { token: token || 'u' };
      return problem(position - 1, 2, (where) => transformErrors.wrong_escape.finding(escape, where));
    }
    case 'S0106':
      return problem(position, 2, (where) => transformErrors.unclosed_comment.finding({}, where));
    case 'S0301':
    case 'S0302':
      return problem(regexStart(text), 1, (where) => transformErrors.unclosed_regex.finding({}, where));
    case '':
      return wrongRegex(text, reason);
    default:
      return undefined;
  }
}

/** “ and its like, outside texts: as a text processor makes them of what somebody types. */
function typographicQuote(text: string): SyntaxProblem | undefined {
  const offset = blankTexts(text).search(/[“”„«»‘’‚]/);
  const character = text.slice(offset, offset + 1);
  return offset === -1
    ? undefined
    : problem(offset, 1, (where) => transformErrors.typographic_quote.finding({ character }, where));
}

/** Of the same length, so that offsets stay. */
function blankTexts(text: string): string {
  return text.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/gs, (quoted) => '"'.repeat(quoted.length));
}

/** JSONata says where it gave up: the `/` that nothing closes is the last one that no value stands before. */
function regexStart(text: string): number {
  const starts = [...blankTexts(text).matchAll(/(?:^|[^\s\p{L}\p{N}_)\]"`\\])\s*(\/)/dgu)];
  return starts.at(-1)?.indices?.[1]?.[0] ?? 0;
}

/** `Invalid regular expression: /a**\/g: Nothing to repeat`, as V8 says it. */
function wrongRegex(text: string, said: string): SyntaxProblem {
  const [, pattern = '', reason = said] = /: (\/.*\/)[a-z]*: (.*)$/s.exec(said) ?? [];
  const offset = Math.max(0, text.indexOf(pattern));
  const length = pattern.length || text.length;
  return problem(offset, length, (where) => transformErrors.wrong_regex.finding({ reason }, where));
}

/** `:=` gives a variable its value; on anything else `=` was meant. */
function assigned(text: string): SyntaxProblem {
  const offset = Math.max(0, text.search(/(?<!\$[\p{L}\p{N}_]*\s*):=/u));
  return problem(offset, 2, (where) => transformErrors.assignment.finding({}, where));
}

/** Of `list@name` the name is what lacks its `$`. */
function variableExpected(text: string, { token }: SyntaxErrorFacts, offset: number): SyntaxProblem {
  const [sign = '', name] = /^[@#]\s*([\p{L}_][\p{L}\p{N}_]*)/u.exec(text.slice(offset)) ?? [];
  const start = name === undefined ? offset : offset + sign.length - name.length;
  const found = name ?? token;
  return problem(start, Math.max(1, found.length), (where) =>
    transformErrors.variable_expected.finding({ token: found }, where),
  );
}

function problem(offset: number, length: number, finding: (where: Place) => Diagnostic): SyntaxProblem {
  return { offset, length, finding };
}

/** JSONata counts to the end of a token. */
function tokenStart(text: string, { position, token }: SyntaxErrorFacts): number {
  const start = token === '' ? position - 1 : text.lastIndexOf(token, position - token.length);
  return Math.min(Math.max(0, start), Math.max(0, text.length - 1));
}

function foreignOperator(text: string, position: number): SyntaxProblem | undefined {
  for (const [token, instead] of Object.entries(foreign)) {
    const offset = text.lastIndexOf(token, position);
    const near = offset >= 0 && position - offset <= token.length + 1;
    if (!near || (token === '!' && text[offset + 1] === '=')) continue;
    return problem(offset, token.length, (where) => transformErrors.other_operator.finding({ token, instead }, where));
  }
  return undefined;
}

function endsEarly(text: string, expected: string): SyntaxProblem {
  if (expected === nothingInParticular)
    return problem(text.trimEnd().length, 1, (where) => transformErrors.operand_missing.finding({}, where));
  return problem(text.trimEnd().length, 1, (where) => transformErrors.ends_early.finding({ expected }, where));
}

/** JSONata reports the end of the text; the quote that nothing closes is what people look for. */
function unclosedText(text: string): SyntaxProblem {
  let open = 0;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const sign = text[i] ?? '';
    if (quote === '' && (sign === '"' || sign === "'" || sign === '`')) {
      open = i;
      quote = sign;
    } else if (quote !== '`' && quote !== '' && sign === '\\') i++;
    else if (sign === quote) quote = '';
  }
  return problem(open, 1, (where) => transformErrors.unclosed_text.finding({ quote: quote || '"' }, where));
}
