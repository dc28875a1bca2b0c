import { stringify } from 'yaml';
import type { Field, FieldType, Value } from '../../connector.ts';
import type { Frame } from './pipeline-text.ts';
import type { Entry, Mapping } from './mapping.ts';

/** A first case of its test: an invented row, and what becomes of it. */
export function caseText(name: string, { flow, target }: Frame, mapping: Mapping): string | undefined {
  if (!mapping.map) return undefined;
  const source = Object.fromEntries(mapping.map.map(({ column, value }) => [column.name, sample(column, value)]));
  const table = mapping.map.find(({ value }) => typeof value !== 'string');
  if (table && typeof table.value !== 'string') source[table.column.name] = table.value.rows[0]?.[0] ?? '';
  const changes = { [target]: mapping.lacking.length > 0 ? 'none' : 'create' };
  const cases = [{ name: 'a new row of the source is made in the target', flow, source, expect: { changes } }];
  return `# \`pipe test ${name}.yaml\`\n${stringify({ cases }, { lineWidth: 0 })}`;
}

const samples: Readonly<Record<FieldType, Value>> = {
  text: 'text',
  integer: 1,
  number: 1.5,
  boolean: true,
  date: '2026-03-01',
  datetime: '2026-03-01T10:00:00+03:00',
  id: '1',
  enum: '1',
  phones: [{ value: '+79000000001' }],
  emails: [{ value: 'nobody@example.org' }],
  json: {},
};

function sample({ type, naive, personal, options, multiple }: Field, value: Entry['value']): Value {
  const made = typeof value === 'string' ? value : '';
  const text = personal === 'phone' || made.startsWith('$phone(') ? '+79000000001' : samples.text;
  const texts = made.startsWith('$date(') ? samples.date : made.startsWith('$number(') ? '1' : text;
  const moment = naive ? '2026-03-01T10:00:00' : samples.datetime;
  const one = type === 'text' ? texts : type === 'datetime' ? moment : (options?.[0]?.id ?? samples[type]);
  return multiple ? [one] : one;
}
