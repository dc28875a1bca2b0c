import { formatMoment, parseMoment, type Zone } from './dates.ts';
import type { Column } from './filter.ts';
import type { ListElement, ListProperty, PropertyValue } from './lists.ts';
import { phpArray } from './php.ts';
import type { Scalar } from './values.ts';

/** How a portal writes dates in lists: by its locale, unlike anywhere else (reference §6.1, §11.5.14). */
export type ListDates = 'american' | 'russian';

/** How values of a property come; by the vendor's page keyed by their ids, in the field as lists and scalars too (T17). */
export type ListValues = 'keyed' | 'list' | 'plain';

/** What the values of lists look like on this portal. */
export interface ListShape {
  readonly zone: Zone;
  readonly dates: ListDates;
  readonly values: ListValues;
}

/** `12/31/2024 11:59:59 pm`, or `31.12.2024 23:59:59`. */
export function localMoment(ms: number, { zone, dates }: ListShape): string {
  const iso = formatMoment(ms, zone);
  const time = iso.slice(11, 19);
  if (dates === 'russian') return `${localDay(iso, dates)} ${time}`;
  const hour = Number(time.slice(0, 2));
  const twelve = String(hour % 12 || 12).padStart(2, '0');
  return `${localDay(iso, dates)} ${twelve}${time.slice(2)} ${hour < 12 ? 'am' : 'pm'}`;
}

function localDay(iso: string, dates: ListDates): string {
  const [year, month, day] = iso.slice(0, 10).split('-');
  return dates === 'russian' ? `${day}.${month}.${year}` : `${month}/${day}/${year}`;
}

/** A value as kept, from the wire; undefined when its type does not take it. Dates are kept in ISO 8601. */
export function readPropertyValue(property: ListProperty, raw: unknown, zone: Zone): string | undefined {
  if (typeof raw !== 'string' && typeof raw !== 'number') return undefined;
  const text = String(raw);
  switch (property.type) {
    case 'L':
      return property.options.some(({ id }) => String(id) === text) ? text : undefined;
    case 'N':
      return Number.isFinite(Number(text)) ? text : undefined;
    case 'E':
    case 'S:employee':
      return /^\d+$/.test(text) ? text : undefined;
    case 'S:Date':
    case 'S:DateTime': {
      const ms = parseMoment(text, zone);
      return ms === undefined ? undefined : formatMoment(ms, zone);
    }
    default:
      return text;
  }
}

/** The values of one property as an element shows them. */
export function propertyShape(property: ListProperty, held: readonly PropertyValue[], shape: ListShape): unknown {
  const shown = held.map(({ id, value }) => [String(id), shownValue(property, value, shape)] as const);
  if (shape.values === 'keyed') return phpArray(shown);
  if (shape.values === 'list' || property.multiple) return shown.map(([, value]) => value);
  return shown[0]?.[1] ?? null;
}

function shownValue({ type }: ListProperty, value: string, shape: ListShape): string {
  if (type === 'S:Date') return localDay(value, shape.dates);
  if (type === 'S:DateTime') return localMoment(Date.parse(value), shape);
  return value;
}

/** A property as something to filter by; sorting by several values or by money is not supported (lists-element-get.md). */
export function propertyColumn(property: ListProperty, zone: Zone): Column<ListElement> {
  const isNumber = property.type === 'N';
  const read = (text: string): Scalar => (isNumber ? Number(text) : text);
  return {
    name: `PROPERTY_${property.id}`,
    comparison: 'any',
    read: ({ values }) => (values.get(property.id) ?? []).map(({ value }) => read(value)),
    parse(raw) {
      if (raw === '' || raw === null) return null;
      const value = readPropertyValue(property, raw, zone);
      return value === undefined ? undefined : read(value);
    },
  };
}
