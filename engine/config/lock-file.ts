import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { ChildList, EntityDescription, Field, FieldOption, SourceBlock } from '../connector.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { lockErrors } from './errors.ts';
import { isLock } from './lock-schema.ts';

/** What the systems of a pipeline are like, committed beside it: fields, types, stages; no data, host or secret. */
export interface Lock {
  readonly version: 1;
  readonly connections: Readonly<Record<string, LockedConnection>>;
}

export interface LockedConnection {
  readonly connector: string;
  /** By the name that targets and references give them. */
  readonly entities: Readonly<Record<string, LockedEntity>>;
  /** By flow. */
  readonly sources: Readonly<Record<string, LockedSource>>;
}

export interface LockedEntity {
  readonly id: string;
  readonly openFields?: true;
  readonly fields: readonly Field[];
  readonly lists: readonly ChildList[];
}

export interface LockedSource {
  /** What was read when the columns were asked for: of another block they say nothing. */
  readonly of: Readonly<Record<string, string | number | boolean>>;
  readonly fields: readonly Field[];
  /** What `filter` and `select` may name, where that is more. */
  readonly askable?: readonly Field[];
}

/** `pipelines/deals.yaml` → `pipelines/deals.lock.json`. */
export function lockFileOf(pipelineFile: string): string {
  return pipelineFile.replace(/(\.ya?ml)?$/i, '.lock.json');
}

/** The lock file beside a pipeline, if there is one, and what is wrong with it. */
export function readLock(pipeline: string): { readonly lock?: Lock; readonly findings: readonly Diagnostic[] } {
  const file = lockFileOf(pipeline);
  if (!existsSync(file)) return { findings: [] };
  const lock = parsed(readFileSync(file, 'utf8'));
  if (isLock(lock)) return { lock, findings: [] };
  return { findings: [lockErrors.unreadable.finding({ pipeline }, { file, line: 1, column: 1 })] };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The same bytes for the same systems, however their answers were ordered. */
export function lockText(lock: Lock): string {
  return `${JSON.stringify(stable(lock), undefined, 2)}\n`;
}

/** Keys and lists in an order of their own. */
function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable).sort((a, b) => compare(nameOf(a), nameOf(b)));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const named = entries.map(([key, item]): [string, unknown] => [key, stable(item)]);
  return Object.fromEntries(isKeyedByName(value) ? named.sort(([a], [b]) => compare(a, b)) : named.sort(byRank));
}

/** What a reader looks for first comes first. */
const ranks = ['version', 'connector', 'name', 'id', 'of', 'type', 'title', 'text', 'within', 'field', 'value'];
const last = ['entities', 'sources', 'connections', 'options', 'fields', 'askable', 'lists'];

function byRank([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return rankOf(a) - rankOf(b) || compare(a, b);
}

function rankOf(key: string): number {
  const first = ranks.indexOf(key);
  return first >= 0 ? first : ranks.length + 1 + last.indexOf(key);
}

/** `connections`, `entities`, `sources`, `of`: names of people, and not of ours. */
function isKeyedByName(value: object): boolean {
  return !['version', 'connector', 'name', 'id', 'field', 'fields'].some((key) => key in value);
}

function nameOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { name, id, text, within } = value as Partial<Field & FieldOption>;
  return JSON.stringify([within?.value ?? '', name ?? id ?? '', text ?? '']);
}

/** Digits by their number: `UF_CRM_9` before `UF_CRM_10`; the same on every machine. */
function compare(a: string, b: string): number {
  collator ??= new Intl.Collator('en', { numeric: true, sensitivity: 'variant' });
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** To make one takes ten milliseconds, and few commands write a lock file. */
let collator: Intl.Collator | undefined;

export function lockedEntity({ id, openFields, fields, lists }: EntityDescription): LockedEntity {
  return { id, ...(openFields && { openFields }), fields, lists };
}

/** The single values of a source block: which rows of them are read (`filter`) makes no other columns. */
export function sourceIdentity(block: SourceBlock): LockedSource['of'] {
  return Object.fromEntries(
    Object.entries(block).flatMap(([key, value]): readonly (readonly [string, string | number | boolean])[] => {
      if (typeof value === 'number' || typeof value === 'boolean') return [[key, value]];
      if (typeof value !== 'string') return [];
      return [[key, key === 'query' ? hashOf(value) : value]];
    }),
  );
}

/** A query is long, and may quote what belongs into no other file. */
function hashOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}

export function sameSource(a: LockedSource['of'], b: LockedSource['of']): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
