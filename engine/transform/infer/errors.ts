import { defineErrors } from '../../errors.ts';

/**
 * What the types of values say is wrong (language.md §4.15). `operand`, `left` and `right` quote the file; types are
 * words of the language; no text carries a value of a record.
 */
export const typeErrors = defineErrors('types', {
  // ---- within an expression
  no_such_field: {
    kind: 'input',
    en: '"{owner}" has no field "{name}"',
    ru: 'в «{owner}» нет поля «{name}»',
    fix: { en: 'write {known}', ru: 'напишите {known}' },
  },
  not_a_number: {
    kind: 'input',
    en: '{operand} is {kind}, and {operator} needs numbers',
    ru: '{operand} — это {kind}, а для {operator} нужны числа',
    fix: {
      en: 'turn it into a number with $number(…), or join texts with &',
      ru: 'переведите в число функцией $number(…), а тексты соединяйте знаком &',
    },
  },
  not_comparable: {
    kind: 'input',
    en: '{left} is {leftKind} and {right} is {rightKind}: {operator} cannot compare them',
    ru: '{left} — это {leftKind}, а {right} — {rightKind}: {operator} их не сравнивает',
    fix: {
      en: 'turn both sides into one type with $number(…) or $string(…)',
      ru: 'приведите обе части к одному типу: $number(…) или $string(…)',
    },
  },
  wrong_argument: {
    kind: 'input',
    en: '{operand} is {kind}, and ${name} takes {takes} there',
    ru: '{operand} — это {kind}, а ${name} принимает здесь: {takes}',
    fix: {
      en: 'convert it first, e.g. with $string(…), $number(…) or $join(…)',
      ru: 'сначала преобразуйте: $string(…), $number(…) или $join(…)',
    },
  },
  never_equal: {
    kind: 'input',
    en: '{left} is {leftKind} and {right} is {rightKind}: they are never equal',
    ru: '{left} — это {leftKind}, а {right} — {rightKind}: они никогда не равны',
    fix: {
      en: 'turn both sides into one type with $number(…) or $string(…)',
      ru: 'приведите обе части к одному типу: $number(…) или $string(…)',
    },
  },
  list_with_equals: {
    kind: 'input',
    en: '{left} is {leftKind} and {right} is {rightKind}: they are never equal',
    ru: '{left} — это {leftKind}, а {right} — {rightKind}: они никогда не равны',
    fix: {
      en: 'to ask whether the value is among the list write: {form}',
      ru: 'чтобы спросить, есть ли значение в списке, напишите: {form}',
    },
  },
  never_this: {
    kind: 'input',
    en: '{operand} is never "{value}"',
    ru: '{operand} никогда не бывает «{value}»',
    fix: { en: 'write {known}', ru: 'напишите {known}' },
  },
  not_boolean: {
    kind: 'input',
    en: '{operand} is {kind}, and a condition must be true or false',
    ru: '{operand} — это {kind}, а условие должно быть истиной или ложью',
    fix: { en: 'compare it with something, or ask $exists(…)', ru: 'сравните с чем-нибудь или спросите $exists(…)' },
  },
  slow_regex: {
    kind: 'input',
    en: 'this regular expression may take for ever on a text that almost matches',
    ru: 'это регулярное выражение может работать бесконечно на тексте, который почти подходит',
    fix: {
      en: 'repeat what begins differently each time: (\\w+,)* instead of (\\w+,?)*, \\w* instead of (\\w|\\d)*',
      ru: 'повторяйте то, что каждый раз начинается однозначно: (\\w+,)* вместо (\\w+,?)*, \\w* вместо (\\w|\\d)*',
    },
  },

  // ---- in the filter of a source
  filter_value: {
    kind: 'input',
    en: '"{field}" holds {wanted}, and "{value}" is none',
    ru: '«{field}» — это {wanted}, и «{value}» не подходит',
    fix: { en: 'write a value such as {example}', ru: 'напишите значение вида {example}' },
  },
  filter_option: {
    kind: 'input',
    en: '"{field}" has no option "{value}"',
    ru: 'в «{field}» нет варианта «{value}»',
    fix: { en: 'write {known}', ru: 'напишите {known}' },
  },

  unknown_funnel: {
    kind: 'input',
    en: '{entity}.{field} has options where {within} is {known}, and it is "{value}"',
    ru: 'варианты {entity}.{field} есть, когда {within} равно {known}, а здесь «{value}»',
    fix: { en: 'set {within} to one of {known}', ru: 'задайте в {within} одно из: {known}' },
  },

  // ---- into a field of the target
  wrong_type: {
    kind: 'input',
    en: '{entity}.{field} takes {wanted}, and this is {kind}',
    ru: 'в {entity}.{field} нужно значение вида {wanted}, а это {kind}',
    fix: { en: 'convert it: {convert}', ru: 'преобразуйте его: {convert}' },
  },
  maybe_no_number: {
    kind: 'input',
    en: '{entity}.{field} takes a number, and this is a text',
    ru: 'в {entity}.{field} нужно число, а это текст',
    fix: { en: 'write $number(…) round it', ru: 'возьмите его в $number(…)' },
  },
  naive_time: {
    kind: 'input',
    en: '{entity}.{field} takes an instant, and this is a local time without a zone',
    ru: 'в {entity}.{field} нужен момент времени, а это местное время без часового пояса',
    fix: {
      en: 'write $localTime(…, "Europe/Moscow") with the zone of its clock',
      ru: 'напишите $localTime(…, "Europe/Moscow") с поясом этих часов',
    },
  },
  list_into_single: {
    kind: 'input',
    en: '{entity}.{field} holds one value, and this is a list or may be one',
    ru: 'в {entity}.{field} одно значение, а это список или может им быть',
    fix: {
      en: 'take one with [0], or join them: $join(…, ", ")',
      ru: 'возьмите одно: [0] или соедините: $join(…, ", ")',
    },
  },
  unknown_kind: {
    kind: 'input',
    en: '{entity}.{field} has no entries of type "{type}"',
    ru: 'в {entity}.{field} не бывает записей типа «{type}»',
    fix: { en: 'write {known}', ru: 'напишите {known}' },
  },
  unknown_option: {
    kind: 'input',
    en: '"{value}" is no option of {entity}.{field}',
    ru: '«{value}» — не вариант поля {entity}.{field}',
    fix: { en: 'write {known}, or `pipe discover --lock`', ru: 'напишите {known} или `pipe discover --lock`' },
  },
  other_funnel: {
    kind: 'input',
    en: '"{value}" is no option of {entity}.{field} where {within} is "{wanted}": it belongs to "{owner}"',
    ru: '«{value}» — не вариант поля {entity}.{field}, когда {within} равно «{wanted}»: он относится к «{owner}»',
    fix: { en: 'write {known}, or `pipe discover --lock`', ru: 'напишите {known} или `pipe discover --lock`' },
  },
  not_provisioned: {
    kind: 'input',
    en: '{entity} has no field "{field}" yet',
    ru: 'у {entity} ещё нет поля «{field}»',
    fix: { en: 'write {known}, then `pipe discover --lock`', ru: 'напишите {known}, затем `pipe discover --lock`' },
  },
  read_only: {
    kind: 'input',
    en: '{entity}.{field} can only be read',
    ru: '{entity}.{field} доступно только для чтения',
    fix: { en: 'remove it from fields', ru: 'уберите его из fields' },
  },
  required_missing: {
    kind: 'input',
    en: 'a new {entity} needs {field}, and nothing is written to it',
    ru: 'новой строке {entity} нужно поле {field}, а в него ничего не пишется',
    fix: {
      en: 'add {field} to fields, or write missing: skip',
      ru: 'добавьте {field} в fields или напишите missing: skip',
    },
  },
  required_nothing: {
    kind: 'input',
    en: 'a new {entity} needs {field}, and this may be nothing',
    ru: 'новой строке {entity} нужно поле {field}, а значения здесь может не быть',
    fix: {
      en: 'put its record field under require, or give another value: $exists(x) ? x : …',
      ru: 'добавьте поле записи в require или укажите замену: $exists(x) ? x : …',
    },
  },
  not_rows: {
    kind: 'input',
    en: '{entity}.{field} takes rows, and this is {kind}',
    ru: 'в {entity}.{field} нужны строки, а это {kind}',
    fix: { en: 'build an object for each row: items.{ … }', ru: 'постройте для каждой строки объект: items.{ … }' },
  },
});
