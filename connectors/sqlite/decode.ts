import type { Value } from '../../engine/index.ts';
import { kindOf } from './column-kind.ts';

/** What SQLite stored becomes JSON; null becomes the absent value. */
export type Decoder = (raw: unknown) => Value | undefined;

/** `declared`: null where the value is that of an expression. */
export function decoderOf(declared: string | null): Decoder {
  switch (kindOf(declared ?? '')) {
    case 'boolean':
      return (raw) => (raw === 0n || raw === 'false' ? false : raw === 1n || raw === 'true' ? true : stored(raw));
    case 'date':
    case 'datetime':
      // As CURRENT_TIMESTAMP writes it: a space for the T.
      return (raw) => (typeof raw === 'string' ? raw.replace(/^(\d{4}-\d\d-\d\d) (?=\d\d:)/, '$1T') : stored(raw));
    case 'json':
      return (raw) => (typeof raw === 'string' ? parsed(raw) : stored(raw));
    default:
      return stored;
  }
}

function stored(raw: unknown): Value | undefined {
  if (typeof raw === 'string') return raw;
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : String(raw);
  if (typeof raw === 'bigint') return Number.isSafeInteger(Number(raw)) ? Number(raw) : String(raw);
  return Buffer.isBuffer(raw) ? `0x${raw.toString('hex').toUpperCase()}` : undefined;
}

function parsed(text: string): Value | undefined {
  try {
    return withoutNulls(JSON.parse(text));
  } catch {
    return text;
  }
}

/** There is one "nothing": the absent key. */
function withoutNulls(json: unknown): Value | undefined {
  if (Array.isArray(json)) {
    const kept = json.map(withoutNulls);
    return kept.filter((item) => item !== undefined);
  }
  if (typeof json === 'object' && json !== null)
    return Object.fromEntries(
      Object.entries(json).flatMap(([name, value]) => {
        const kept = withoutNulls(value);
        return kept === undefined ? [] : [[name, kept]];
      }),
    );
  return typeof json === 'string' || typeof json === 'number' || typeof json === 'boolean' ? json : undefined;
}
