import { defineErrors } from '../../engine/index.ts';
import { reachErrors } from './errors-reach.ts';

/** `system` is host:port/database or a file, `product` the kind of data base. No value of a row enters a text. */
const ownErrors = defineErrors('sql', {
  // ---- statements
  server_busy: {
    kind: 'environment',
    en: '{product} cannot answer at the moment: {reason}',
    ru: '{product} сейчас не может ответить: {reason}',
    fix: {
      en: 'it is tried again; if it stays, look at connections, memory, disk and locks of the server',
      ru: 'запрос будет повторён; если не проходит, проверьте подключения, память, диск и блокировки сервера',
    },
  },
  deadlock: {
    kind: 'environment',
    en: '{product} broke off our transaction in favour of another',
    ru: '{product} прервал нашу транзакцию в пользу другой',
    fix: { en: 'nothing: it is tried again', ru: 'ничего: она будет повторена' },
  },
  statement_timeout: {
    kind: 'environment',
    en: '{product} was not done with a statement within {seconds} s',
    ru: '{product} не выполнил запрос за {seconds} с',
    fix: {
      en: 'look for locks on the server, give the columns looked up an index, or raise statementTimeout',
      ru: 'проверьте блокировки на сервере, добавьте индекс по искомым столбцам или увеличьте statementTimeout',
    },
  },
  connection_lost: {
    kind: 'environment',
    en: 'the connection to {system} broke off ({reason})',
    ru: 'соединение с {system} оборвалось ({reason})',
    fix: {
      en: 'nothing was lost: what was not committed is sent again',
      ru: 'ничего не потеряно: незафиксированное будет отправлено снова',
    },
  },
  commit_unknown: {
    kind: 'environment',
    en: '{system} did not say whether it committed ({reason})',
    ru: '{system} не сообщил, зафиксирована ли транзакция ({reason})',
    fix: {
      en: 'nothing: the checkpoint beside the data is read first, and what is missing is sent again',
      ru: 'ничего: сначала читается контрольная точка рядом с данными, и недостающее отправляется снова',
    },
  },
  fenced: {
    kind: 'environment',
    en: 'a later run of {pipeline} has taken over {flow} in {system}',
    ru: 'поток {flow} в {system} взял на себя более поздний запуск {pipeline}',
    fix: {
      en: 'let one installation run this pipeline, or give the other its own name',
      ru: 'пусть этот конвейер выполняет одна установка, либо дайте второй своё имя',
    },
  },
  checkpoint_denied: {
    kind: 'environment',
    en: 'the login may not make the table {table}: no checkpoint is kept beside the data',
    ru: 'учётной записи нельзя создать таблицу {table}: контрольная точка рядом с данными не хранится',
    fix: {
      en: 'GRANT CREATE to the login, or make the table by the statement in the README of the connector',
      ru: 'выдайте учётной записи право CREATE или создайте таблицу командой из README коннектора',
    },
  },
  permission_denied: {
    kind: 'environment',
    en: 'the login may not use {object}',
    ru: 'учётной записи не разрешён доступ: {object}',
    fix: {
      en: 'grant it: SELECT to read; INSERT, UPDATE, DELETE and temporary tables (MySQL: CREATE TEMPORARY TABLES, PostgreSQL: TEMPORARY) to write',
      ru: 'выдайте права: для чтения SELECT; для записи INSERT, UPDATE, DELETE и временные таблицы (MySQL: CREATE TEMPORARY TABLES, PostgreSQL: TEMPORARY)',
    },
  },
  write_denied: {
    kind: 'environment',
    en: 'the login may not {rights} in table {table}',
    ru: 'у учётной записи нет прав {rights} на таблицу {table}',
    fix: { en: 'let an administrator send `{grant}`', ru: 'пусть администратор выполнит `{grant}`' },
  },
  ddl_denied: {
    kind: 'environment',
    en: 'the login may not make or change table {table}',
    ru: 'учётной записи не разрешено создавать или менять таблицу {table}',
    fix: {
      en: 'let the login own the table and CREATE in its schema, or run by hand what `pipe state schema` shows',
      ru: 'сделайте учётную запись владельцем таблицы с правом CREATE в её схеме или выполните сами, что показывает `pipe state schema`',
    },
  },
  statement_refused: {
    kind: 'input',
    en: '{product} refuses the statement: {code}{text}',
    ru: '{product} отклоняет запрос: {code}{text}',
    fix: {
      en: 'run the statement by hand under the same login and correct it',
      ru: 'выполните запрос вручную под той же учётной записью и исправьте его',
    },
  },
  table_unknown: {
    kind: 'input',
    en: 'there is no table {table}, or the login may not see it',
    ru: 'таблицы {table} нет, или учётная запись её не видит',
    fix: {
      en: 'check the name and schema, the data base and the rights, or write ddl: create on the target',
      ru: 'проверьте имя и схему, базу и права или напишите у цели ddl: create',
    },
  },
  column_unknown: {
    kind: 'input',
    en: 'there is no column {column} in {table}',
    ru: 'в {table} нет столбца {column}',
    fix: {
      en: 'write the name as the data base has it, or ddl: evolve on the target',
      ru: 'напишите имя так, как оно есть в базе, или ddl: evolve у цели',
    },
  },

  // ---- rows it refuses; a column nobody can name is ?
  value_type: {
    kind: 'data',
    en: 'the value does not suit column {column} of type {type}',
    ru: 'значение не подходит столбцу {column} типа {type}',
    fix: {
      en: 'convert it in fields, or give the column a wider type',
      ru: 'преобразуйте его в fields или дайте столбцу более широкий тип',
    },
  },
  value_range: {
    kind: 'data',
    en: 'the number or time is beyond what column {column} holds',
    ru: 'число или время выходит за пределы столбца {column}',
    fix: {
      en: 'give the column a wider type: ddl: evolve does it for a wider field',
      ru: 'дайте столбцу более широкий тип: ddl: evolve сделает это для более широкого поля',
    },
  },
  value_long: {
    kind: 'data',
    en: 'the text is too long for column {column}',
    ru: 'текст слишком длинный для столбца {column}',
    fix: {
      en: 'give the column type text, or cut the value in fields',
      ru: 'дайте столбцу тип text или обрежьте значение в fields',
    },
  },
  value_missing: {
    kind: 'data',
    en: 'column {column} must have a value',
    ru: 'у столбца {column} должно быть значение',
    fix: {
      en: 'map it in fields, or give the column a default',
      ru: 'заполните его в fields или дайте столбцу значение по умолчанию',
    },
  },
  value_refused: {
    kind: 'data',
    en: 'the row breaks the rule {constraint} of {table}',
    ru: 'строка нарушает правило {constraint} таблицы {table}',
    fix: { en: 'correct the value in the source or in fields', ru: 'исправьте значение в источнике или в fields' },
  },
  not_unique: {
    kind: 'data',
    en: 'another row has the same {column}',
    ru: 'другая строка имеет то же значение {column}',
    fix: {
      en: 'key the target by {column}, or correct the source',
      ru: 'сделайте {column} ключом цели или исправьте источник',
    },
  },
  reference_missing: {
    kind: 'data',
    en: 'column {column} names a row that is not there',
    ru: 'столбец {column} указывает на строку, которой нет',
    fix: {
      en: 'write the other table first: after on the flow, or ref in fields',
      ru: 'сначала запишите другую таблицу: after у потока или ref в fields',
    },
  },
  row_gone: {
    kind: 'data',
    en: 'there is no row with this key in {table}',
    ru: 'в {table} нет строки с таким ключом',
    fix: { en: 'nothing: the next run finds out what became of it', ru: 'ничего: следующий запуск разберётся' },
  },
  lists_none: {
    kind: 'input',
    en: 'a table has no lists: {list}',
    ru: 'у таблицы нет списков: {list}',
    fix: { en: 'make it a flow of its own with a table of its own', ru: 'сделайте отдельный поток со своей таблицей' },
  },
  no_key: {
    kind: 'input',
    en: 'table {table} has no key to tell rows apart by',
    ru: 'у таблицы {table} нет ключа, чтобы различать строки',
    fix: {
      en: 'give it a primary key, or a unique key of columns that are NOT NULL',
      ru: 'дайте ей первичный ключ или уникальный ключ из столбцов NOT NULL',
    },
  },
  key_unknown: {
    kind: 'input',
    en: 'table {table} has no unique key ({columns})',
    ru: 'у таблицы {table} нет уникального ключа ({columns})',
    fix: {
      en: 'CREATE UNIQUE INDEX over just these columns, or name a key of the table on the target',
      ru: 'создайте UNIQUE INDEX ровно по этим столбцам или укажите у цели ключ таблицы',
    },
  },

  // ---- tables to be made
  name_long: {
    kind: 'input',
    en: 'the name {name} is longer than the {limit} {unit} {product} keeps',
    ru: 'имя {name} длиннее, чем хранит {product}: {limit} {unit}',
    fix: { en: 'give it a shorter one in fields', ru: 'дайте имя короче в fields' },
  },
  names_fold: {
    kind: 'input',
    en: '{one} and {other} are one column to {product}',
    ru: '{one} и {other} для {product} — один столбец',
    fix: { en: 'rename one of them in fields', ru: 'переименуйте один из них в fields' },
  },
  column_kind: {
    kind: 'input',
    en: 'column {column} of {table} is {type} and cannot take {wanted}',
    ru: 'столбец {column} таблицы {table} имеет тип {type} и не вместит {wanted}',
    fix: {
      en: 'map the field to another column, or change the column by hand',
      ru: 'направьте поле в другой столбец или измените столбец вручную',
    },
  },
  exists: {
    kind: 'environment',
    en: '{object} is there already',
    ru: '{object} уже есть',
    fix: { en: 'nothing', ru: 'ничего' },
  },

  // ---- reading
  column_name: {
    kind: 'input',
    en: 'column {position} of the query has no name of its own',
    ru: 'столбец {position} запроса не имеет собственного имени',
    fix: { en: 'name every column once: SELECT … AS name', ru: 'назовите каждый столбец один раз: SELECT … AS имя' },
  },
  cursor_type: {
    kind: 'input',
    en: 'column {column} of type {type} cannot be a cursor',
    ru: 'столбец {column} типа {type} не может быть курсором',
    fix: { en: 'take a date and time or an integer', ru: 'возьмите дату и время или целое число' },
  },
  cursor_window: {
    kind: 'input',
    en: 'cursor {column} is no time, so first, full, since and until cannot be times',
    ru: 'курсор {column} — не время, поэтому first, full, since и until не могут быть временем',
    fix: { en: 'write first: all and full: all', ru: 'напишите first: all и full: all' },
  },
  cursor_wanted: {
    kind: 'input',
    en: 'a window was given, but the source has no cursor',
    ru: 'задано окно, но у источника нет курсора',
    fix: { en: 'give the source a cursor: { field: … }', ru: 'добавьте источнику cursor: { field: … }' },
  },
  since_missing: {
    kind: 'input',
    en: 'the query has a cursor, but does not use @since',
    ru: 'у запроса есть курсор, но он не использует @since',
    fix: {
      en: 'write WHERE {column} >= @since into the query, or leave the cursor out',
      ru: 'добавьте в запрос WHERE {column} >= @since или уберите cursor',
    },
  },
  until_missing: {
    kind: 'input',
    en: '--until was given, but the query does not use @until',
    ru: 'задан --until, но запрос не использует @until',
    fix: { en: 'write WHERE … < @until into the query', ru: 'добавьте в запрос WHERE … < @until' },
  },
  param_missing: {
    kind: 'input',
    en: 'the query uses @{param}, and there is no param of that name',
    ru: 'запрос использует @{param}, а такого параметра нет',
    fix: { en: 'declare it under params, or correct the name', ru: 'объявите его в params или исправьте имя' },
  },
  query_unreadable: {
    kind: 'input',
    en: 'the query file {file} cannot be read',
    ru: 'файл запроса {file} не читается',
    fix: {
      en: 'a relative path starts at the pipeline file',
      ru: 'относительный путь отсчитывается от файла конвейера',
    },
  },
  source_choice: {
    kind: 'input',
    en: 'a source needs exactly one of {choices}',
    ru: 'источнику нужно ровно одно из: {choices}',
    fix: { en: 'keep one of them', ru: 'оставьте одно' },
  },
  clock_behind: {
    kind: 'environment',
    en: 'the clock of the data base ({now}) is behind the cursor ({cursor}): reading goes back to the clock',
    ru: 'часы базы ({now}) отстают от курсора ({cursor}): чтение возвращается к часам',
    fix: {
      en: 'set the clock of the server; no row is lost, some are read again',
      ru: 'поправьте часы сервера; строки не теряются, часть будет прочитана повторно',
    },
  },
  clock_apart: {
    kind: 'environment',
    en: 'the clock of the data base is {seconds} s away from this machine',
    ru: 'часы базы расходятся с этим компьютером на {seconds} с',
    fix: { en: 'synchronise both with a time server', ru: 'синхронизируйте оба компьютера с сервером времени' },
  },
});

export const errors = { ...reachErrors, ...ownErrors };
