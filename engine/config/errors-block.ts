import { defineErrors } from '../errors.ts';

/** What is wrong with the shape of a block, or with the variables and flags that fill it. */
export const blockErrors = defineErrors('config', {
  // ---- the shape of a block
  unknown_key: {
    kind: 'input',
    en: '"{key}" is not a key of {block}',
    ru: '«{key}» — не ключ блока {block}',
    fix: { en: 'write {choices}', ru: 'напишите {choices}' },
  },
  missing_key: {
    kind: 'input',
    en: '{block} has no "{key}"',
    ru: 'в {block} нет «{key}»',
    fix: { en: 'add {example}', ru: 'добавьте {example}' },
  },
  no_value: {
    kind: 'input',
    en: '"{key}" has no value',
    ru: 'у «{key}» нет значения',
    fix: { en: 'write {example}, or remove the key', ru: 'напишите {example} или уберите ключ' },
  },
  indented_too_deep: {
    kind: 'input',
    en: '"{key}" stands within {block}, and is taken for a field there',
    ru: '«{key}» стоит внутри {block}, и принято там за поле',
    fix: { en: 'begin it in the same column as {block}', ru: 'начните его в том же столбце, что и {block}' },
  },
  wants_text: {
    kind: 'input',
    en: '"{key}" wants text',
    ru: 'для «{key}» нужен текст',
    fix: { en: 'write {example}', ru: 'напишите {example}' },
  },
  wants_number: {
    kind: 'input',
    en: '"{key}" wants a number',
    ru: 'для «{key}» нужно число',
    fix: { en: 'write {example}', ru: 'напишите {example}' },
  },
  wants_boolean: {
    kind: 'input',
    en: '"{key}" wants true or false',
    ru: 'для «{key}» нужно true или false',
    fix: { en: 'write {example}', ru: 'напишите {example}' },
  },
  wants_list: {
    kind: 'input',
    en: '"{key}" wants a list',
    ru: 'для «{key}» нужен список',
    fix: { en: 'write {example}', ru: 'напишите {example}' },
  },
  wants_map: {
    kind: 'input',
    en: '"{key}" wants keys with values',
    ru: 'для «{key}» нужны ключи со значениями',
    fix: { en: 'write {example}', ru: 'напишите {example}' },
  },
  wrong_value: {
    kind: 'input',
    en: '"{value}" is not a value of "{key}"',
    ru: '«{value}» — не значение для «{key}»',
    fix: { en: 'write {choices}', ru: 'напишите {choices}' },
  },
  typographic_quotes: {
    kind: 'input',
    en: '{character} is no quote to YAML, and a part of the value',
    ru: '{character} для YAML не кавычка, а часть значения',
    fix: { en: 'write {quoted}', ru: 'напишите {quoted}' },
  },
  too_small: {
    kind: 'input',
    en: '"{key}" must be at least {limit}',
    ru: '«{key}» должно быть не меньше {limit}',
    fix: { en: 'write {limit} or more', ru: 'напишите {limit} или больше' },
  },
  too_large: {
    kind: 'input',
    en: '"{key}" must be at most {limit}',
    ru: '«{key}» должно быть не больше {limit}',
    fix: { en: 'write {limit} or less', ru: 'напишите {limit} или меньше' },
  },
  not_allowed: {
    kind: 'input',
    en: '"{key}" is not what {block} takes: {reason}',
    ru: '«{key}» не подходит для {block}: {reason}',
    fix: {
      en: 'see the keys of the connector in schemas/connectors',
      ru: 'ключи коннектора описаны в schemas/connectors',
    },
  },
  // ---- variables
  variable_missing: {
    kind: 'input',
    en: '{variable} has no value',
    ru: 'переменная {variable} не задана',
    fix: { en: 'set {variable} in the environment or in .env', ru: 'задайте {variable} в окружении или в .env' },
  },
  secret_missing: {
    kind: 'input',
    en: '{variable} has no value',
    ru: 'секрет {variable} не задан',
    fix: {
      en: 'run `pipe secret set {variable}`, or set {variable} in the environment or in .env',
      ru: 'выполните `pipe secret set {variable}` или задайте {variable} в окружении или в .env',
    },
  },
  variable_misfit: {
    kind: 'input',
    en: 'what {variable} holds does not suit "{key}"',
    ru: 'значение {variable} не подходит для «{key}»',
    fix: { en: 'set it to the like of {example}', ru: 'задайте значение вида {example}' },
  },
  secret_file_unreadable: {
    kind: 'input',
    en: 'the file that {variable} names cannot be read',
    ru: 'файл, указанный в {variable}, не читается',
    fix: {
      en: 'check the path in {variable} and the right to read it',
      ru: 'проверьте путь в {variable} и право на чтение',
    },
  },
  wrong_reference: {
    kind: 'input',
    en: '"{text}" is not a reference to a variable',
    ru: '«{text}» — не ссылка на переменную',
    fix: {
      en: 'write ${env:NAME}, ${env:NAME:-default} or ${secret:NAME}',
      ru: 'напишите ${env:NAME}, ${env:NAME:-default} или ${secret:NAME}',
    },
  },
  reference_not_here: {
    kind: 'input',
    en: '"{text}" works in connections, schedule and params only',
    ru: '«{text}» работает только в connections, schedule и params',
    fix: {
      en: 'declare a param with env: and read it as $params.name',
      ru: 'объявите параметр с env: и читайте его как $params.name',
    },
  },
  literal_secret: {
    kind: 'input',
    en: '"{key}" holds a secret in plain text',
    ru: '«{key}» содержит секрет открытым текстом',
    fix: {
      en: 'write {example} and run `pipe secret set {variable}`',
      ru: 'напишите {example} и выполните `pipe secret set {variable}`',
    },
  },
  // ---- params and flags
  param_missing: {
    kind: 'input',
    en: 'the param {name} has no value',
    ru: 'у параметра {name} нет значения',
    fix: { en: 'give it one: {ways}', ru: 'задайте его: {ways}' },
  },
  param_not_of_type: {
    kind: 'input',
    en: 'the value of param {name} is not of type {type}',
    ru: 'значение параметра {name} не типа {type}',
    fix: { en: 'give it a value like {example}', ru: 'задайте значение вроде {example}' },
  },
  param_too_small: {
    kind: 'input',
    en: 'the value of param {name} is below {limit}',
    ru: 'значение параметра {name} меньше {limit}',
    fix: { en: 'give it {limit} or more', ru: 'задайте {limit} или больше' },
  },
  param_too_large: {
    kind: 'input',
    en: 'the value of param {name} is above {limit}',
    ru: 'значение параметра {name} больше {limit}',
    fix: { en: 'give it {limit} or less', ru: 'задайте {limit} или меньше' },
  },
  param_bounds: {
    kind: 'input',
    en: 'no value of param {name} is both at least {minimum} and at most {maximum}',
    ru: 'параметр {name} не может быть и не меньше {minimum}, и не больше {maximum}',
    fix: { en: 'swap minimum and maximum', ru: 'поменяйте minimum и maximum местами' },
  },
  bounds_without_number: {
    kind: 'input',
    en: '{key} is for numbers, and {name} is of type {type}',
    ru: '{key} — для чисел, а {name} типа {type}',
    fix: { en: 'remove {key}', ru: 'уберите {key}' },
  },
  unknown_param: {
    kind: 'input',
    en: '--param names {name}, which the file does not declare',
    ru: '--param задаёт {name}, а в файле такого параметра нет',
    fix: { en: 'write {choices}, or declare it under params', ru: 'напишите {choices} или объявите его в params' },
  },
  undeclared_param: {
    kind: 'input',
    en: 'the file declares no param "{name}"',
    ru: 'параметра «{name}» в файле нет',
    fix: { en: 'write {choices}, or declare it under params', ru: 'напишите {choices} или объявите его в params' },
  },
  no_params: {
    kind: 'input',
    en: '--param names {name}, and the file declares no params',
    ru: '--param задаёт {name}, а в файле нет ни одного параметра',
    fix: { en: 'remove it, or declare it under params', ru: 'уберите его или объявите в params' },
  },
  param_flag: {
    kind: 'input',
    en: '"{text}" is not what --param takes',
    ru: '«{text}» не подходит для --param',
    fix: { en: 'write --param name=value', ru: 'напишите --param имя=значение' },
  },
  connection_flag: {
    kind: 'input',
    en: 'a --connection names no connection, no key or no value',
    ru: 'в --connection нет имени подключения, ключа или значения',
    fix: { en: 'write --connection name.key=value', ru: 'напишите --connection имя.ключ=значение' },
  },
});
