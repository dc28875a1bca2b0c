import type { Connector, Row, Sink, SourceDescription } from '../../connector.ts';
import { toPipeError } from '../../errors.ts';
import { propertiesOf } from '../../config/schema-branch.ts';
import { maskedRow } from '../masked-row.ts';
import type { OpenConnection } from '../../run/context.ts';
import type { Prepared } from '../prepare.ts';
import { withConnections } from '../with-connections.ts';
import { documentedColumns } from './tables.ts';
import type { DocumentedTable } from './tables.ts';

/** The tables that targets write, as their data bases have them, with the first row of each. */
export async function readTables(
  prepared: Prepared,
  names: readonly string[],
  reveal: boolean,
  signal: AbortSignal,
): Promise<readonly DocumentedTable[]> {
  const { pipeline } = prepared.compiled;
  return withConnections({ ...prepared, pipeline }, names, async (open) => {
    const documented = new Map<string, DocumentedTable>();
    for (const { connection: name, entity, block, fields } of pipeline.flows.flatMap(({ targets }) => targets)) {
      const at = open.get(name);
      const sink = at?.connection.sink?.(block);
      const key = `${name} ${entity}`;
      if (!at || !sink?.tables || !fields || documented.has(key)) continue;
      const columns = await described(sink, entity, signal);
      const sample = columns ? maskedIf(!reveal, await firstRow(at, entity, signal)) : {};
      const all = columns && documentedColumns(pipeline, name, entity, columns, sample);
      documented.set(key, { connection: name, entity, ...(all && { columns: all }) });
    }
    return [...documented.values()];
  });
}

/** Connections of targets whose connector reads and writes tables. */
export function tableConnections(
  connectors: ReadonlyMap<string, Connector>,
  connections: Prepared['compiled']['pipeline']['connections'],
): readonly string[] {
  return [...connections.values()]
    .filter(({ connector }) => {
      const { source, sink } = connectors.get(connector) ?? {};
      return source && sink && 'table' in propertiesOf(source.settings) && 'table' in propertiesOf(sink.settings);
    })
    .map(({ name }) => name);
}

/** undefined: there is no such table yet. */
async function described(
  sink: Sink,
  entity: string,
  signal: AbortSignal,
): Promise<SourceDescription['fields'] | undefined> {
  try {
    return (await sink.describe(entity, signal)).fields;
  } catch (thrown) {
    const error = toPipeError(thrown);
    if (error.kind === 'input') return undefined;
    throw error;
  }
}

/** By the order the connector reads in: the same as long as the table is. */
async function firstRow({ connection }: OpenConnection, entity: string, signal: AbortSignal): Promise<Row> {
  const source = connection.source?.({ table: entity });
  if (!source) return {};
  for await (const { rows } of source.read({ mode: 'full', batch: 1, limit: 1, params: {}, signal })) {
    const [first] = rows;
    if (first) return first;
  }
  return {};
}

function maskedIf(isMasked: boolean, row: Row): Row {
  return isMasked ? maskedRow(row, []) : row;
}
