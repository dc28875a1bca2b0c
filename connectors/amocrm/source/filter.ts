import type { Row } from '../../../engine/index.ts';
import type { VendorObject } from '../answer.ts';
import type { Client, Query } from '../client.ts';
import { satisfies } from '../compare.ts';
import { errors } from '../errors.ts';
import type { AccountField } from '../fields.ts';
import { filterOf, filterQuery } from '../filters.ts';
import { filterIgnored } from '../listing.ts';
import type { Schema } from '../schema.ts';
import { readRow } from '../values.ts';
import type { Scalar } from './config.ts';

export interface SourceFilter {
  /** What the account filters by for us. */
  readonly query: Query;
  /** Fields that are compared here. */
  readonly fields: readonly AccountField[];
  isWanted(given: VendorObject): boolean;
  /** The same of a row that was asked for with `query`; throws for one the account should have kept back (DL-3). */
  takes(given: VendorObject): boolean;
}

/** The filter of a source block: as far as it can the account keeps rows back, the others are here. */
export function sourceFilter(
  client: Client,
  schema: Schema,
  given: Readonly<Record<string, readonly Scalar[]>>,
): SourceFilter {
  const wanted = Object.entries(given).map(([name, values]) => {
    const field = schema.field(name);
    return { field, anyOf: values.map((value) => wantedValue(field, value)), filter: filterOf(schema, field) };
  });
  const names = wanted.map(({ field }) => field.name);
  const valuesOf = (row: VendorObject): Row => readRow(schema, row, names)?.values ?? {};
  const fits = (values: Row, loosely: boolean, some: typeof wanted): boolean =>
    some.every(({ field, anyOf }) => satisfies(field, values[field.name], { anyOf }, loosely));
  return {
    query: wanted.flatMap(({ field, anyOf, filter }) =>
      filter === undefined ? [] : filterQuery(filter, field, anyOf),
    ),
    fields: wanted.map(({ field }) => field),
    isWanted: (row) => fits(valuesOf(row), false, wanted),
    takes(row) {
      const values = valuesOf(row);
      const passedOver = wanted.find((one) => one.filter !== undefined && !fits(values, true, [one]));
      if (passedOver) throw filterIgnored(client, schema, passedOver.field.name);
      return fits(values, false, wanted);
    },
  };
}

function wantedValue({ name, type, options = [] }: AccountField, value: Scalar): string {
  const text = String(value);
  if (type !== 'enum' || options.some(({ id }) => id === text)) return text;
  const [named, another] = options.filter((option) => option.text === text);
  if (named && another === undefined) return named.id;
  const known = options.map((option) => option.text).join(', ');
  throw errors.source_option.error({ value: text, field: name, options: known });
}
