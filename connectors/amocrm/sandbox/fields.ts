import { createBook, type Book } from './book.ts';
import { addressLines, fieldTypes, mailKinds, phoneKinds, type FieldHome, type TypeRule } from './field-types.ts';

export interface EnumOption {
  readonly id: number;
  readonly value: string;
  readonly sort: number;
  readonly code: string | null;
}

/** A custom field as the account keeps it. */
export interface CustomField {
  readonly id: number;
  readonly home: FieldHome;
  /** Of which list, where `home` is `elements`. */
  readonly catalogId: number | null;
  readonly name: string;
  readonly type: string;
  readonly code: string | null;
  readonly sort: number;
  readonly apiOnly: boolean;
  readonly predefined: boolean;
  readonly options: readonly EnumOption[];
  /** Of `monetary`. */
  readonly currency: string | null;
}

/** What a person at the desk, or a test, says of a field. */
export interface FieldDraft {
  readonly home: FieldHome;
  readonly catalogId?: number;
  readonly name: string;
  readonly type: string;
  readonly code?: string;
  readonly options?: readonly string[];
  readonly apiOnly?: boolean;
  readonly predefined?: boolean;
}

export interface FieldBook extends Book<CustomField> {
  create(draft: FieldDraft): CustomField;
  option(value: string, sort: number, code: string | null): EnumOption;
  of(home: FieldHome, catalogId?: number | null): readonly CustomField[];
  ruleOf(field: CustomField): TypeRule;
}

const text: TypeRule = { shape: 'text', homes: [] };

export function createFieldBook(): FieldBook {
  const book = createBook<CustomField>(501);
  let lastOption = 7000;
  const option = (value: string, sort: number, code: string | null): EnumOption => {
    lastOption += 1;
    return { id: lastOption, value, sort, code };
  };
  const of: FieldBook['of'] = (home, catalogId = null) =>
    book.all().filter((field) => field.home === home && field.catalogId === catalogId);
  return {
    ...book,
    option,
    of,
    ruleOf: (field) => fieldTypes.get(field.type) ?? text,
    create({ home, catalogId = null, name, type, code = null, apiOnly = false, predefined = false, ...draft }) {
      const options = kindsOf(type, code) ?? draft.options ?? [];
      const isKind = kindsOf(type, code) !== undefined;
      const field: CustomField = {
        id: book.nextId(),
        home,
        catalogId,
        name,
        type,
        code,
        apiOnly,
        predefined,
        sort: 500 + of(home, catalogId).length,
        options: options.map((value, index) =>
          type === 'smart_address'
            ? {
                id: index + 1,
                value,
                sort: index + 1,
                code: value,
              }
            : option(value, (index + 1) * 10, isKind ? value : null),
        ),
        currency: type === 'monetary' ? 'RUB' : null,
      };
      book.put(field);
      return field;
    },
  };
}

/** Options a field of this type is born with. A multitext that people made has those of a phone: not verified. */
function kindsOf(type: string, code: string | null): readonly string[] | undefined {
  if (type === 'smart_address') return addressLines;
  if (type !== 'multitext') return undefined;
  return code === 'EMAIL' ? mailKinds : phoneKinds;
}
