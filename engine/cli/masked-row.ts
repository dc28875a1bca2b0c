import type { Field, Row, Value } from '../connector.ts';
import { mask } from '../transform/mask.ts';
import type { MaskKind } from '../transform/mask.ts';

/**
 * Columns people give to persons, where the connector does not say: masked by the name of the field, never by what
 * digits look like (G9, T14).
 */
const personalNames: readonly (readonly [RegExp, MaskKind])[] = [
  [/phone|mobile|телефон|мобильн|^(tel|тел)$/i, 'phone'],
  [/e-?mail|почта/i, 'email'],
  [/name|patronymic|parent|patient|client|doctor|имя|фамилия|отчество|фио|пациент|клиент|родител|врач/i, 'name'],
  [
    /^title$|comment|комментарий|примечан|address|адрес|passport|паспорт|\binn\b|инн|snils|снилс|polic|полис|birth|рожд/i,
    'text',
  ],
];

/** A source row as it may be shown: personal fields masked, everything else as it is. */
export function maskedRow(row: Row, fields: readonly Field[]): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, maskedValue(name, value, fields)]));
}

function maskedValue(name: string, value: Value, fields: readonly Field[]): Value {
  const field = fields.find((candidate) => candidate.name === name);
  if (Array.isArray(value)) return (value as readonly Value[]).map((item) => maskedValue(name, item, fields));
  const kind = field?.personal ?? (field ? undefined : kindByName(name));
  if (typeof value === 'object') return maskedObject(value as Row, field?.fields ?? [], kind);
  return kind === undefined ? value : mask(String(value), kind);
}

/** An entry of a multi-field, `{ id, value, type }`, is as personal as the field. */
function maskedObject(row: Row, fields: readonly Field[], kind: MaskKind | undefined): Row {
  const masked = maskedRow(row, fields);
  const { value } = row;
  return kind === undefined || typeof value !== 'string' ? masked : { ...masked, value: mask(value, kind) };
}

/** How a field nobody described is masked, by its name. */
export function kindByName(name: string): MaskKind | undefined {
  // `clientId` names nobody.
  if (/id$/i.test(name)) return undefined;
  return personalNames.find(([pattern]) => pattern.test(name))?.[1];
}
