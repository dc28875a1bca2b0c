import { defineErrors } from '../errors.ts';
import { usageErrors } from './errors-usage.ts';

const ownErrors = defineErrors('cli', {
  env_line: {
    kind: 'input',
    en: 'line {line} of {file} is not NAME=value and was left out',
    ru: 'строка {line} файла {file} — не ИМЯ=значение, она пропущена',
    fix: { en: 'write NAME=value, or # before a comment', ru: 'напишите ИМЯ=значение, а перед комментарием — #' },
  },
  env_quote: {
    kind: 'input',
    en: 'the quote in line {line} of {file} is never closed, and the line was left out',
    ru: 'в строке {line} файла {file} не закрыта кавычка, строка пропущена',
    fix: { en: 'close the quote', ru: 'закройте кавычку' },
  },
  env_comment: {
    kind: 'input',
    en: 'in line {line} of {file} the value ends at #, the rest is a comment',
    ru: 'в строке {line} файла {file} значение кончается на #, остальное — комментарий',
    fix: {
      en: "if # belongs to the value, put it in quotes: NAME='value'",
      ru: "если # — часть значения, возьмите его в кавычки: ИМЯ='значение'",
    },
  },
  env_emptied: {
    kind: 'input',
    en: 'line {line} of {file} sets {name}, which a later line sets to nothing',
    ru: 'строка {line} файла {file} задаёт {name}, а строка ниже задаёт его пустым',
    fix: { en: 'remove the one of the two that is not meant', ru: 'уберите ту из двух, которая не нужна' },
  },
  open_to_others: {
    kind: 'environment',
    en: '{file} is open to others ({rights})',
    ru: '{file} открыт посторонним ({rights})',
    fix: { en: 'run `{command}`', ru: 'выполните `{command}`' },
  },
  no_pipeline: {
    kind: 'input',
    en: 'there is no pipeline file {file}',
    ru: 'нет файла конвейера {file}',
    fix: {
      en: 'give the path of a pipeline, e.g. pipelines/ident-to-bitrix.yaml',
      ru: 'укажите путь к конвейеру, например pipelines/ident-to-bitrix.yaml',
    },
  },
  other_pipeline: {
    kind: 'input',
    en: 'there is no pipeline file {file}',
    ru: 'нет файла конвейера {file}',
    fix: { en: 'write {choices}', ru: 'напишите {choices}' },
  },
  no_yaml: {
    kind: 'input',
    en: '{file} is no pipeline: the name of one ends in .yaml or .yml',
    ru: '{file} — не конвейер: имя конвейера кончается на .yaml или .yml',
    fix: { en: 'write {choices}', ru: 'напишите {choices}' },
  },
  no_schedule: {
    kind: 'input',
    en: '{file} says no times to run at',
    ru: 'в {file} не сказано, когда запускать',
    fix: {
      en: 'write e.g. `schedule: [{ every: 2m }]` in it',
      ru: 'напишите в нём, например, `schedule: [{ every: 2m }]`',
    },
  },
  no_state: {
    kind: 'input',
    en: 'there is no state in {folder}',
    ru: 'в {folder} нет состояния',
    fix: {
      en: 'write --state as `pipe run` has it, or leave it out for .pipe beside the file',
      ru: 'укажите --state так же, как у `pipe run`, или уберите его: тогда это .pipe рядом с файлом',
    },
  },
  empty_window: {
    kind: 'input',
    en: '--until {until} is not after --since {since}',
    ru: '--until {until} не позже, чем --since {since}',
    fix: { en: 'write a later --until', ru: 'укажите --until позже' },
  },
  file_changed: {
    kind: 'input',
    en: '{file} is not what it was when this began: it goes on with what was written there then',
    ru: '{file} изменён или удалён после начала: работа продолжается по прежнему содержимому',
    fix: { en: 'check the file and start this again', ru: 'проверьте файл и запустите заново' },
  },
  unreadable_file: {
    kind: 'input',
    en: '{file} cannot be read: {reason}',
    ru: '{file} не читается: {reason}',
    fix: { en: 'check the path and its rights', ru: 'проверьте путь и права' },
  },
  no_sandbox: {
    kind: 'input',
    en: 'connector {connector} has no sandbox',
    ru: 'у коннектора {connector} нет песочницы',
    fix: { en: 'write {choices}', ru: 'напишите {choices}' },
  },
  connection_without_sandbox: {
    kind: 'input',
    en: 'connection "{connection}" is of connector {connector}, which has no sandbox',
    ru: 'подключение «{connection}» — коннектор {connector}, у которого нет песочницы',
    fix: { en: 'write `--sandbox` with {choices}', ru: 'укажите `--sandbox` с {choices}' },
  },
  no_connection_with_sandbox: {
    kind: 'input',
    en: 'connection "{connection}" is of connector {connector}, which has no sandbox, as every other in {file}',
    ru: 'подключение «{connection}» — коннектор {connector}, у которого нет песочницы, как и у других в {file}',
    fix: { en: 'leave out `--sandbox`, or try `--dry-run`', ru: 'уберите `--sandbox` или попробуйте `--dry-run`' },
  },
  sandbox_into_real: {
    kind: 'input',
    en: 'invented rows of the sandbox in the place of "{source}" would be written into the real "{target}"',
    ru: 'вымышленные строки из песочницы вместо «{source}» попали бы в настоящее «{target}»',
    fix: {
      en: 'add `--sandbox {target}` or `--dry-run`, or say where to with `--connection {target}.<key>=<value>`',
      ru: 'добавьте `--sandbox {target}` или `--dry-run`, или укажите куда: `--connection {target}.<ключ>=<значение>`',
    },
  },
  port_taken: {
    kind: 'environment',
    en: 'port {port} is taken',
    ru: 'порт {port} занят',
    fix: { en: 'choose another `--port`, or leave it out', ru: 'укажите другой `--port` или не указывайте его' },
  },
  makes_no_fields: {
    kind: 'input',
    en: 'the system behind "{connection}" has no fields that pipe makes',
    ru: 'в системе подключения «{connection}» pipe полей не создаёт',
    fix: {
      en: 'name a connection to a CRM; tables are made by `ddl` when a run begins',
      ru: 'назовите подключение к CRM; таблицы создаёт `ddl` при запуске',
    },
  },
  not_agreed: {
    kind: 'input',
    en: 'nobody is there to say yes, and nothing was changed',
    ru: 'некому подтвердить, ничего не изменено',
    fix: {
      en: 'add `--yes` to make it, or `--dry-run` to only see it',
      ru: 'добавьте `--yes`, чтобы создать, или `--dry-run`, чтобы только посмотреть',
    },
  },
  no_browser_login: {
    kind: 'input',
    en: 'connector {connector} of {connection} has no login through a browser',
    ru: 'коннектор {connector} подключения {connection} не входит через браузер',
    fix: {
      en: 'give its login as its settings say, secrets by `pipe secret set`, and see that it works with `pipe check`',
      ru: 'задайте вход в его настройках, секреты — командой `pipe secret set`, и проверьте его командой `pipe check`',
    },
  },
  redirect_taken: {
    kind: 'environment',
    en: '{address}, where the browser is to come back, is taken',
    ru: 'адрес {address}, на который должен вернуться браузер, занят',
    fix: {
      en: 'end what listens there, or give the code with `--code`',
      ru: 'завершите программу, которая его слушает, или передайте код через `--code`',
    },
  },
  login_timed_out: {
    kind: 'environment',
    en: 'for {minutes} minutes nobody came back from the browser',
    ru: 'за {minutes} мин вход в браузере не подтверждён',
    fix: {
      en: 'run it again and allow access; where the browser runs on another machine, give the code with `--code`',
      ru: 'выполните команду ещё раз и разрешите доступ; если браузер на другом компьютере, передайте код через `--code`',
    },
  },
  no_code: {
    kind: 'input',
    en: 'no code came',
    ru: 'код не получен',
    fix: {
      en: 'allow access in the browser, then paste the address it is led to, or give the code with `--code`',
      ru: 'разрешите доступ в браузере и вставьте адрес, на который он перешёл, или передайте код через `--code`',
    },
  },
  other_login: {
    kind: 'input',
    en: 'this is the answer to another login',
    ru: 'это ответ на другой вход',
    fix: {
      en: 'open the address that was printed last, and paste where that leads',
      ru: 'откройте адрес, напечатанный последним, и вставьте тот, на который он приведёт',
    },
  },
  not_in_order: {
    kind: 'environment',
    en: '{what}: {fact}',
    ru: '{what}: {fact}',
    fix: { en: 'look at it in that system', ru: 'посмотрите на это в той системе' },
  },
  unknown_connection: {
    kind: 'input',
    en: 'there is no connection "{connection}" in {file}',
    ru: 'в {file} нет подключения «{connection}»',
    fix: { en: 'write {choices}', ru: 'напишите {choices}' },
  },
  unknown_shell: {
    kind: 'input',
    en: 'there is no completion for the shell "{shell}"',
    ru: 'для оболочки «{shell}» дополнения нет',
    fix: { en: 'write {choices}', ru: 'напишите {choices}' },
  },
  template_wanted: {
    kind: 'input',
    en: '`pipe init` was not told what to begin with',
    ru: 'для `pipe init` не указано, с чего начать',
    fix: { en: 'write --template with one of {choices}', ru: 'напишите --template и одно из {choices}' },
  },
  unknown_template: {
    kind: 'input',
    en: 'there is no template "{template}"',
    ru: 'нет шаблона «{template}»',
    fix: { en: 'write {choices}', ru: 'напишите {choices}' },
  },
  pipeline_name: {
    kind: 'input',
    en: 'no pipeline can be called "{name}"',
    ru: 'конвейер нельзя назвать «{name}»',
    fix: {
      en: 'begin with a letter or digit, then letters, digits, ".", "_" and "-"',
      ru: 'начните с буквы или цифры, дальше буквы, цифры, «.», «_» и «-»',
    },
  },
  not_a_clone: {
    kind: 'input',
    en: 'this is no clone of pipe: there are no sources to add a connector to',
    ru: 'это не клон pipe: исходников, к которым добавить коннектор, здесь нет',
    fix: { en: 'clone the repository and run it there', ru: 'склонируйте репозиторий и выполните команду в нём' },
  },
  connector_name: {
    kind: 'input',
    en: 'no connector can be called "{name}"',
    ru: 'коннектор нельзя назвать «{name}»',
    fix: {
      en: 'write small letters, digits and "-" between them, a letter first, e.g. yclients',
      ru: 'напишите строчные латинские буквы, цифры и «-» между ними, сначала букву, например yclients',
    },
  },
  connector_there: {
    kind: 'input',
    en: 'there is a connector "{name}" already, and nothing was written',
    ru: 'коннектор «{name}» уже есть, ничего не записано',
    fix: { en: 'give the new one another name', ru: 'дайте новому другое имя' },
  },
  name_there: {
    kind: 'input',
    en: '{file} is called "{name}" already, and nothing was written',
    ru: '{file} уже называется «{name}», ничего не записано',
    fix: { en: 'choose another folder or --name', ru: 'укажите другую папку или --name' },
  },
  file_there: {
    kind: 'input',
    en: '{file} is there already, and nothing was written',
    ru: '{file} уже есть, ничего не записано',
    fix: {
      en: 'choose another folder or --name, or move that file away',
      ru: 'укажите другую папку или --name либо уберите этот файл',
    },
  },
  unknown_flow: {
    kind: 'input',
    en: 'there is no flow "{flow}" in {file}',
    ru: 'в {file} нет потока «{flow}»',
    fix: { en: 'write {choices}', ru: 'напишите {choices}' },
  },
  flow_without_cursor: {
    kind: 'input',
    en: 'the source of flow {flow} in {file} has no cursor: it is read whole each time',
    ru: 'у источника потока {flow} в {file} нет cursor: он каждый раз читается целиком',
    fix: { en: 'add cursor: { field: … } to its source', ru: 'добавьте источнику cursor: { field: … }' },
  },
  wants_yes: {
    kind: 'input',
    en: '`{command}` asks before it forgets anything, and nobody is at a terminal',
    ru: '`{command}` спрашивает, прежде чем забыть, а отвечать некому: это не терминал',
    fix: { en: 'add --yes', ru: 'добавьте --yes' },
  },
  no_record: {
    kind: 'input',
    en: 'nothing is known of a record "{key}" in {file}',
    ru: 'о записи «{key}» в {file} ничего не известно',
    fix: {
      en: 'write the key as the record has it (`pipe queue list {file}`, the log); what is older than 7 days is forgotten',
      ru: 'напишите ключ так, как он есть в записи (`pipe queue list {file}`, журнал); то, что старше 7 дней, забыто',
    },
  },
  no_queue_row: {
    kind: 'input',
    en: 'the queue has no row "{row}"',
    ru: 'в очереди нет строки «{row}»',
    fix: {
      en: 'see `pipe queue list {file}` for ids and keys',
      ru: 'номера и ключи показывает `pipe queue list {file}`',
    },
  },
  drop_what: {
    kind: 'input',
    en: '`pipe queue drop` was not told what to drop',
    ru: 'не указано, что удалить из очереди',
    fix: {
      en: 'name a row, or give --flow, --in or --all',
      ru: 'назовите строку либо укажите --flow, --in или --all',
    },
  },
  drop_all_or_some: {
    kind: 'input',
    en: '--all and a row, --flow or --in say different things',
    ru: '--all противоречит указанной строке, --flow или --in',
    fix: { en: 'remove --all to drop only what is named', ru: 'уберите --all, чтобы удалить только названное' },
  },
  sample_in_clear: {
    kind: 'input',
    en: 'source rows hold names and phones, and nothing says what is to become of them',
    ru: 'в исходных строках имена и телефоны, и не сказано, что с ними делать',
    fix: {
      en: 'write --anonymise, or --reveal to have them as they are',
      ru: 'напишите --anonymise или --reveal, чтобы получить их как есть',
    },
  },
  bad_time: {
    kind: 'input',
    en: '{flag} is "{value}", which is not a time',
    ru: '{flag}: «{value}» — не время',
    fix: { en: 'write it as 2026-03-01 or 2026-03-01T10:00:00', ru: 'напишите как 2026-03-01 или 2026-03-01T10:00:00' },
  },

  unknown_source: {
    kind: 'input',
    en: '{connection} has no "{entity}" to read',
    ru: 'в {connection} нет «{entity}»',
    fix: { en: 'use one of {choices}', ru: 'используйте одно из {choices}' },
  },
  no_lock: {
    kind: 'input',
    en: 'there is no lock file {lock} to compare with',
    ru: 'нет файла {lock}, с которым сравнивать',
    fix: { en: 'write it: pipe discover {file} --lock', ru: 'запишите его: pipe discover {file} --lock' },
  },
});

export const cliErrors = { ...usageErrors, ...ownErrors };
