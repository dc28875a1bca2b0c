import type { Host, ReadRequest, Row, Source, SourceBlock } from '../../../engine/index.ts';
import { idOf, type VendorObject } from '../answer.ts';
import type { Client, Query } from '../client.ts';
import { filterIgnored, idRequests, withOf } from '../listing.ts';
import { readByPasses } from '../passes.ts';
import type { Schema, Schemas } from '../schema.ts';
import { walkByChange, walkById, type Position } from '../walk.ts';
import { batches, type PlacedRow } from './batches.ts';
import { columnsOf, type Columns } from './columns.ts';
import { readSetting } from './config.ts';
import { sourceFilter, type SourceFilter } from './filter.ts';
import { planRead, type ReadPlan } from './window.ts';

export interface SourceReader {
  readonly client: Client;
  readonly schemas: Schemas;
  readonly host: Host;
}

interface Opened {
  readonly client: Client;
  readonly schema: Schema;
  readonly columns: Columns;
  readonly filter: SourceFilter;
  readonly withs: ReadonlySet<string>;
}

/** Rows of one entity of an account. */
export function createSource({ client, schemas, host }: SourceReader, block: SourceBlock): Source {
  const { entity, filter, select } = readSetting(block);
  async function open(signal: AbortSignal): Promise<Opened> {
    signal.throwIfAborted();
    const schema = await schemas.of(entity, signal);
    const columns = columnsOf(schema, select);
    const filtering = sourceFilter(client, schema, filter);
    const withs = new Set([...columns.fields, ...filtering.fields].flatMap((field) => field.with ?? []));
    return { client, schema, columns, filter: filtering, withs };
  }
  return {
    async describe(signal) {
      const { columns, schema } = await open(signal);
      return { fields: columns.described, askable: schema.description.fields, key: ['id'] };
    },
    async *read(request) {
      const opened = await open(request.signal);
      const plan = await planRead(request, opened.schema, client, host);
      yield* batches(request, plan, pagesOf(opened, plan, request));
    },
    async fetch(keys, signal) {
      return fetchRows(await open(signal), keys, signal);
    },
  };
}

async function* pagesOf(opened: Opened, plan: ReadPlan, { signal }: ReadRequest): AsyncGenerator<readonly PlacedRow[]> {
  const { client, schema, filter, withs } = opened;
  const { kind } = schema;
  const query = [...filter.query, ...withOf(withs)];
  if (!kind.ordered) {
    for await (const rows of readByPasses(client, kind, query, signal)) yield placed(opened, plan, rows);
  } else if (!schema.filters && plan.from !== undefined && plan.after === undefined) {
    for await (const rows of walkByChange(client, kind, query, plan.from, signal)) yield placed(opened, plan, rows);
  } else {
    const bounds = schema.filters ? boundsOf(plan) : [];
    for await (const { rows, position } of walkById(client, kind, [...query, ...bounds], plan.after, signal)) {
      const before = position.rows - rows.length;
      const at = (index: number, id: number): Position => ({ last: id, rows: before + index + 1 });
      yield placed(opened, plan, rows, { isBounded: bounds.length > 0, at });
    }
  }
}

/** Both ends included (reference 5). */
function boundsOf({ from, until }: ReadPlan): Query {
  return [
    ...(from === undefined ? [] : [['filter[updated_at][from]', String(from)] as const]),
    ...(until === undefined ? [] : [['filter[updated_at][to]', String(until - 1)] as const]),
  ];
}

interface Walked {
  /** The account was asked for the rows of the window alone. */
  readonly isBounded: boolean;
  at(index: number, id: number): Position;
}

/** The rows that are wanted. Throws for one that the account should have kept back (DL-3). */
function placed(
  { client, schema, columns, filter }: Opened,
  { from = -Infinity, until = Infinity }: ReadPlan,
  rows: readonly VendorObject[],
  walked?: Walked,
): readonly PlacedRow[] {
  return rows.flatMap((given, index) => {
    const at = Number(given['updated_at']);
    const isWithin = at >= from && at < until;
    if (walked?.isBounded && !isWithin) throw filterIgnored(client, schema, 'updated_at');
    if (!isWithin || !filter.takes(given)) return [];
    return [{ row: columns.rowOf(given), at, ...(walked && { position: walked.at(index, idOf(given) ?? 0) }) }];
  });
}

async function fetchRows(
  { client, schema, columns, filter, withs }: Opened,
  keys: readonly Row[],
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const ids = keys.flatMap(({ id }) => (id === undefined ? [] : [String(id)]));
  const rows: Row[] = [];
  for (const request of idRequests(client, schema, ids, withs))
    rows.push(...(await request.read(signal)).filter((given) => filter.isWanted(given)).map(columns.rowOf));
  return rows;
}
