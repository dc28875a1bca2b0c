import { stringify } from 'yaml';
import type { Sample } from '../sample.ts';

/** What `pipe sample --json` prints (schemas/output/sample.schema.json). */
export function sampleData({ pipeline, anonymised, flows }: Sample): object {
  return { pipeline, anonymised, flows: flows.map(({ flow, rows }) => ({ name: flow, rows })) };
}

/** A row a line, with the flow it is of: what `pipe diff --base --rows` reads. */
export function sampleLines({ flows }: Sample): string {
  return flows.flatMap(({ flow, rows }) => rows.map((row) => JSON.stringify({ flow, row }))).join('\n');
}

/** The beginning of a test file; `pipe test --update` writes down what the mapping makes of the rows. */
export function sampleTests({ params, flows }: Sample): string {
  const cases = flows.flatMap(({ flow, rows }) =>
    rows.map((row, index) => ({
      name: `${flow} ${index + 1}`,
      flow,
      source: row,
      expect: { record: {}, whole: 'record' },
    })),
  );
  const given = Object.keys(params).length > 0 && { params };
  return stringify({ ...given, cases }, { lineWidth: 0 }).trimEnd();
}
