import { Type } from '../../engine/index.ts';
import { connectionSettings } from '../_mssql/config.ts';

export const settings = Type.Object({
  ...connectionSettings,
  database: Type.String({ minLength: 1, description: 'Data base to read' }),
});

const wanted = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

export const sourceSettings = Type.Object({
  table: Type.Optional(Type.String({ minLength: 1, description: 'Table or view, `dbo.Orders`' })),
  query: Type.Optional(
    Type.Union([Type.String(), Type.Object({ file: Type.String() })], {
      description: 'T-SQL with @since, @until and the params it names',
    }),
  ),
  filter: Type.Optional(
    Type.Record(Type.String(), Type.Union([wanted, Type.Array(wanted)]), {
      columns: true,
      description: 'Only rows of `table` whose columns hold this value, or one of these',
    }),
  ),
});
