import { defineErrors } from '../errors.ts';

export const runErrors = defineErrors('run', {
  in_doubt: {
    kind: 'data',
    en: 'no answer came for a {operation} of {target}: {reason}',
    ru: 'на изменение ({operation}) цели {target} не пришёл ответ: {reason}',
    fix: {
      en: 'nothing: the target is looked at again when a late effect is no longer possible, then the record goes on',
      ru: 'ничего: целевая система будет проверена, когда изменение уже не сможет дойти с опозданием, и запись продолжится',
    },
  },
  unanswered: {
    kind: 'data',
    en: 'whether a {operation} of {target} arrived is not known yet: its answer never came',
    ru: 'дошло ли изменение ({operation}) до цели {target}, пока неизвестно: ответ не пришёл',
    fix: {
      en: 'nothing: the target is looked at again when a late effect is no longer possible, then the record goes on',
      ru: 'ничего: целевая система будет проверена, когда изменение уже не сможет дойти с опозданием, и запись продолжится',
    },
  },
  undecidable: {
    kind: 'data',
    en: 'no answer came for a {operation} of {target}, and nothing tells whether it arrived',
    ru: 'на изменение ({operation}) цели {target} не пришёл ответ, и узнать, дошло ли оно, нельзя',
    fix: {
      en: 'look in the target: is the row missing, run `pipe queue retry` for the record; is it there, `pipe queue drop`',
      ru: 'посмотрите в целевой системе: строки нет — выполните для записи `pipe queue retry`, есть — `pipe queue drop`',
    },
  },
  doubled: {
    kind: 'data',
    en: 'rows {rows} of target {target} were both made for this record: one was given up for lost and came late',
    ru: 'строки {rows} цели {target} созданы для одной записи: одну сочли потерянной, а она появилась позже',
    fix: {
      en: 'merge or delete one of them in the target, then run `pipe queue retry`',
      ru: 'объедините их или удалите одну в целевой системе, затем выполните `pipe queue retry`',
    },
  },
  waits_for_doubt: {
    kind: 'data',
    en: 'the record touches rows for which an earlier write has no answer yet',
    ru: 'запись касается строк, прежнее изменение которых ещё осталось без ответа',
    fix: {
      en: 'nothing: it goes on when that write is settled',
      ru: 'ничего: она продолжится, когда выяснится, дошло ли оно',
    },
  },
  waits_for_record: {
    kind: 'data',
    en: 'the record touches rows that {record} has yet to write: it was written in part, and its turn comes first',
    ru: 'запись касается строк, которые ещё должна изменить {record}: та записана не до конца, и её очередь первая',
    fix: {
      en: 'nothing: it goes on when {record} is delivered or given up; `pipe queue show` says what that one waits for',
      ru: 'ничего: она продолжится, когда {record} будет доставлена или снята с очереди; чего ждёт та, покажет `pipe queue show`',
    },
  },
  key_not_unique: {
    kind: 'input',
    en: 'rows of {table} are read and planned one by one, for no unique index over ({columns}) tells them apart',
    ru: 'строки {table} читаются и сверяются по одной: нет уникального индекса по ({columns}), который их различал бы',
    fix: {
      en: 'CREATE UNIQUE INDEX {index} ON {table} ({names}): then they are loaded in bulk',
      ru: 'CREATE UNIQUE INDEX {index} ON {table} ({names}): тогда они загружаются целыми пачками',
    },
  },
  several_loads: {
    kind: 'input',
    en: 'flow {flow} has several targets in data bases ({targets}), so its rows are read and planned one by one',
    ru: 'у потока {flow} несколько целей в базах данных ({targets}), поэтому его строки читаются и сверяются по одной',
    fix: {
      en: 'give each of these targets a flow of its own where rows are many: then they are loaded in bulk',
      ru: 'если строк много, дайте каждой из этих целей свой поток: тогда они загружаются целыми пачками',
    },
  },
  too_slow: {
    kind: 'environment',
    en: 'for five minutes no record could be written within 30 seconds of reading what the target holds',
    ru: 'пять минут ни одну запись не удалось записать в течение 30 секунд после чтения целевой системы',
    fix: {
      en: 'nothing was lost; run again when the target answers faster',
      ru: 'ничего не потеряно; повторите, когда целевая система станет отвечать быстрее',
    },
  },
  limited: {
    kind: 'environment',
    en: 'the limit of {what} is used up for now',
    ru: 'лимит {what} пока исчерпан',
    fix: {
      en: 'nothing to do: it goes on as soon as the limit lets it',
      ru: 'ничего делать не нужно: работа продолжится, как только позволит лимит',
    },
  },
  filter_ignored: {
    kind: 'environment',
    en: '{entity} in connection {connection} answered a question by {fields} with a row that does not match it (row {row})',
    ru: '{entity} в подключении {connection} ответила на запрос по {fields} строкой, которая ему не соответствует ({row})',
    fix: {
      en: 'check that the portal still lets this field be filtered by; no write was made on that answer',
      ru: 'проверьте, что портал по-прежнему умеет фильтровать по этому полю; по такому ответу ничего не записано',
    },
  },
  create_not_found: {
    kind: 'environment',
    en: 'the first new row of {entity} in connection {connection} (row {row}) is not found by {fields}, though it holds the values',
    ru: 'первая новая строка {entity} в подключении {connection} (строка {row}) не находится по {fields}, хотя значения в ней есть',
    fix: {
      en: 'check that {entity} can be searched by this field; the run stopped after this one row, since every next run would create the others again',
      ru: 'проверьте, что {entity} ищется по этому полю; запуск остановлен после одной строки: иначе следующий создал бы все остальные ещё раз',
    },
  },
  value_not_kept: {
    kind: 'environment',
    en: '{entity} in connection {connection} did not keep what was written to {fields} (row {row})',
    ru: '{entity} в подключении {connection} не сохранила записанное в {fields} (строка {row})',
    fix: {
      en: 'check the field in the settings of that system and the rights of our login to it; the run stopped after this one row',
      ru: 'проверьте это поле в настройках системы и права нашей учётной записи на него; запуск остановлен после одной строки',
    },
  },
  no_key: {
    kind: 'data',
    en: 'the key field "{field}" has no value',
    ru: 'у ключевого поля «{field}» нет значения',
    fix: {
      en: 'give the row what its key is made of, or leave such rows out in the source',
      ru: 'заполните, из чего строится ключ, или не читайте такие строки из источника',
    },
  },
  required_empty: {
    kind: 'data',
    en: 'required: {fields}',
    ru: 'не заполнено обязательное: {fields}',
    fix: {
      en: 'fill it in the source, or take it out of `require`',
      ru: 'заполните в источнике или уберите из `require`',
    },
  },
  other_params: {
    kind: 'input',
    en: 'flow {flow} was last run with another value of one of the params its source and map use: {params}',
    ru: 'поток {flow} в прошлый раз запускался с другим значением одного из параметров, от которых зависят source и map: {params}',
    fix: {
      en: 'set the old values; only where every key stays what it was, run once with `--full`: with other keys all rows are made a second time',
      ru: 'верните прежние значения; запускать один раз с `--full` можно, только если все ключи остались прежними: с другими ключами все строки будут созданы второй раз',
    },
  },
  already_running: {
    kind: 'environment',
    en: 'pipeline {pipeline} is being run by process {pid} on {host} since {since}, its last sign of life {silent} s ago',
    ru: 'конвейер {pipeline} уже выполняет процесс {pid} на {host} с {since}, последний признак жизни {silent} с назад',
    fix: {
      en: 'wait until it ends; if it hangs, `pipe run {file} --end-holder` ends it and runs',
      ru: 'дождитесь его завершения; если он завис, `pipe run {file} --end-holder` завершит его и начнёт работу',
    },
  },
  state_copied: {
    kind: 'environment',
    en: 'the state of pipeline {pipeline} was begun on another machine: what it knows of the targets is looked up anew',
    ru: 'состояние конвейера {pipeline} начато на другом компьютере: всё, что в нём известно о целях, проверяется заново',
    fix: {
      en: 'see that the pipeline runs no more over there',
      ru: 'убедитесь, что там конвейер больше не запускается',
    },
  },
  other_system: {
    kind: 'input',
    en: 'connection {connection} led to {before} so far and leads to {now} now: what the state knows is not true there',
    ru: 'подключение {connection} до сих пор вело в {before}, а теперь ведёт в {now}: то, что известно о прежней системе, там неверно',
    fix: {
      en: 'give another system a state of its own with `--state <folder>`; if it is the same one under a new name, say `pipe state adopt {file}`',
      ru: 'для другой системы укажите своё состояние: `--state <папка>`; если это та же система под новым именем, выполните `pipe state adopt {file}`',
    },
  },
  other_instance: {
    kind: 'environment',
    en: '{row} in connection {connection} was created in the last 24 hours by instance {other} of this pipeline; this is instance {mine}',
    ru: '{row} в подключении {connection} создана за последние 24 часа экземпляром {other} этого конвейера, а это экземпляр {mine}',
    fix: {
      en: 'end the other copy; where it has ended for good, `pipe state adopt {file}` takes its rows for yours',
      ru: 'остановите другую копию; если она остановлена навсегда, `pipe state adopt {file}` признает её строки своими',
    },
  },
  queue_full: {
    kind: 'data',
    en: 'the queue of flow {flow} has room for {limit} records, and more would have to wait; the run stopped before losing one',
    ru: 'в очереди потока {flow} место только для стольких записей: {limit}, а ждать пришлось бы большему числу; запуск остановлен, чтобы ничего не потерять',
    fix: {
      en: 'see `pipe queue list {file}`, mend or drop what waits there, or raise `queue.limit`, then run again: it goes on from here',
      ru: 'посмотрите `pipe queue list {file}`, исправьте или удалите ждущее либо увеличьте `queue.limit` и запустите снова: работа продолжится с этого места',
    },
  },
  queue_dropped: {
    kind: 'data',
    en: 'the queue of flow {flow} was full ({limit} records): the {count} oldest were dropped',
    ru: 'очередь потока {flow} была заполнена ({limit} записей): самые старые удалены ({count})',
    fix: {
      en: 'nothing brings them back but a change in the source or `--full`; raise `queue.limit` or write `whenFull: stop`',
      ru: 'их вернёт только изменение в источнике или `--full`; увеличьте `queue.limit` или укажите `whenFull: stop`',
    },
  },
  absent_empty: {
    kind: 'data',
    en: 'the source of flow {flow} returned nothing: no target row is taken for absent',
    ru: 'источник потока {flow} ничего не вернул: ни одна строка целей не считается исчезнувшей',
    fix: { en: 'see whether the source is whole', ru: 'проверьте, цел ли источник' },
  },
  absent_unreadable: {
    kind: 'data',
    en: 'the key of a row of flow {flow} in target {target} cannot be told: no target row is taken for absent in this run',
    ru: 'ключ одной из строк потока {flow} в цели {target} неизвестен: в этом запуске ни одна строка целей не считается исчезнувшей',
    fix: {
      en: 'correct that row in the source, or what the key is mapped from',
      ru: 'исправьте эту строку в источнике или то, из чего строится ключ',
    },
  },
  absent_bounded: {
    kind: 'data',
    en: 'a full read of flow {flow} does not go back to the beginning: no target row is taken for absent',
    ru: 'полное чтение потока {flow} начинается не с самого начала: ни одна строка целей не считается исчезнувшей',
    fix: { en: 'write `full: all` under `cursor`', ru: 'напишите `full: all` в `cursor`' },
  },
  row_gone: {
    kind: 'data',
    en: 'the source no longer has the row',
    ru: 'в источнике больше нет этой строки',
    fix: {
      en: '`pipe queue drop` gives it up, `pipe queue retry` writes it as it was last read',
      ru: '`pipe queue drop` — отказаться от неё, `pipe queue retry` — записать такой, какой она была прочитана',
    },
  },
  fields_differ: {
    kind: 'input',
    en: 'the field {field} of {entity} is wanted as {one} and as {other}',
    ru: 'поле {field} у {entity} нужно и с типом {one}, и с типом {other}',
    fix: { en: 'write the same type in both places', ru: 'укажите в обоих местах один тип' },
  },
  changed_since: {
    kind: 'data',
    en: 'row {row} of target {target} is not as it was when the plan was made: it was left alone',
    ru: 'строка {row} цели {target} уже не та, что при составлении плана: она не тронута',
    fix: {
      en: 'look at it with `pipe diff`; the next run decides on it anew',
      ru: 'посмотрите её через `pipe diff`; следующий запуск решит о ней заново',
    },
  },
  rests_on_changed: {
    kind: 'data',
    en: 'row {row} of target {target} rests on a row that changed since the plan was made: it was left alone',
    ru: 'строка {row} цели {target} опирается на строку, изменившуюся после составления плана: она не тронута',
    fix: {
      en: 'look at it with `pipe diff`; the next run decides on it anew',
      ru: 'посмотрите её через `pipe diff`; следующий запуск решит о ней заново',
    },
  },
  other_plan: {
    kind: 'input',
    en: 'the plan was made with another mapping, params or lock file than {file} has now',
    ru: 'план составлен с другим маппингом, параметрами или файлом .lock.json, чем сейчас в {file}',
    fix: {
      en: 'make it anew with `pipe diff --out`, or give `pipe apply` the same `--param` as `pipe diff` had',
      ru: 'составьте его заново через `pipe diff --out` или дайте `pipe apply` те же `--param`, что были у `pipe diff`',
    },
  },
  expired_plan: {
    kind: 'input',
    en: 'the plan is older than 24 hours, it expired at {at}',
    ru: 'плану больше 24 часов, он истёк {at}',
    fix: {
      en: 'make it anew with `pipe diff --out`; `pipe apply --show` shows the old one',
      ru: 'составьте его заново через `pipe diff --out`; старый покажет `pipe apply --show`',
    },
  },
  foreign_plan: {
    kind: 'input',
    en: 'the plan was made by instance {other} of the pipeline, this is {mine}',
    ru: 'план составлен экземпляром {other} этого конвейера, а здесь {mine}',
    fix: {
      en: 'apply it on the machine where it was made, or make it anew here',
      ru: 'примените его на том компьютере, где он составлен, или составьте заново здесь',
    },
  },
  plan_of_other_system: {
    kind: 'input',
    en: 'connection {connection} led to {before} when the plan was made and leads to {now} now',
    ru: 'подключение {connection} вело в {before}, когда составлялся план, а теперь ведёт в {now}',
    fix: {
      en: 'make it anew with `pipe diff --out`, or let the connection lead where it did',
      ru: 'составьте его заново через `pipe diff --out` или верните подключению прежний адрес',
    },
  },
  broken_plan: {
    kind: 'input',
    en: '{file} is no plan as `pipe diff --out` wrote it, or a part of it is missing: line {line}',
    ru: '{file} — не тот план, что записал `pipe diff --out`, или в нём не всё: строка {line}',
    fix: { en: 'make it anew with `pipe diff --out`', ru: 'составьте его заново через `pipe diff --out`' },
  },
  unknown_flow: {
    kind: 'input',
    en: 'there is no flow "{flow}" in {pipeline}',
    ru: 'в {pipeline} нет потока «{flow}»',
    fix: { en: 'write {expected}', ru: 'напишите {expected}' },
  },
  prerequisite_failed: {
    kind: 'data',
    en: 'flow {flow} was not run: {before}, which it comes after, did not get done',
    ru: 'поток {flow} не запускался: не выполнен {before}, после которого он идёт',
    fix: {
      en: 'mend what {before} says, then run again: both go on from where they were',
      ru: 'исправьте то, на что указал {before}, и запустите снова: оба продолжат с прежнего места',
    },
  },
  connection_lost: {
    kind: 'environment',
    en: 'flow {flow} was not run: connection {connection} is out of reach in this run',
    ru: 'поток {flow} не запускался: подключение {connection} в этом запуске недоступно',
    fix: {
      en: 'see `pipe check`, then run again: it goes on from where it was',
      ru: 'посмотрите `pipe check` и запустите снова: работа продолжится с прежнего места',
    },
  },
  sync_log_unwritten: {
    kind: 'environment',
    en: 'the row about flow {flow} could not be written to {table} in connection {connection}: {reason}',
    ru: 'строка о потоке {flow} не записана в {table} подключения {connection}: {reason}',
    fix: {
      en: 'see to that table and the rights to it; the data itself is not concerned',
      ru: 'проверьте эту таблицу и права на неё; самих данных это не касается',
    },
  },
  only_matched_nothing: {
    kind: 'input',
    en: '`--only` matched none of {rows} rows',
    ru: '`--only` не подошло ни к одной из строк ({rows})',
    fix: {
      en: 'check the expression against a row of the source: names as it has them, a text in quotes; the window is that of `--full`',
      ru: 'сверьте выражение со строкой источника: имена как в ней, текст в кавычках; окно чтения — как у `--full`',
    },
  },
  unknown_table_value: {
    kind: 'data',
    en: 'field {field} met a value its table does not know: "{value}"',
    ru: 'поле {field}: значения «{value}» нет в таблице',
    fix: { en: 'add the value to the table', ru: 'добавьте значение в таблицу' },
  },
});
