import { Type } from '../../engine/index.ts';
import type { Static } from 'typebox';
import type { SourceBlock, TargetBlock } from '../../engine/index.ts';

const encoding = Type.Enum(['utf-8', 'cp1251'], {
  description: 'Encoding of the text, default utf-8; a mark (BOM) at the beginning of UTF-8 is recognised',
});
const separator = Type.Enum([',', ';', 'tab'], {
  description: 'What stands between the cells of CSV; default a comma, in *.tsv a tab',
});
const format = Type.Enum(['csv', 'jsonl'], {
  description: 'Default by the name: .csv .tsv .txt are CSV, .jsonl .ndjson JSON lines',
});
const file = Type.String({
  minLength: 1,
  description: 'Path of the file, from the folder of the connection',
});

/** A connection is a folder whose files look alike. */
export const settings = Type.Object({
  folder: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'Where the files are, from the folder of the pipeline; default that folder',
    }),
  ),
  format: Type.Optional(format),
  encoding: Type.Optional(encoding),
  separator: Type.Optional(separator),
  bom: Type.Optional(
    Type.Boolean({ description: 'New files begin with the UTF-8 mark that Excel looks for; default no' }),
  ),
  key: Type.Optional(
    Type.String({ minLength: 1, description: 'Column that names a row of a file that is written to; default id' }),
  ),
});

/** A source block: the file and what is different about it. */
export const sourceSettings = Type.Object({
  file,
  format: Type.Optional(format),
  encoding: Type.Optional(encoding),
  separator: Type.Optional(separator),
  key: Type.Optional(
    Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      columns: true,
      description: 'Columns that name a row; with them single rows can be read again',
    }),
  ),
});

/** A target block: how the file looks is the connection's matter. */
export const sinkSettings = Type.Object({ file });

export type Settings = Static<typeof settings>;
export type Encoding = Static<typeof encoding>;
export type Separator = Static<typeof separator>;
export type Format = Static<typeof format>;

/** The engine has checked the block against `sourceSettings`. */
export function sourceBlock(block: SourceBlock): Static<typeof sourceSettings> {
  return block as Static<typeof sourceSettings>;
}

/** The engine has checked the block against `sinkSettings`. */
export function targetBlock(block: TargetBlock): Static<typeof sinkSettings> {
  return block as Static<typeof sinkSettings>;
}
