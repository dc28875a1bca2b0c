import { createHash } from 'node:crypto';
import type { Pipeline } from '../config/pipeline.ts';

/** Of what decides the content of records and changes: mapping and params. No place, comment, schedule or secret. */
export function mappingHash({ name, flows, values }: Pipeline): string {
  const mapping = flows.map(({ retry: _retry, queue: _queue, after: _after, ...flow }) => flow);
  return digest({ name, mapping, values });
}

/**
 * The params that sources and maps use: another value means other rows under the same cursor (language.md §4.12). A
 * source uses those its block names with `@`; `*` in `used` stands for all.
 */
export function paramsUsed({ flows, values }: Pipeline, used: ReadonlySet<string>): readonly string[] {
  const blocks = JSON.stringify(flows.map(({ source }) => source.block));
  const asked = new Set([...blocks.matchAll(/@([\p{L}_][\p{L}\p{N}_]*)/gu)].map((match) => match[1]));
  return Object.keys(values).filter((name) => used.has('*') || used.has(name) || asked.has(name));
}

export function paramsHash({ values }: Pipeline, names: readonly string[]): string {
  return digest(names.map((name) => [name, values[name]]));
}

function digest(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical(value)))
    .digest('hex');
}

/** Maps as lists, keys in order, places left out, expressions as their text. */
function canonical(value: unknown): unknown {
  if (value instanceof Map) return [...value].map(canonical);
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => !isPlace(item));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, canonical(item)]));
}

function isPlace(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'file' in value && 'line' in value && 'column' in value;
}
