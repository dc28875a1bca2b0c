import type { Field } from '../../engine/connector.ts';

type Cells = Readonly<Record<string, unknown>>;

/**
 * Rows so that what the clients of three data bases give can be compared to what a case says: numbers as decimals
 * without an exponent, instants in UTC with microseconds, JSON with its keys in order; nothing where there is nothing.
 */
export function canonicalRows(columns: readonly Field[], rows: readonly Cells[]): readonly Cells[] {
  return rows.map((row) =>
    Object.fromEntries(
      columns.flatMap((column) => {
        const cell = row[column.name];
        return cell === null || cell === undefined ? [] : [[column.name, canonical(column, cell)] as const];
      }),
    ),
  );
}

function canonical({ type, multiple }: Field, cell: unknown): unknown {
  if (multiple === true || type === 'json' || type === 'phones' || type === 'emails')
    return ordered(typeof cell === 'string' ? parsed(cell) : cell);
  switch (type) {
    case 'integer':
    case 'number':
      return decimal(String(cell));
    case 'boolean':
      return ['true', 't', '1'].includes(String(cell));
    case 'datetime':
      return instant(String(cell));
    default:
      return String(cell);
  }
}

/** A JSON string of a case stands for itself, one of a client is JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function ordered(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(ordered);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, ordered(value)]),
  );
}

/** `-1.50e3` is `-1500`, `0.10` is `0.1`. */
function decimal(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const digits = `${whole}${fraction}`;
  const point = whole.length + Number(exponent);
  const padded = digits.padStart(digits.length + Math.max(0, -point), '0').padEnd(Math.max(point, 0), '0');
  const at = Math.max(point, 0);
  const left = padded.slice(0, at).replace(/^0+/, '') || '0';
  const right = padded.slice(at).replace(/0+$/, '');
  const value = right === '' ? left : `${left}.${right}`;
  return sign === '-' && value !== '0' ? `-${value}` : value;
}

/** What has no zone is UTC here: the sessions of the clients are. */
function instant(text: string): string {
  const [, day = '', clock = '00:00:00', fraction = '', zone = 'Z'] =
    /^(\d{4,}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d(?::?\d\d)?)?)?$/.exec(text) ?? [];
  const whole = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '').padEnd(2, '0')}`;
  const atMs = Date.parse(`${day}T${clock}${whole}`);
  if (Number.isNaN(atMs)) return text;
  return `${new Date(atMs).toISOString().slice(0, 19)}.${fraction.padEnd(6, '0').slice(0, 6)}Z`;
}
