import type { Value } from '../connector.ts';
import { isMap } from './schema-branch.ts';

export type ParamType = 'integer' | 'number' | 'string' | 'boolean' | 'list';

/** A literal of the file, or a text of flag or environment, as a value of the type; undefined: it is not one. */
export function paramValue(raw: unknown, type: ParamType): Value | undefined {
  switch (type) {
    case 'integer': {
      const number = numberOf(raw);
      return Number.isSafeInteger(number) ? number : undefined;
    }
    case 'number':
      return numberOf(raw);
    case 'boolean':
      return booleanOf(raw);
    case 'string':
      return typeof raw === 'string' ? raw : undefined;
    case 'list':
      return listOf(raw);
    default:
      return type satisfies never;
  }
}

/** A value of the type where the real one is not known, so that expressions can be checked. */
export function sampleOf(type: ParamType): Value {
  const samples = { integer: 0, number: 0, string: '', boolean: false, list: [] } as const;
  return samples[type];
}

export function exampleOf(type: ParamType): string {
  const examples = { integer: '2', number: '0.5', string: 'text', boolean: 'true', list: 'a,b,c' } as const;
  return examples[type];
}

function numberOf(raw: unknown): number | undefined {
  if (typeof raw === 'number') return raw;
  return typeof raw === 'string' && /^-?\d+(\.\d+)?$/.test(raw) ? Number(raw) : undefined;
}

function booleanOf(raw: unknown): boolean | undefined {
  if (typeof raw === 'boolean') return raw;
  return raw === 'true' || raw === '1' ? true : raw === 'false' || raw === '0' ? false : undefined;
}

function listOf(raw: unknown): Value | undefined {
  if (Array.isArray(raw)) return raw.every(isValue) ? raw : undefined;
  if (typeof raw !== 'string') return undefined;
  return raw
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** JSON without null: there is one "nothing", the absent key. */
export function isValue(raw: unknown): raw is Value {
  if (Array.isArray(raw)) return raw.every(isValue);
  if (isMap(raw)) return Object.values(raw).every(isValue);
  return typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean';
}
