import type { FoundRow } from '../../engine/index.ts';
import type { Client } from './client.ts';
import { withOf } from './listing.ts';
import { readByPasses } from './passes.ts';
import type { Schema } from './schema.ts';
import { readRow } from './values.ts';
import { walkById } from './walk.ts';

/** Every row of an entity; those that come and go meanwhile move no other out of sight. */
export async function* scan(
  client: Client,
  schema: Schema,
  fields: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<readonly FoundRow[]> {
  const { kind } = schema;
  const names = [...new Set(fields.map((name) => schema.field(name).name))];
  const query = withOf(new Set(names.flatMap((name) => schema.field(name).with ?? [])));
  const pages = kind.ordered
    ? rowsOf(walkById(client, kind, query, undefined, signal))
    : readByPasses(client, kind, query, signal);
  for await (const page of pages) yield page.flatMap((given) => readRow(schema, given, names) ?? []);
}

async function* rowsOf<Rows>(steps: AsyncIterable<{ readonly rows: Rows }>): AsyncGenerator<Rows> {
  for await (const { rows } of steps) yield rows;
}
