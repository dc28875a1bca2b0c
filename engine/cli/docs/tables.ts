import type { Field, Row } from '../../connector.ts';
import type { Flow, Pipeline, Target } from '../../config/pipeline.ts';
import { blocks, code, plain, table } from './markdown.ts';
import { mappingText, valueText } from './values.ts';
import type { Words } from './words.ts';

/** A table of a target data base as it is. */
export interface DocumentedTable {
  readonly connection: string;
  readonly entity: string;
  /** Absent: there is no such table yet. */
  readonly columns?: readonly DocumentedColumn[];
}

export interface DocumentedColumn {
  readonly name: string;
  readonly type: string;
  readonly comment: string;
  /** Of the first row; masked unless it was asked for. */
  readonly sample: string;
  /** `flow.target` and what it writes there; empty: nobody does. */
  readonly fed: readonly string[];
}

export function tablesText(tables: readonly DocumentedTable[], say: Words): string {
  return blocks(
    ...tables.flatMap(({ connection, entity, columns }) => [
      `### ${code(entity)} ${say.from} **${connection}**`,
      columns
        ? table(
            [say.column, say.type, say.comment, say.sample, say.fed],
            columns.map(({ name, type, comment, sample, fed }) => [
              code(name),
              type,
              plain(comment),
              code(sample),
              fed.join('; '),
            ]),
          )
        : say.noTable,
    ]),
  );
}

export function documentedColumns(
  pipeline: Pipeline,
  connection: string,
  entity: string,
  fields: readonly Field[],
  sample: Row,
): readonly DocumentedColumn[] {
  const writers = pipeline.flows.flatMap((flow) =>
    flow.targets
      .filter((target) => target.connection === connection && target.entity === entity && target.fields)
      .map((target) => ({ flow, target })),
  );
  return fields.map(({ name, type, title = '', multiple, fields: inner }) => ({
    name,
    type: `${type}${multiple || (type === 'json' && inner) ? '[]' : ''}`,
    comment: title,
    sample: sampleText(sample[name]),
    fed: writers.flatMap(({ flow, target }) => fedBy(flow, target, name)),
  }));
}

const longestSample = 40;

function sampleText(value: Row[string] | undefined): string {
  if (value === undefined) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const points = [...text];
  return points.length > longestSample ? `${points.slice(0, longestSample).join('')}…` : text;
}

function fedBy(flow: Flow, { name, fields = [], everyField, absent }: Target, column: string): readonly string[] {
  const by = `${code(`${flow.name}.${name}`)}: `;
  const mapping = fields.find(({ field }) => field === column);
  if (mapping) return [`${by}${mappingText(mapping)}`];
  if (typeof absent === 'object' && absent.mark === column) return [`${by}absent`];
  if (!everyField) return [];
  const entry = [...(flow.map?.values() ?? [])].find((each) => everyField.columnOf(each.name) === column);
  if (entry) return [`${by}${valueText(entry.value)}`];
  return flow.map ? [] : [`${by}*`];
}
