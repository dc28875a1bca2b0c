import { Type } from '../../engine/index.ts';
import type { TargetBlock, Value } from '../../engine/index.ts';

const wanted = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

export const sourceSettings = Type.Object({
  table: Type.Optional(Type.String({ minLength: 1, description: 'Table or view, `deals` or `public.deals`' })),
  query: Type.Optional(
    Type.Union([Type.String(), Type.Object({ file: Type.String() })], {
      description: 'SQL with @since, @until and the params it names',
    }),
  ),
  filter: Type.Optional(
    Type.Record(Type.String(), Type.Union([wanted, Type.Array(wanted)]), {
      columns: true,
      description: 'Only rows of `table` whose columns hold this value, or one of these',
    }),
  ),
});

export const sinkSettings = Type.Object({
  table: Type.String({ minLength: 1, description: 'Table, `deals` or `public.deals`' }),
});

/** The engine has checked the block against `sinkSettings`. */
export function targetTable(block: TargetBlock): string {
  return String(block['table']);
}

export type Filter = Readonly<Record<string, readonly Value[]>>;

export function filterOf(filter: unknown): Filter {
  if (typeof filter !== 'object' || filter === null) return {};
  return Object.fromEntries(
    Object.entries(filter).map(([name, value]) => [name, Array.isArray(value) ? value : [value]]),
  );
}
