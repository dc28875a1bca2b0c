import type { Field } from '../../engine/index.ts';
import type { DdlWords, NewColumn } from '../_sql/dialect.ts';
import type { Column, TableName } from '../_sql/table.ts';
import { isOurs } from './catalogue.ts';
import { kindOf } from './column-kind.ts';
import { quotedName, quotedText } from './literal.ts';

/** Three of them in a key are 3060 of the 3072 bytes InnoDB indexes. */
const nameType = 'VARCHAR(255)';

/** Compared byte by byte: keys that differ in case, or by a space at the end where the collation does not pad, are two. */
function keyTypeIn(collation: string): string {
  return `${nameType} CHARACTER SET utf8mb4 COLLATE ${collation}`;
}

/** The one that every server has; to it `a` and `a ` are one. */
export const paddingCollation = 'utf8mb4_bin';

const integerType = 'BIGINT';

/** 45 digits before the point and 20 behind: a double would change decimals that come as text. */
const numberType = 'DECIMAL(65,20)';

const momentType = 'DATETIME(6)';

/** Of a new column: what holds every value of the field, or refuses it aloud. */
export function typeOf({ type, multiple }: Field, inKey: boolean, keyCollation = paddingCollation): string {
  const keyType = keyTypeIn(keyCollation);
  if (multiple === true) return inKey ? keyType : 'JSON';
  switch (type) {
    case 'integer':
      return integerType;
    case 'number':
      return numberType;
    case 'boolean':
      return 'TINYINT(1)';
    case 'date':
      return 'DATE';
    case 'datetime':
      return momentType;
    case 'id':
    case 'enum':
      return inKey ? keyType : nameType;
    case 'text':
      return inKey ? keyType : 'LONGTEXT';
    case 'phones':
    case 'emails':
    case 'json':
      return inKey ? keyType : 'JSON';
    default:
      return type satisfies never;
  }
}

type Widened = 'fits' | { readonly type: string } | undefined;

/** Text takes whatever is written to it. A text with a length of its own, or within an index, is its author's choice. */
export function widened(column: Column, field: Field): Widened {
  const type = column.type.toLowerCase();
  const kind = kindOf(type);
  const wanted = kindOf(typeOf(field, false));
  if (wanted === 'text') return kind === 'text' ? widerText(type, field, isOurs(column) && column.indexed) : undefined;
  if (kind === 'text') return 'fits';
  switch (wanted) {
    case 'json':
      return kind === 'json' ? 'fits' : undefined;
    case 'integer':
      return widerInteger(type);
    case 'decimal':
      if (kind === 'integer') return { type: numberType };
      return kind === 'decimal' || kind === 'double' ? 'fits' : undefined;
    case 'boolean':
      return ['boolean', 'bits', 'integer', 'decimal'].includes(kind) ? 'fits' : undefined;
    case 'date':
      return ['date', 'datetime', 'timestamp'].includes(kind) ? 'fits' : undefined;
    case 'datetime':
      return widerMoment(type);
    default:
      return undefined;
  }
}

function widerText(type: string, { type: wanted }: Field, indexed: boolean): Widened {
  if (wanted !== 'text' || indexed || /^(longtext|enum|set)/.test(type)) return 'fits';
  return /^(varchar\(255\)|tinytext|text|mediumtext)/.test(type) ? { type: 'LONGTEXT' } : 'fits';
}

function widerInteger(type: string): Widened {
  const kind = kindOf(type);
  if (kind === 'decimal' || kind === 'double' || /^bigint|^year/.test(type)) return 'fits';
  return kind === 'integer' || kind === 'boolean' ? { type: integerType } : undefined;
}

/** Fractions of a second would be rounded away. */
function widerMoment(type: string): Widened {
  if (/^timestamp|^datetime\([3-6]\)/.test(type)) return 'fits';
  return /^datetime|^date/.test(type) ? { type: momentType } : undefined;
}

/** The titles stand in the statements themselves; those of columns that are there stay as they are. */
export const ddl: DdlWords = {
  createTable(name, columns, key) {
    const lines = [...columns.map(definition), `PRIMARY KEY (${key.map((column) => quotedName(column)).join(', ')})`];
    return `CREATE TABLE ${table(name)} (\n  ${lines.join(',\n  ')}\n) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4`;
  },
  addColumn: (name, column) => `ALTER TABLE ${table(name)} ADD COLUMN ${definition(column)}`,
  widenColumn(name, column, type) {
    const given = isOurs(column) ? column : undefined;
    const parts = [
      quotedName(column.name),
      type,
      ...(given?.charset !== undefined && given.collation !== undefined && type === 'LONGTEXT'
        ? [`CHARACTER SET ${given.charset} COLLATE ${given.collation}`]
        : []),
      column.nullable ? 'NULL' : 'NOT NULL',
      ...(given?.defaultSql !== undefined && type !== 'LONGTEXT' ? [`DEFAULT ${given.defaultSql}`] : []),
      ...(given?.numbered === true ? ['AUTO_INCREMENT'] : []),
      ...titled(column.comment),
    ];
    return `ALTER TABLE ${table(name)} MODIFY COLUMN ${parts.join(' ')}`;
  },
};

function definition({ name, type, notNull, title }: NewColumn): string {
  return [quotedName(name), type, notNull ? 'NOT NULL' : 'NULL', ...titled(title)].join(' ');
}

/** https://dev.mysql.com/doc/refman/8.0/en/create-table.html: at most 1024 characters. */
function titled(title: string | undefined): readonly string[] {
  return title === undefined ? [] : [`COMMENT ${quotedText([...title].slice(0, 1024).join(''))}`];
}

function table({ schema, name }: TableName): string {
  return schema === undefined ? quotedName(name) : quotedName(schema, name);
}
