import { defineErrors } from '../errors.ts';
import { syntaxErrors } from './errors-syntax.ts';

const meaningErrors = defineErrors('transform', {
  key_not_of_record: {
    kind: 'input',
    en: 'absent compares rows by "{field}", which is made of {name}: a record that is skipped or waits has none',
    ru: 'absent сравнивает строки по «{field}», а оно строится из {name}: у пропущенной или ждущей записи его нет',
    fix: {
      en: 'make "{field}" of the record, $source and $params alone',
      ru: 'стройте «{field}» только из записи, $source и $params',
    },
  },
  idle_entry: {
    kind: 'input',
    en: 'this entry runs nothing: "enabled" switches off {flows}',
    ru: 'эта строка расписания ничего не запускает: «enabled» выключает {flows}',
    fix: {
      en: 'take the entry out, or let "enabled" be true: a flow that is off runs only by `pipe run --flow`',
      ru: 'уберите строку или включите «enabled»: выключенный поток запускает только `pipe run --flow`',
    },
  },
  mark_taken: {
    kind: 'input',
    en: '"{mark}" marks rows that are gone, and "{name}" of the record would be written there too',
    ru: 'в «{mark}» помечаются пропавшие строки, и туда же записывалось бы «{name}» из записи',
    fix: {
      en: 'name another field in mark, or write "{name}" elsewhere: fields: { "*": all, other_name: {name} }',
      ru: 'назовите в mark другое поле или пишите «{name}» в другое место: fields: { "*": all, other_name: {name} }',
    },
  },
  // ---- names
  unknown_variable: {
    kind: 'input',
    en: '${name} is not known here',
    ru: '${name} здесь не определено',
    fix: { en: 'write {known}', ru: 'напишите {known}' },
  },
  unknown_param: {
    kind: 'input',
    en: '$params.{name} is not declared under params',
    ru: '$params.{name} не объявлен в params',
    fix: { en: 'write {known}, or declare it under params', ru: 'напишите {known} или объявите его в params' },
  },
  unknown_part: {
    kind: 'input',
    en: '${variable} has no "{name}"',
    ru: 'в ${variable} нет «{name}»',
    fix: { en: 'write {known}', ru: 'напишите {known}' },
  },
  unknown_field: {
    kind: 'input',
    en: '"{name}" is no field of the record',
    ru: '«{name}» — не поле записи',
    fix: { en: 'write {known}, or add it to map', ru: 'напишите {known} или добавьте его в map' },
  },
  literal_word: {
    kind: 'input',
    en: '"{name}" is no field of the record',
    ru: '«{name}» — не поле записи',
    fix: { en: 'for the text itself write {literal}', ru: 'если нужен сам текст, напишите {literal}' },
  },
  unknown_column: {
    kind: 'input',
    en: '"{name}" is no column of the source',
    ru: '«{name}» — не столбец источника',
    fix: { en: 'write {known}', ru: 'напишите {known}' },
  },
  literal_column: {
    kind: 'input',
    en: '"{name}" is no column of the source',
    ru: '«{name}» — не столбец источника',
    fix: { en: 'for the text itself write {literal}', ru: 'если нужен сам текст, напишите {literal}' },
  },
  unknown_target_field: {
    kind: 'input',
    en: '{entity} has no field "{name}"',
    ru: 'у {entity} нет поля «{name}»',
    fix: { en: 'write {known}, or `pipe discover --lock`', ru: 'напишите {known} или `pipe discover --lock`' },
  },
  later_target: {
    kind: 'input',
    en: '${name} is a target that comes later',
    ru: '${name} — цель, которая идёт позже',
    fix: { en: 'move "{name}" above "{target}"', ru: 'поставьте «{name}» выше «{target}»' },
  },
  own_target: {
    kind: 'input',
    en: '${name} is this very target',
    ru: '${name} — эта же цель',
    fix: { en: 'write $found for the row it found', ru: 'найденная ею строка называется $found' },
  },
  found_outside: {
    kind: 'input',
    en: '$found is known only inside a target',
    ru: '$found определено только внутри цели',
    fix: { en: 'move the expression into a target', ru: 'перенесите выражение в цель' },
  },
  found_before_match: {
    kind: 'input',
    en: '$found in "by": a question is asked before anything is found',
    ru: '$found в «by»: вопрос задаётся до того, как что-то найдено',
    fix: { en: 'move the condition into "where"', ru: 'перенесите условие в «where»' },
  },
  no_record_here: {
    kind: 'input',
    en: '"{name}" is a field of a record, and there is none here',
    ru: '«{name}» — поле записи, а записи здесь нет',
    fix: {
      en: 'for a field of the row in the target write $found.{name}',
      ru: 'поле строки в цели пишется $found.{name}',
    },
  },
  target_outside: {
    kind: 'input',
    en: '${name} is a target and known only in the targets after it',
    ru: '${name} — цель, она определена только в следующих за ней целях',
    fix: { en: 'move the expression into a later target', ru: 'перенесите выражение в одну из следующих целей' },
  },
  whole_row: {
    kind: 'input',
    en: '${name} is used whole, so the fields to read are not known',
    ru: '${name} используется целиком, поэтому неизвестно, какие поля читать',
    fix: { en: 'name the field: ${name}.FIELD', ru: 'назовите поле: ${name}.FIELD' },
  },
  function_name: {
    kind: 'input',
    en: 'the target "{name}" has the name of a function',
    ru: 'цель «{name}» названа именем функции',
    fix: { en: 'give the target another name', ru: 'дайте цели другое имя' },
  },
  unknown_function: {
    kind: 'input',
    en: 'there is no function ${name}',
    ru: 'функции ${name} нет',
    fix: { en: 'write {known}', ru: 'напишите {known}' },
  },
  missing_dollar: {
    kind: 'input',
    en: '"{name}" is called without $',
    ru: '«{name}» вызвана без знака $',
    fix: { en: 'write ${name}(…)', ru: 'напишите ${name}(…)' },
  },
  wrong_count: {
    kind: 'input',
    en: '${name} is given {given} arguments and takes {takes}',
    ru: 'функции ${name} передано аргументов: {given}, а нужно: {takes}',
    fix: { en: 'call it as {usage}', ru: 'вызовите её так: {usage}' },
  },
  unknown_setting: {
    kind: 'input',
    en: '{operation} does not know "{value}"',
    ru: '«{value}» не подходит для {operation}',
    fix: { en: 'write {known}', ru: 'напишите {known}' },
  },
  refused_function: {
    kind: 'input',
    en: '${name} is refused: a plan must come out the same each time and say beforehand what it reads',
    ru: 'функция ${name} не допускается: план должен каждый раз выходить одинаковым, и заранее должно быть известно, что он читает',
    fix: { en: 'write {instead}', ru: 'напишите {instead}' },
  },
  refused_name: {
    kind: 'input',
    en: 'the name {name} is refused',
    ru: 'имя {name} не допускается',
    fix: { en: 'rename it', ru: 'переименуйте его' },
  },
  refused_update: {
    kind: 'input',
    en: 'the | | | operator may name only fields in its first part',
    ru: 'в первой части операции | | | допустимы только имена полей',
    fix: {
      en: 'name the part to change by its fields, without variables',
      ru: 'назовите изменяемую часть её полями, без переменных',
    },
  },
  enabled_unknown: {
    kind: 'input',
    en: '"enabled" must be decided by $params alone, before anything is read',
    ru: '«enabled» должно решаться по одним $params, до всякого чтения',
    fix: {
      en: 'compare $params with operators only: $params.leads',
      ru: 'сравнивайте $params простыми операциями: $params.leads',
    },
  },

  // ---- likely mistakes
  quoted_name: {
    kind: 'input',
    en: '"{name}" in quotes is this very word, and not the value of the field',
    ru: '«{name}» в кавычках — само это слово, а не значение поля',
    fix: { en: 'write {name} without quotes', ru: 'напишите {name} без кавычек' },
  },
  picture_without_brackets: {
    kind: 'input',
    en: '"{picture}" is no picture of a date: its parts stand in square brackets',
    ru: '«{picture}» — не шаблон даты: её части пишут в квадратных скобках',
    fix: { en: 'write it like [Y0001]-[M01]-[D01]', ru: 'напишите его в виде [Y0001]-[M01]-[D01]' },
  },
  chained_comparison: {
    kind: 'input',
    en: 'two comparisons meet at {sign}: the second one compares true or false with something',
    ru: 'на {sign} сходятся два сравнения: второе сравнивает с чем-то истину или ложь',
    fix: { en: 'join them with and, or with or', ru: 'соедините их словом and или or' },
  },
  compared_with_null: {
    kind: 'input',
    en: '{operand} is never null: what has no value is not there at all',
    ru: '{operand} никогда не бывает null: того, что без значения, просто нет',
    fix: { en: 'write $empty({operand})', ru: 'напишите $empty({operand})' },
  },
  not_equal_nothing: {
    kind: 'input',
    en: '{left} != … is false when {left} has no value',
    ru: '{left} != … ложно, когда у {left} нет значения',
    fix: { en: 'write $not({left} = {right})', ru: 'напишите $not({left} = {right})' },
  },
  not_of_value: {
    kind: 'input',
    en: '$not({operand}) asks whether the value is empty or zero, "N" is neither',
    ru: '$not({operand}) проверяет на пустоту или ноль, «N» — ни то, ни другое',
    fix: {
      en: 'write $not({operand} = "Y") or $empty({operand})',
      ru: 'напишите $not({operand} = "Y") или $empty({operand})',
    },
  },
  condition_is_value: {
    kind: 'input',
    en: '{operand} is a value, a condition must be true or false',
    ru: '{operand} — значение, а условие должно быть истиной или ложью',
    fix: { en: 'write {operand} = "Y" or $exists({operand})', ru: 'напишите {operand} = "Y" или $exists({operand})' },
  },
  number_with_text: {
    kind: 'input',
    en: '{operand} is text and never equals the number {number}',
    ru: '{operand} — текст и никогда не равен числу {number}',
    fix: { en: 'write "{number}"', ru: 'напишите "{number}"' },
  },
  text_with_number: {
    kind: 'input',
    en: '{operand} is a number and never equals a text',
    ru: '{operand} — число и никогда не равно тексту',
    fix: { en: 'write {literal} without quotes', ru: 'напишите {literal} без кавычек' },
  },
  key_maybe_nothing: {
    kind: 'input',
    en: 'the key "{key}" is built from {part}, which may be nothing: two records could get one key',
    ru: 'ключ «{key}» строится из {part}, а значения может не быть: у двух записей окажется один ключ',
    fix: {
      en: 'build it from a column that always has a value',
      ru: 'стройте его из столбца, у которого всегда есть значение',
    },
  },

  // ---- a record's data
  key_from_nothing: {
    kind: 'data',
    en: 'the key "{key}" is built from {part}, which is nothing here',
    ru: 'ключ «{key}» строится из {part}, а значения здесь нет',
    fix: {
      en: 'give the row what its key is made of, or leave such rows out in the source',
      ru: 'заполните, из чего строится ключ, или не читайте такие строки из источника',
    },
  },
  not_a_number: {
    kind: 'data',
    en: '{at}: {operation} needs numbers and got {kind}',
    ru: '{at}: для {operation} нужны числа, а получено: {kind}',
    fix: { en: 'turn it into a number with $number(…)', ru: 'переведите значение в число функцией $number(…)' },
  },
  not_comparable: {
    kind: 'data',
    en: '{at}: {operation} cannot compare {leftKind} with {rightKind}',
    ru: '{at}: {operation} не сравнивает {leftKind} и {rightKind}',
    fix: {
      en: 'turn both sides into one type with $number(…) or $string(…)',
      ru: 'приведите обе части к одному типу: $number(…) или $string(…)',
    },
  },
  wrong_argument: {
    kind: 'data',
    en: '{at}: argument {index} of {operation} cannot be {kind}',
    ru: '{at}: аргумент {index} функции {operation} не может быть: {kind}',
    fix: {
      en: 'convert the value first, e.g. with $string(…) or $number(…)',
      ru: 'сначала преобразуйте значение: $string(…) или $number(…)',
    },
  },
  not_boolean: {
    kind: 'data',
    en: '{at}: the condition gave {kind} instead of true or false',
    ru: '{at}: условие дало {kind} вместо истины или лжи',
    fix: { en: 'compare it with something, or ask $exists(…)', ru: 'сравните с чем-нибудь или спросите $exists(…)' },
  },
  too_much: {
    kind: 'data',
    en: '{at}: the expression ran into a limit: {limit}',
    ru: '{at}: выражение упёрлось в предел: {limit}',
    fix: {
      en: 'look for a loop without an end, or a list that is far too long',
      ru: 'ищите цикл без конца или слишком длинный список',
    },
  },
  refused: {
    kind: 'data',
    en: '{at}: {reason}',
    ru: '{at}: {reason}',
    fix: { en: 'correct the row in the source', ru: 'исправьте строку в источнике' },
  },
  result_not_data: {
    kind: 'data',
    en: '{at}: the result is {kind}, not a value',
    ru: '{at}: результат — {kind}, а не значение',
    fix: { en: 'call the function, or check the division', ru: 'вызовите функцию или проверьте деление' },
  },
  calculation: {
    kind: 'data',
    en: '{at}: {operation} cannot work with this record (JSONata {rule})',
    ru: '{at}: {operation} не справляется с этой записью (JSONata {rule})',
    fix: { en: 'correct the row in the source or the expression', ru: 'исправьте строку в источнике или выражение' },
  },
  wrong_phone: {
    kind: 'data',
    en: '{at}: {value} is no phone number',
    ru: '{at}: {value} — не номер телефона',
    fix: { en: 'correct the number in the source', ru: 'исправьте номер в источнике' },
  },
  wrong_date: {
    kind: 'data',
    en: '{at}: {value} is no date',
    ru: '{at}: {value} — не дата',
    fix: {
      en: 'correct it in the source: dd.mm.yyyy or yyyy-mm-dd',
      ru: 'исправьте её в источнике: дд.мм.гггг или гггг-мм-дд',
    },
  },
  wrong_zone: {
    kind: 'data',
    en: '{at}: "{zone}" is no time zone',
    ru: '{at}: «{zone}» — не часовой пояс',
    fix: { en: 'write a name such as Europe/Moscow', ru: 'напишите имя вида Europe/Moscow' },
  },
  wrong_setting: {
    kind: 'data',
    en: '{at}: {operation} does not know "{value}"',
    ru: '{at}: «{value}» не подходит для {operation}',
    fix: { en: 'write {known}', ru: 'напишите {known}' },
  },
});

/**
 * What can be wrong with an expression. Findings name a place in the file; errors of kind data happen while a record
 * is worked on and say in `at` which expression it was (`receptions.map.phone`). No text carries a value of a
 * record: types, masked values and names only (G9).
 */
export const transformErrors = { ...syntaxErrors, ...meaningErrors };
