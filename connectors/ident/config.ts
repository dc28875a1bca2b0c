import { Type } from '../../engine/index.ts';
import { connectionSettings } from '../_mssql/config.ts';
import { streamColumns } from './columns.ts';

export const defaultDatabase = 'PZ';

export const settings = Type.Object({
  ...connectionSettings,
  database: Type.Optional(Type.String({ minLength: 1, default: defaultDatabase, description: 'Data base of IDENT' })),
});

export const sourceSettings = Type.Object({
  stream: Type.Optional(
    Type.Enum(Object.keys(streamColumns), {
      type: 'string',
      description: 'What to read; each stream has a section in the README',
    }),
  ),
  query: Type.Optional(
    Type.Union([Type.String(), Type.Object({ file: Type.String() })], {
      description: 'T-SQL of your own in place of a stream, with @since, @until and the params it names',
    }),
  ),
});
