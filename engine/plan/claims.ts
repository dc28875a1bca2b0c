import type { Question, Row } from '../connector.ts';
import { askable, canonicals, fieldNamed } from './question.ts';
import type { Fields } from './question.ts';

/**
 * What the plan of one target of a record rests on and what it changes (DL-1). A record that asked for what an earlier one
 * writes waits, so that it sees the first's work.
 */
export interface Claims {
  /** The questions it asked and the rows it chose. */
  readonly restsOn: readonly string[];
  /** Rows it writes, and the questions they answered or will answer from then on. */
  readonly effects: readonly string[];
}

export function meets(claims: Iterable<string>, held: ReadonlySet<string>): boolean {
  if (held.size > 0) for (const claim of claims) if (held.has(claim)) return true;
  return false;
}

export function meetsAny({ restsOn, effects }: Claims, held: ReadonlySet<string>): boolean {
  return meets(restsOn, held) || meets(effects, held);
}

export function allClaims({ restsOn, effects }: Claims): readonly string[] {
  return [...restsOn, ...effects];
}

/** The shape of a question: which fields must have a value, which must be empty. */
export interface Signature {
  readonly filled: readonly string[];
  readonly empty: readonly string[];
}

export function rowClaim(scope: string, key: string): string {
  return `${scope}#${key}`;
}

export function signatureOf(question: Question): Signature {
  const names = Object.keys(question.by).sort();
  return {
    filled: names.filter((name) => !('empty' in (question.by[name] ?? {}))),
    empty: names.filter((name) => 'empty' in (question.by[name] ?? {})),
  };
}

/** One claim for each combination of values a question would take. */
export function questionClaims(scope: string, fields: Fields, question: Question): readonly string[] {
  const signature = signatureOf(question);
  return claimsOf(scope, signature, (name) => {
    const wanted = question.by[name];
    return wanted ? canonicals(fields, name, wanted) : [];
  });
}

/** The claims of all questions of this shape that the row answers; none when it does not fit the shape. */
export function effectClaims(scope: string, fields: Fields, signature: Signature, row: Row): readonly string[] {
  if (signature.empty.some((name) => askable(fieldNamed(fields, name), row).length > 0)) return [];
  return claimsOf(scope, signature, (name) => askable(fieldNamed(fields, name), row));
}

function claimsOf(
  scope: string,
  signature: Signature,
  valuesOf: (name: string) => readonly string[],
): readonly string[] {
  const start = `${scope}?${signature.empty.map((name) => `${name}=\u0000`).join('&')}`;
  let claims: readonly string[] = [start];
  for (const name of signature.filled) {
    const values = valuesOf(name);
    claims = claims.flatMap((claim) => values.map((value) => `${claim}&${name}=${value}`));
  }
  return claims;
}
