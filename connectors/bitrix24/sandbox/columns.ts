import { parseMoment, type Zone } from './dates.ts';
import { isMultiFieldType, type Field } from './fields.ts';
import type { Column } from './filter.ts';
import { storedOf, type Row } from './row.ts';
import { isUserFlag, kindOf, readScalar, type Scalar } from './values.ts';

/**
 * A field as something to filter and sort by; undefined for files and the like. `substrings` false: LIKE does not work
 * on statuses, contacts and companies, as in the legacy lists. Phones and mails match exactly only (reference §4.2).
 */
export function columnOf(field: Field, zone: Zone, substrings: boolean): Column<Row> | undefined {
  const kind = kindOf(field);
  if (kind === 'opaque') return undefined;
  const exact = field.multiple && field.user === undefined;
  const noLike = !substrings && withoutLike.has(field.type);
  return {
    name: field.name,
    comparison: exact ? 'exact' : noLike ? 'noLike' : 'any',
    read: (row) => storedOf(row, field.name),
    parse: (raw) => parseFilterValue(field, raw, zone),
  };
}

const withoutLike: ReadonlySet<string> = new Set(['crm_status', 'crm_contact', 'crm_company']);

function parseFilterValue(field: Field, raw: unknown, zone: Zone): Scalar | null | undefined {
  if (raw === '' || raw === null) return null;
  if (typeof raw !== 'string' && typeof raw !== 'number') return undefined;
  if (isMultiFieldType(field.name)) return String(raw);
  if (kindOf(field) === 'moment') return parseMoment(String(raw), zone);
  if (isUserFlag(field)) return { '1': 'Y', '0': 'N' }[String(raw)];
  return readScalar(field, raw, zone);
}
