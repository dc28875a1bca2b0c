import { hash } from 'node:crypto';
import type { Value, Write } from '../../connector.ts';
import { stableJson } from '../../plan/value.ts';
import type { Link } from '../../state/ports.ts';

/** What the row holds of ours from now on: where it differs later, somebody edited it (DL-15). */
export function writtenFields(write: Write): Pick<Link, 'fields'> {
  if (write.operation === 'delete') return {};
  const values = write.operation === 'rows' ? { [write.list]: write.rows } : write.values;
  return { fields: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fieldHash(value)])) };
}

/** Short: it tells edits apart, and guards nothing. */
function fieldHash(value: Value | null): string {
  return hash('sha256', value === null ? 'null' : stableJson(value), 'base64url').slice(0, 16);
}
