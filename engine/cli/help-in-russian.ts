/** Every text of `--help` by its English one; a test sees that none lacks. */
export const helpInRussian: Readonly<Record<string, string>> = {
  // ---- headings
  USAGE: 'КАК ПИСАТЬ',
  COMMANDS: 'КОМАНДЫ',
  ARGUMENTS: 'АРГУМЕНТЫ',
  FLAGS: 'ФЛАГИ',
  'GLOBAL FLAGS': 'ОБЩИЕ ФЛАГИ',
  EXAMPLES: 'ПРИМЕРЫ',
  COMMAND: 'КОМАНДА',
  required: 'обязательно',
  'Moves records between IDENT, Bitrix24, amoCRM and SQL as YAML files say.':
    'Переносит записи между IDENT, Битрикс24, amoCRM и SQL так, как сказано в файлах YAML.',
  '<command> <file> [flags]': '<команда> <файл> [флаги]',
  '`pipe <command> --help` says more about each.': 'Подробнее о каждой: `pipe <команда> --help`.',
  // ---- commands
  'Begin a project: a pipeline from a template or two live systems, what it reads from .env, a check for CI. Overwrites nothing.':
    'Начать проект: конвейер из шаблона или двух живых систем, пример .env, проверка для CI. Ничего не перезаписывает.',
  'Describe a pipeline as Markdown: sources, fields, rungs, guards, schedule; with --tables also what it fills.':
    'Описать конвейер в Markdown: источники, поля, ступени, проверки, расписание; с --tables — и таблицы, которые он заполняет.',
  'also each table of a target data base: columns, comments, a sample, what feeds them':
    'и каждую таблицу целевой базы: столбцы, комментарии, пример, откуда значения',
  'Begin a connector in a clone: a folder that compiles, and a conformance test that says what to do.':
    'Начать коннектор в клоне: папка, которая компилируется, и проверка, которая говорит, что делать.',
  'Connectors of a clone: new.': 'Коннекторы клона: new.',
  'Write the JSON Schema of one pipeline for editors: its connections, their keys, the fields of its targets.':
    'Записать JSON Schema одного конвейера для редакторов: его подключения, их ключи, поля целей.',
  'Print a script with which a shell completes commands and flags with the Tab key.':
    'Напечатать скрипт, с которым оболочка дополняет команды и флаги по клавише Tab.',
  'Check pipeline files offline: YAML, schema, expressions, names, references.':
    'Проверить файлы конвейеров без сети: YAML, схему, выражения, имена, ссылки.',
  'Test mappings: source rows in, records and changes out, by <pipeline>.test.yaml. No network.':
    'Проверить маппинги: исходные строки на входе, записи и изменения на выходе, по <конвейер>.test.yaml. Без сети.',
  'Read source rows as fixtures for tests and diffs, shapes kept, nobody recognisable.':
    'Прочитать исходные строки как образцы для тестов и сравнений: вид сохранён, людей не узнать.',
  'Reach every connection: login, rights, tables, fields, clock. Changes nothing.':
    'Опросить каждое подключение: вход, права, таблицы, поля, часы. Ничего не меняет.',
  'Make the custom fields that a mapping wants (`field:`) and a CRM lacks. Shows them and asks.':
    'Создать дополнительные поля, которые нужны конвейеру (`field:`) и которых нет в CRM. Показывает их и спрашивает.',
  'Run a pipeline: read, map, match, write what differs.':
    'Выполнить конвейер: прочитать, преобразовать, сопоставить, записать различия.',
  'Show what a run would change, field by field, old → new. Changes nothing.':
    'Показать, что изменил бы запуск: по полям, было → станет. Ничего не меняет.',
  'write the plan to this file, for `pipe apply`': 'записать план в этот файл, для `pipe apply`',
  'Do what a plan of `pipe diff --out` says; rows that changed since are left alone and named.':
    'Выполнить план из `pipe diff --out`; строки, изменившиеся с тех пор, не трогаются и называются.',
  'plan file': 'файл плана',
  'show what is in the plan, and do nothing': 'показать, что в плане, и ничего не делать',
  'how it is printed; markdown: for a comment in a pull request':
    'в каком виде печатать; markdown — для комментария к pull request',
  'end with 5 when there are changes': 'завершиться с кодом 5, если есть изменения',
  'Show how a pipeline is: last success, lag, queue, who runs it, what to type next.':
    'Показать состояние конвейера: последний успех, отставание, очередь, кто выполняет, что набрать дальше.',
  'Records that failed and wait: list, show, retry, drop, export.':
    'Записи, которые не прошли и ждут: список, просмотр, повтор, удаление, выгрузка.',
  'What a pipeline remembers: show, set, reset, adopt, schema.':
    'Что помнит конвейер: просмотр, контрольная точка, сброс, признание своим, таблицы.',
  'Show the runs of a pipeline: when, how long, what they did, how they ended.':
    'Показать запуски конвейера: когда, сколько длились, что сделали, чем кончились.',
  'Show the life of one record: row, record, what was asked and answered, what was written, where it stands. Masked unless --reveal.':
    'Показать жизнь одной записи: строка, запись, вопросы и ответы, что записано, где она сейчас. Личные данные скрыты без --reveal.',
  'Have the next run of a flow read from a time on, and go on from there.':
    'Задать время, с которого следующий запуск потока читает и идёт дальше.',
  'Forget how far a flow came and what it delivered: the next run reads and compares all anew. What is in doubt stays.':
    'Забыть, до чего дошёл поток и что доставил: следующий запуск прочитает и сверит всё заново. Записи без ответа остаются.',
  'Show what a pipeline remembers of itself: instance, machine, checkpoints.':
    'Показать, что конвейер помнит о себе: экземпляр, компьютер, контрольные точки.',
  'Show the tables of the targets as they are, and what the next run would change in them, with its SQL. Changes nothing.':
    'Показать таблицы целей и что в них изменит следующий запуск, с SQL. Ничего не меняет.',
  'Say that what runs refused is ours: rows of another instance that has ended for good, a system under a new name.':
    'Признать своим то, что запуски отклонили: строки экземпляра, остановленного навсегда, систему под новым именем.',
  'List the records of a pipeline that failed and wait.': 'Перечислить записи конвейера, которые не прошли и ждут.',
  'Show one waiting record with its source row, masked unless --reveal.':
    'Показать ждущую запись и её исходную строку; личные данные скрыты, если нет --reveal.',
  'Mark waiting records due: the next run tries them again. Of a quarantined row: its write did not arrive, write it.':
    'Отметить записи к повтору в следующем запуске. Для строки в карантине: запись не дошла, записать.',
  'Give out waiting records with their source rows, for people to mend; masked unless --reveal.':
    'Выдать записи очереди со строками источника, чтобы исправить; личные данные скрыты без --reveal.',
  'a JSON object a line, or a table for Excel; default: jsonl':
    'по объекту JSON в строке или таблица для Excel; по умолчанию jsonl',
  'Drop waiting records. Rows whose write has no answer yet stay. Of a quarantined row: its write arrived, leave it.':
    'Удалить записи из очереди. Остаются те, на запись которых ещё нет ответа. Для строки в карантине: запись дошла, оставить.',
  'Log in to a connection through a browser (OAuth) and keep its tokens in the vault of this machine.':
    'Войти в подключение через браузер (OAuth) и сохранить его токены в хранилище этого компьютера.',
  'connection to log in to': 'подключение, в которое войти',
  'print the address and open no browser': 'напечатать адрес и не открывать браузер',
  'code at hand, or the address the browser was led to': 'готовый код или адрес, на который перешёл браузер',
  'Passwords and webhooks in the vault of this machine: set, list, rm, import.':
    'Пароли и вебхуки в хранилище этого компьютера: задать, перечислить, удалить, перенести из .env.',
  'Put a secret into the vault: asked for without showing it, or read from stdin.':
    'Положить секрет в хранилище: ввод не показывается, или значение берётся со stdin.',
  'List the names in the vault and when each was set; values are never shown.':
    'Перечислить имена в хранилище и когда каждое задано; значения не показываются никогда.',
  'Remove a secret from the vault.': 'Удалить секрет из хранилища.',
  'Move the secrets that pipelines name out of an .env into the vault.':
    'Перенести секреты, которые называют конвейеры, из .env в хранилище.',
  'Runs by itself: install, start, stop, enable, disable, status, uninstall.':
    'Работа без присмотра: установка, запуск, остановка, включение, выключение, состояние, удаление.',
  'Have the system run a pipeline by its schedule: Task Scheduler on Windows, systemd on Linux.':
    'Поручить системе выполнять конвейер по расписанию: планировщику Windows или systemd.',
  'Switch the schedule of a service on and run now.': 'Включить расписание службы и выполнить конвейер сейчас.',
  'End a service: the run under way finishes its request, nothing runs until it is started again.':
    'Остановить службу: начатый запрос завершится, и до нового запуска службы ничего не выполняется.',
  'Switch the schedule of a service on.': 'Включить расписание службы.',
  'Switch the schedule of a service off; a run under way goes on to its end.':
    'Выключить расписание службы; начатый запуск дойдёт до конца.',
  'Stop a service and remove it; pipeline, state and logs stay.':
    'Остановить службу и удалить её; конвейер, состояние и журналы останутся.',
  'Say whether a service is Ready, Running or Disabled.': 'Показать, ждёт служба, выполняется или выключена.',
  'The whole story on loopback: an invented clinic, a sandbox portal, three runs.':
    'Всё сразу на этом компьютере: вымышленная клиника, портал-песочница, три запуска.',
  "Start a connector's vendor-like server on loopback, until Ctrl+C.":
    'Запустить песочницу коннектора на этом компьютере, до Ctrl+C.',
  'Show the log of a pipeline, and how often its day delivered and failed.':
    'Показать журнал конвейера и сколько раз за день прошло и не прошло.',
  // ---- arguments
  'pipeline file': 'файл конвейера',
  'name of the connector, e.g. yclients': 'имя коннектора, например yclients',
  'bash, zsh or powershell': 'bash, zsh или powershell',
  'folder, or file of the pipeline; default: this folder': 'папка или файл конвейера; по умолчанию эта папка',
  'pipeline files, folders or patterns; default: pipelines/*.yaml':
    'файлы конвейеров, папки или шаблоны; по умолчанию pipelines/*.yaml',
  'test files, pipelines or folders; default: pipelines/*.test.yaml':
    'файлы тестов, конвейеры или папки; по умолчанию pipelines/*.test.yaml',
  'connector, e.g. bitrix24': 'коннектор, например bitrix24',
  'id or key of the row': 'номер или ключ строки',
  'id or key of one row': 'номер или ключ одной строки',
  'id or key of one row; default: all that flags name': 'номер или ключ одной строки; по умолчанию все по флагам',
  'name of the flow': 'имя потока',
  'key of the record': 'ключ записи',
  'name of the secret, as in ${secret:NAME}': 'имя секрета, как в ${secret:ИМЯ}',
  'default: .env; the pipelines beside it and in pipelines/ count':
    'по умолчанию .env; учитываются конвейеры рядом с ним и в pipelines/',
  // ---- flags
  'print the result as JSON': 'вывести результат в JSON',
  'write the result to this file, as UTF-8, instead of stdout': 'записать результат в этот файл (UTF-8), а не в stdout',
  'language of messages; default: by LANG': 'язык сообщений; по умолчанию по LANG',
  'value of a param': 'значение параметра',
  'its sandbox in the place of this connection; what the run remembers is thrown away':
    'песочница вместо этого подключения; всё, что запуск запомнил, выбрасывается',
  'what to begin with; asked for on a terminal': 'с чего начать; на терминале будет задан вопрос',
  'name of the pipeline; default: that of the template': 'имя конвейера; по умолчанию как у шаблона',
  'connector to read with, and what of it': 'каким коннектором читать и что именно',
  'connector to write with, and what of it': 'каким коннектором писать и что именно',
  'look into this connection; name.key=value or name.key=env:NAME: a setting of it':
    'заглянуть в это подключение; name.key=value или name.key=env:NAME: его настройка',
  'funnel whose stages are written; default: the first': 'воронка, чьи стадии записывать; по умолчанию первая',
  'setting of a connection': 'настройка подключения',
  'look at this connection only; name.key=value: a setting of a connection':
    'проверить только это подключение; имя.ключ=значение: настройка подключения',
  'make fields of this connection only; name.key=value: a setting of a connection':
    'создать поля только этого подключения; имя.ключ=значение: настройка подключения',
  'show what would be made and change nothing': 'показать, что будет создано, ничего не меняя',
  'make it without asking': 'создать без вопроса',
  'folder of the state; default: .pipe beside the file': 'папка состояния; по умолчанию .pipe рядом с файлом',
  'only these flows, and those they come after': 'только эти потоки и те, после которых они идут',
  'only these flows': 'только эти потоки',
  'only this flow': 'только этот поток',
  'only rows in this state': 'только строки в этом состоянии',
  'every row of the queue': 'все строки очереди',
  'show personal data': 'показать личные данные',
  'at most so many runs, the newest; default: 20': 'не больше стольких запусков, самых новых; по умолчанию 20',
  'the time to read from; without a zone it is this machine’s':
    'время, с которого читать; без пояса — время этого компьютера',
  'forget only how far it came, or only what it delivered':
    'забыть только контрольную точку или только то, что доставлено',
  'do not ask': 'не спрашивать',
  'at most so many rows; default: 100': 'не больше стольких строк; по умолчанию 100',
  'read as far back as cursor.full says and look at every target row again':
    'читать на глубину cursor.full и заново сверить каждую строку цели',
  'read from this time on; the checkpoint stays': 'читать с этого времени; контрольная точка не сдвигается',
  'read up to this time; the checkpoint stays': 'читать до этого времени; контрольная точка не сдвигается',
  'only source rows for which this is true': 'только строки источника, для которых это верно',
  'at most so many rows of each flow, of those --only takes':
    'не больше стольких строк каждого потока, из тех, что взял --only',
  'say on the console which rung found each row and which fields were sent':
    'показывать, по какой ступени найдена каждая строка и какие поля отправлены',
  'plan all of it and write nothing: tables, creates, updates, deletes':
    'спланировать всё и ничего не писать: таблицы, создания, обновления, удаления',
  'end the process that runs this pipeline now, then run':
    'завершить процесс, который сейчас выполняет конвейер, и начать работу',
  'what the log keeps; default: PIPE_LOG_LEVEL, else INFO':
    'что писать в журнал; по умолчанию PIPE_LOG_LEVEL, иначе INFO',
  'go on with what is logged from now on, until Ctrl+C': 'показывать и новое по мере записи, до Ctrl+C',
  'only lines that hold this': 'только строки с этим текстом',
  'this day, whole; default: the last lines of the newest': 'этот день целиком; по умолчанию конец последнего',
  'run again and again as the file’s schedule says, until told to stop':
    'запускать снова и снова по расписанию из файла, пока не остановят',
  'run what the file’s schedule has due by now, for a scheduler to call':
    'выполнить то, чему по расписанию из файла пришло время; для вызова планировщиком',
  'who runs it; default: SYSTEM on Windows, the owner of the pipeline’s folder on Linux':
    'кто выполняет; по умолчанию SYSTEM в Windows, владелец папки конвейера в Linux',
  'Show fields, stages and lists of the systems a pipeline uses, or keep them in its lock file. Reads no rows.':
    'Показать поля, стадии и списки систем конвейера или сохранить их в его файл .lock.json. Строки не читаются.',
  'look at this connection; default: all': 'смотреть это подключение; по умолчанию все',
  'look at this entity or table only': 'смотреть только эту сущность или таблицу',
  'write what is found into the lock file beside the pipeline':
    'записать найденное в файл .lock.json рядом с конвейером',
  'compare with the lock file; end with 5 when something differs':
    'сравнить с файлом .lock.json; завершиться с кодом 5, если есть отличия',
  'show what would be written and called, and change nothing':
    'показать, что будет записано и вызвано, ничего не меняя',
  'with --print: the system it is meant for; default: this one':
    'вместе с --print: для какой системы; по умолчанию для этой',
  'lift a brake': 'снять ограничение на изменения',
  'show which fields, table entries, rungs and guards no case reaches':
    'показать, до каких полей, строк таблиц, ступеней и проверок не доходит ни один случай',
  'after showing the differences, write what happens into the test files':
    'показать различия и записать в файлы тестов то, что происходит на деле',
  'at most so many rows of each flow; default: 20': 'не больше стольких строк каждого потока; по умолчанию 20',
  'put other names, phones, numbers and days in the place of those that are':
    'подставить другие имена, телефоны, числа и даты вместо настоящих',
  'a JSON object a line, or the beginning of a test file; default: jsonl':
    'по объекту JSON в строке или начало файла тестов; по умолчанию jsonl',
  'what this edit of the mapping changes: against a git revision or another file; asks no target':
    'что меняет эта правка маппинга: по сравнению с ревизией git или другим файлом; целевые системы не спрашиваются',
  'with --base: so many rows of the source; default: 100': 'с --base: сколько строк источника; по умолчанию 100',
  'with --base: rows of `pipe sample`; asks nobody': 'с --base: строки от `pipe sample`; никто не спрашивается',
  'how findings are printed; default: text': 'в каком виде печатать замечания; по умолчанию text',
  'ask the systems too, as `pipe check` does; variables must have values':
    'опросить и системы, как `pipe check`; переменные должны иметь значения',
  'appointments in the clinic; default: 200': 'сколько приёмов в клинике; по умолчанию 200',
  'seed of the invented clinic; default: 1': 'начальное число для вымышленной клиники; по умолчанию 1',
  'port; default: any free one': 'порт; по умолчанию любой свободный',
  'seed of the invented data; default: 1': 'начальное число для вымышленных данных; по умолчанию 1',
  'rows of invented data': 'сколько строк вымышленных данных',
  'without the custom fields of the clinic: what `pipe provision` finds':
    'без дополнительных полей клиники: то, что застаёт `pipe provision`',
};
