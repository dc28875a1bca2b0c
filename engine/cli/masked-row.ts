import type { Field, Row, Value } from '../connector.ts';
import { mask } from '../transform/mask.ts';
import type { MaskKind } from '../transform/mask.ts';

/**
 * Columns people give to persons, where the connector does not say: masked by the name of the field, never by what
 * digits look like (G9, T14).
 */
const personalNames: readonly (readonly [RegExp, MaskKind])[] = [
  [/phone|mobile|телефон|^tel$/i, 'phone'],
  [/e-?mail|почта/i, 'email'],
  [/surname|patronymic|name|фамилия|имя|отчество|фио|parent/i, 'name'],
  [/comment|комментарий|address|адрес|passport|паспорт|inn|инн|snils|снилс|birth/i, 'text'],
];

/** A source row as it may be shown: personal fields masked, everything else as it is. */
export function maskedRow(row: Row, fields: readonly Field[]): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, maskedValue(name, value, fields)]));
}

function maskedValue(name: string, value: Value, fields: readonly Field[]): Value {
  const field = fields.find((candidate) => candidate.name === name);
  if (Array.isArray(value)) return (value as readonly Value[]).map((item) => maskedValue(name, item, fields));
  if (typeof value === 'object') return maskedRow(value as Row, field?.fields ?? []);
  const kind = field?.personal ?? (field ? undefined : kindByName(name));
  return kind === undefined ? value : mask(String(value), kind);
}

function kindByName(name: string): MaskKind | undefined {
  return personalNames.find(([pattern]) => pattern.test(name))?.[1];
}
