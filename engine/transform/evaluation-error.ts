import type { ExpressionText } from '../config/pipeline.ts';
import type { PipeError } from '../errors.ts';
import { transformErrors } from './errors.ts';
import { Refusal } from './functions.ts';
import { NotData, typeName } from './values.ts';

/** What JSONata throws is an object, not an Error; these are the keys it may have. */
interface Thrown {
  readonly code: string;
  /** Code units before the end of the token. */
  readonly position: number;
  readonly token: string;
  readonly index: number;
  readonly value: unknown;
  readonly value2: unknown;
  readonly message: string;
}

/**
 * A failed evaluation as an error of ours: where it was, what was wrong by type, never the value itself, which may be
 * somebody's name (JSONata's own messages quote it).
 */
export function evaluationError(thrown: unknown, source: ExpressionText, at: string): PipeError {
  const facts = read(thrown);
  const offset = tokenStart(source.text, facts);
  const where = source.place(offset, Math.max(1, facts.token.length));
  const options = { where, cause: facts.code };
  if (thrown instanceof Refusal) return thrown.at(at, { where });
  if (thrown instanceof NotData) return transformErrors.result_not_data.error({ at, kind: thrown.type }, { where });
  const operation = facts.token === '' ? 'JSONata' : /^\w+$/.test(facts.token) ? `$${facts.token}` : `"${facts.token}"`;
  const type = typeName(facts.value);
  switch (facts.code) {
    case 'T2001':
    case 'T2002':
    case 'T2003':
    case 'T2004':
    case 'D1002':
    case 'D3030':
      return transformErrors.not_a_number.error({ at, operation, kind: type }, options);
    case 'T2007':
    case 'T2008':
    case 'T2009':
    case 'T2010':
      return transformErrors.not_comparable.error(
        { at, operation, leftKind: type, rightKind: typeName(facts.value2) },
        options,
      );
    case 'T0410':
    case 'T0411':
    case 'T0412':
      return transformErrors.wrong_argument.error({ at, operation, index: facts.index, kind: type }, options);
    case 'D1011':
      return transformErrors.too_much.error({ at, limit: 'stack' }, options);
    case 'D1012':
      return transformErrors.too_much.error({ at, limit: '10 s' }, options);
    case 'D2014':
    case 'D2015':
      return transformErrors.too_much.error({ at, limit: '1 000 000' }, options);
    case 'D3137':
      return transformErrors.refused.error({ at, reason: facts.message }, options);
    default:
      return transformErrors.calculation.error({ at, operation, rule: facts.code || facts.message }, options);
  }
}

function read(thrown: unknown): Thrown {
  const given: Readonly<Record<string, unknown>> = typeof thrown === 'object' && thrown !== null ? { ...thrown } : {};
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const count = (value: unknown) => (typeof value === 'number' ? value : 0);
  return {
    code: text(given['code']),
    position: count(given['position']),
    token: text(given['token']),
    index: count(given['index']),
    value: given['value'],
    value2: given['value2'],
    message: thrown instanceof Error ? thrown.name : text(given['message']),
  };
}

function tokenStart(text: string, { position, token }: Thrown): number {
  const start = token === '' ? position - 1 : text.lastIndexOf(token, position - token.length);
  const withDollar = text[start - 1] === '$' ? start - 1 : start;
  return Math.min(Math.max(0, withDollar), Math.max(0, text.length - 1));
}
