import { defineErrors } from '../errors.ts';

/** What is wrong with blocks that are well formed each by itself. */
export const meaningErrors = defineErrors('config', {
  // ---- names and references
  unknown_connector: {
    kind: 'input',
    en: 'there is no connector "{name}"',
    ru: 'коннектора «{name}» нет',
    fix: { en: 'write {choices}', ru: 'напишите {choices}' },
  },
  connector_broken: {
    kind: 'input',
    en: 'the connector "{name}" cannot be loaded: {reason}',
    ru: 'коннектор «{name}» не загружается: {reason}',
    fix: {
      en: 'repair or reinstall the folder connectors/{name}',
      ru: 'исправьте или переустановите папку connectors/{name}',
    },
  },
  unknown_connection: {
    kind: 'input',
    en: 'there is no connection "{name}"',
    ru: 'подключения «{name}» нет',
    fix: {
      en: 'write {choices}, or declare it under connections',
      ru: 'напишите {choices} или объявите его в connections',
    },
  },
  not_a_source: {
    kind: 'input',
    en: 'nothing can be read from "{name}": {connector} has no source',
    ru: 'из «{name}» нельзя читать: у {connector} нет источника',
    fix: { en: 'name another connection here', ru: 'укажите здесь другое подключение' },
  },
  not_a_target: {
    kind: 'input',
    en: 'nothing can be written to "{name}": {connector} has no target',
    ru: 'в «{name}» нельзя писать: {connector} не принимает записи',
    fix: { en: 'name another connection here', ru: 'укажите здесь другое подключение' },
  },
  unknown_flow: {
    kind: 'input',
    en: 'there is no flow "{name}"',
    ru: 'потока «{name}» нет',
    fix: { en: 'write {choices}, or remove it', ru: 'напишите {choices} или уберите его' },
  },
  after_in_a_circle: {
    kind: 'input',
    en: 'these flows wait for each other: {circle}',
    ru: 'эти потоки ждут друг друга: {circle}',
    fix: { en: 'remove one of their after', ru: 'уберите after у одного из них' },
  },
  wrong_name: {
    kind: 'input',
    en: '"{name}" cannot be named in an expression',
    ru: 'на «{name}» нельзя сослаться в выражении',
    fix: {
      en: 'use letters, digits and _, and begin with a letter',
      ru: 'используйте буквы, цифры и _, начиная с буквы',
    },
  },
  reserved_name: {
    kind: 'input',
    en: '"{name}" has a meaning of its own in expressions',
    ru: '«{name}» в выражениях имеет собственное значение',
    fix: {
      en: 'choose another name than found, source, params, run',
      ru: 'выберите имя, отличное от found, source, params, run',
    },
  },
  no_flows: {
    kind: 'input',
    en: 'the pipeline has no flow',
    ru: 'в конвейере нет ни одного потока',
    fix: { en: 'add one under flows', ru: 'добавьте поток в flows' },
  },
  unknown_record_field: {
    kind: 'input',
    en: 'the record has no field "{field}"',
    ru: 'в записи нет поля «{field}»',
    fix: { en: 'write {choices}, or add it to map', ru: 'напишите {choices} или добавьте его в map' },
  },
  no_targets: {
    kind: 'input',
    en: 'the flow {flow} has no target',
    ru: 'у потока {flow} нет ни одной цели',
    fix: { en: 'add one under targets', ru: 'добавьте цель в targets' },
  },
  named_by_column: {
    kind: 'input',
    en: '"{column}" is the name of the column: the record calls it "{field}"',
    ru: '«{column}» — имя столбца: в записи это поле называется «{field}»',
    fix: { en: 'write {field}', ru: 'напишите {field}' },
  },
  unknown_column: {
    kind: 'input',
    en: 'the source has no column "{column}"',
    ru: 'в источнике нет столбца «{column}»',
    fix: { en: 'write {choices}', ru: 'напишите {choices}' },
  },
  // ---- source
  query_without_since: {
    kind: 'input',
    en: 'the source has a cursor, but its query never asks for @since',
    ru: 'у источника есть cursor, но в запросе нет @since',
    fix: {
      en: 'add a condition such as WHERE changed >= @since, or remove cursor',
      ru: 'добавьте условие вроде WHERE changed >= @since или уберите cursor',
    },
  },
  query_file: {
    kind: 'input',
    en: 'the query file {file} cannot be read',
    ru: 'файл запроса {file} не читается',
    fix: {
      en: 'check the path: it starts at the folder of the pipeline',
      ru: 'проверьте путь: он считается от папки конвейера',
    },
  },
  short_overlap: {
    kind: 'input',
    en: 'clocks in {timezone} are put back an hour each year, and overlap is shorter than that and a margin',
    ru: 'часы в зоне {timezone} раз в год переводят на час назад, а overlap короче часа с запасом',
    fix: { en: 'write overlap: 2h', ru: 'напишите overlap: 2h' },
  },
  // ---- target
  key_not_mapped: {
    kind: 'input',
    en: 'the key "{field}" gets no value in fields',
    ru: 'ключ «{field}» не получает значения в fields',
    fix: { en: 'write {choices}, or map it under fields', ru: 'напишите {choices} или задайте его в fields' },
  },
  key_wanted: {
    kind: 'input',
    en: 'a table wants a key',
    ru: 'таблице нужен ключ',
    fix: {
      en: 'add key: with the columns that are unique in it',
      ru: 'добавьте key: со столбцами, которые в ней уникальны',
    },
  },
  match_wanted: {
    kind: 'input',
    en: 'a target without fields is a look-up and wants match',
    ru: 'цель без fields — это поиск, ей нужен match',
    fix: { en: 'add match:, or the fields to write', ru: 'добавьте match: или поля для записи' },
  },
  lookup_creates: {
    kind: 'input',
    en: 'a target without fields never creates',
    ru: 'цель без fields ничего не создаёт',
    fix: {
      en: 'write missing: skip or missing: error, or add fields',
      ru: 'напишите missing: skip или missing: error или добавьте fields',
    },
  },
  by_not_mapped: {
    kind: 'input',
    en: '"{field}" gets no value in fields',
    ru: '«{field}» не получает значения в fields',
    fix: {
      en: 'write {choices}, map it under fields, or give the value here: by: { {field}: expression }',
      ru: 'напишите {choices}, задайте его в fields или укажите значение здесь: by: { {field}: выражение }',
    },
  },
  rung_without_by: {
    kind: 'input',
    en: 'this rung asks for nothing in particular: every row would match',
    ru: 'эта ступень ничего не ищет: подошла бы любая строка',
    fix: {
      en: 'write by: [FIELD] or by: { FIELD: expression }',
      ru: 'напишите by: [ПОЛЕ] или by: { ПОЛЕ: выражение }',
    },
  },
  by_without_value: {
    kind: 'input',
    en: 'by gives "{field}" no value',
    ru: 'by не задаёт значения для «{field}»',
    fix: {
      en: 'write {field}: { empty: true } for rows where it is empty, or by: [{field}] for its value in fields',
      ru: 'напишите {field}: { empty: true } для строк, где оно пусто, или by: [{field}] для значения из fields',
    },
  },
  guard_effect: {
    kind: 'input',
    en: 'a guard has exactly one of skip, keep and only',
    ru: 'у проверки должно быть ровно одно из skip, keep и only',
    fix: {
      en: 'write skip: NAME, keep: [FIELD] or only: [FIELD]',
      ru: 'напишите skip: ИМЯ, keep: [ПОЛЕ] или only: [ПОЛЕ]',
    },
  },
  guard_field_not_mapped: {
    kind: 'input',
    en: '"{field}" is not written by this target',
    ru: 'эта цель не пишет «{field}»',
    fix: { en: 'write {choices}', ru: 'напишите {choices}' },
  },
  lookup_has_no_effect: {
    kind: 'input',
    en: '"{key}" has no effect: a target without fields never writes',
    ru: '«{key}» ни на что не влияет: цель без fields не пишет',
    fix: { en: 'remove it, or add fields', ru: 'уберите его или добавьте fields' },
  },
  delete_without_within: {
    kind: 'input',
    en: 'absent: delete removes every row of the table that this flow did not write',
    ru: 'absent: delete удалит из таблицы все строки, которых нет в этом потоке',
    fix: {
      en: "say which rows are this pipeline's: within: $found.COLUMN = VALUE",
      ru: 'укажите, какие строки принадлежат конвейеру: within: $found.COLUMN = VALUE',
    },
  },
  absent_not_here: {
    kind: 'input',
    en: '{connector} cannot list the rows it holds: "absent" cannot be kept',
    ru: '{connector} не умеет перечислять свои строки: «absent» невыполнимо',
    fix: { en: 'write absent: keep, or remove it', ru: 'напишите absent: keep или уберите его' },
  },
  delete_not_here: {
    kind: 'input',
    en: '{connector} deletes no rows',
    ru: '{connector} не удаляет строки',
    fix: {
      en: 'write absent: { mark: FIELD } or absent: keep',
      ru: 'напишите absent: { mark: ПОЛЕ } или absent: keep',
    },
  },
  field_not_here: {
    kind: 'input',
    en: '{connector} makes no fields: "field" has no effect',
    ru: '{connector} не создаёт поля: «field» ни на что не влияет',
    fix: { en: 'remove it', ru: 'уберите его' },
  },
  unknown_field_type: {
    kind: 'input',
    en: '{connector} makes no fields of type "{type}"',
    ru: '{connector} не создаёт поля типа «{type}»',
    fix: { en: 'write {choices}', ru: 'напишите {choices}' },
  },
  field_without_options: {
    kind: 'input',
    en: 'a field of type "{type}" has no options',
    ru: 'у поля типа «{type}» нет вариантов',
    fix: { en: 'remove them, or write the type {choices}', ru: 'уберите их или укажите тип {choices}' },
  },
  absent_without_key: {
    kind: 'input',
    en: 'absent compares the rows of the target with the records by key, and there is none',
    ru: 'absent сравнивает строки цели с записями по key, а его нет',
    fix: { en: 'write key: [FIELD]', ru: 'напишите key: [ПОЛЕ]' },
  },
  no_tables_here: {
    kind: 'input',
    en: '{connector} has no tables: no log of runs can be kept there',
    ru: 'у {connector} нет таблиц: журнал запусков там вести негде',
    fix: { en: 'name a connection to a data base under syncLog', ru: 'укажите в syncLog подключение к базе данных' },
  },
  ddl_not_here: {
    kind: 'input',
    en: '{connector} has no tables to create: "ddl" means nothing to it',
    ru: 'у {connector} нет таблиц: «ddl» для него ничего не значит',
    fix: { en: 'remove ddl', ru: 'уберите ddl' },
  },
  // ---- schedule
  schedule_time: {
    kind: 'input',
    en: 'an entry has exactly one of every, cron and on',
    ru: 'у записи должно быть ровно одно из every, cron и on',
    fix: { en: 'write every: 2m or cron: "0 8 * * *"', ru: 'напишите every: 2m или cron: "0 8 * * *"' },
  },
  wrong_cron: {
    kind: 'input',
    en: '"{text}" is not a cron expression of five fields',
    ru: '«{text}» — не выражение cron из пяти полей',
    fix: {
      en: 'write minute, hour, day, month, weekday: "0 8,20 * * *"',
      ru: 'напишите минуту, час, день, месяц, день недели: "0 8,20 * * *"',
    },
  },
  unknown_timezone: {
    kind: 'input',
    en: '"{timezone}" is not a time zone',
    ru: '«{timezone}» — не часовой пояс',
    fix: { en: 'write a name such as Europe/Moscow', ru: 'напишите имя вроде Europe/Moscow' },
  },
  timezone_without_cron: {
    kind: 'input',
    en: 'timezone has no meaning without cron',
    ru: 'timezone без cron ничего не значит',
    fix: { en: 'remove timezone', ru: 'уберите timezone' },
  },
  no_events: {
    kind: 'input',
    en: 'no source of this pipeline tells of changes by itself',
    ru: 'ни один источник этого конвейера сам не сообщает об изменениях',
    fix: { en: 'write every: 2m instead', ru: 'напишите вместо этого every: 2m' },
  },
});
