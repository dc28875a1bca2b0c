import { defineErrors } from '../errors.ts';

export const planErrors = defineErrors('plan', {
  many_rows: {
    kind: 'data',
    en: 'rung "{rung}" of target {target} found {count} rows, and `many` is error: {rows}',
    ru: 'ступень «{rung}» цели {target} нашла строк: {count}, а `many` — error: {rows}',
    fix: {
      en: 'merge the rows in the target, or choose `many: newest` or `many: oldest` for this rung',
      ru: 'объедините строки в целевой системе или укажите для этой ступени `many: newest` или `many: oldest`',
    },
  },
  missing_row: {
    kind: 'data',
    en: 'target {target} found no row, and `missing` is error',
    ru: 'цель {target} не нашла строки, а `missing` — error',
    fix: {
      en: 'nothing, if the row is yet to come: the record waits in the queue; else run `pipe queue drop` for it',
      ru: 'ничего, если строка ещё появится: запись ждёт в очереди; иначе удалите её командой `pipe queue drop`',
    },
  },
  missing_reference: {
    kind: 'data',
    en: 'field {field} refers to a row that {table} does not have',
    ru: 'поле {field} ссылается на строку, которой нет в {table}',
    fix: {
      en: 'nothing, if the row is yet to come: the record waits in the queue; else choose `missing: skip` or `missing: null`',
      ru: 'ничего, если строка ещё появится: запись ждёт в очереди; иначе укажите `missing: skip` или `missing: null`',
    },
  },
  many_referred: {
    kind: 'data',
    en: 'field {field} refers to {count} rows of {table} with different values',
    ru: 'поле {field} ссылается на несколько строк {table} ({count}) с разными значениями',
    fix: {
      en: 'ask by what names one row, or merge the rows',
      ru: 'ищите по тому, что указывает на одну строку, или объедините строки',
    },
  },
  reference_not_scalar: {
    kind: 'data',
    en: 'field {field} refers to a row by {name}, and what it asks for is no single value',
    ru: 'поле {field} ссылается на строку по {name}, а искомое — не одно значение',
    fix: { en: 'ask for a text, a number or true or false', ru: 'ищите по тексту, числу или логическому значению' },
  },
  no_target_key: {
    kind: 'data',
    en: 'field {field}, the key of target {target}, has no value',
    ru: 'у поля {field}, ключа цели {target}, нет значения',
    fix: {
      en: 'give the record what its key is made of, or guard against such records',
      ru: 'заполните, из чего строится ключ, или отсейте такие записи через guard',
    },
  },
  own_row_unmatched: {
    kind: 'data',
    en: 'row {row} of target {target} was created for this record, but no rung finds it any more',
    ru: 'строка {row} цели {target} создана для этой записи, но ни одна ступень её больше не находит',
    fix: {
      en: 'give the row back what it is matched by, or delete it there; then run `pipe queue retry`. A rung `by: link` would find it',
      ru: 'верните строке то, по чему её ищут, или удалите её там; затем выполните `pipe queue retry`. Её нашла бы ступень `by: link`',
    },
  },
  no_identity: {
    kind: 'input',
    en: 'target {target} has neither `key` nor `match`, and {entity} in connection {connection} has no room for a mark of ours',
    ru: 'у цели {target} нет ни `key`, ни `match`, а у {entity} в подключении {connection} нет места для нашей метки',
    fix: { en: 'give the target a `key`', ru: 'задайте цели `key`' },
  },
  unknown_field: {
    kind: 'input',
    en: '"{field}" is not a field of {entity} in connection {connection}',
    ru: '«{field}» — не поле сущности {entity} в подключении {connection}',
    fix: { en: 'create the field there or write {expected}', ru: 'создайте поле в системе или напишите {expected}' },
  },
  fields_fold: {
    kind: 'input',
    en: 'record fields "{one}" and "{other}" are both "{field}" in target {target}',
    ru: 'поля записи «{one}» и «{other}» в цели {target} — одно поле «{field}»',
    fix: {
      en: 'rename one of them in `map`, or name in `fields` which of them "{field}" takes',
      ru: 'переименуйте одно из них в `map` или назовите в `fields`, какое из них берёт «{field}»',
    },
  },
  read_only_field: {
    kind: 'input',
    en: '"{field}" of {entity} can only be read',
    ru: '«{field}» сущности {entity} доступно только для чтения',
    fix: { en: 'take it out of `fields`', ru: 'уберите его из `fields`' },
  },
  unknown_list: {
    kind: 'input',
    en: '{entity} has no child list "{list}"',
    ru: 'у сущности {entity} нет вложенного списка «{list}»',
    fix: { en: 'write {expected} under `rows`', ru: 'напишите {expected} в `rows`' },
  },
  rows_not_a_list: {
    kind: 'data',
    en: '`rows` of target {target} gave {kind}, not rows',
    ru: '`rows` цели {target}: вместо строк — {kind}',
    fix: { en: 'make the expression give a list of objects', ru: 'выражение должно давать список объектов' },
  },
  question_not_scalar: {
    kind: 'data',
    en: 'rung "{rung}" of target {target} asks {field} for {kind}',
    ru: 'ступень «{rung}» цели {target} ищет по полю {field}, а значение для него — {kind}',
    fix: { en: 'ask for a text, a number or a list of them', ru: 'спрашивайте по тексту, числу или их списку' },
  },
  too_many_deletes: {
    kind: 'environment',
    en: '{count} of {rows} rows of target {target} have no record in the source any more, at most {allowed} may go at once; none was touched',
    ru: 'у {count} из {rows} строк цели {target} больше нет записи в источнике, за один раз можно убрать не больше {allowed}; ни одна не тронута',
    fix: {
      en: 'see whether the source is whole; if it is, run again with `--allow deletes`, or set `brakes: { deletes: … }`',
      ru: 'проверьте, цел ли источник; если да, запустите с `--allow deletes` или задайте `brakes: { deletes: … }`',
    },
  },
  too_many_after_edit: {
    kind: 'environment',
    en: 'the mapping or its params were changed since the last run, and this one would make {count} {operation}; without a brake of yours the first run may make {allowed}; nothing was written',
    ru: 'после последнего запуска изменён маппинг или его параметры, и этот сделал бы {count} ({operation}); без `brakes` в файле первый запуск может сделать {allowed}; ничего не записано',
    fix: {
      en: 'look at it with `pipe diff`; if it is right, run once with `--allow {operation}`',
      ru: 'посмотрите это через `pipe diff`; если всё верно, запустите один раз с `--allow {operation}`',
    },
  },
  too_many_changes: {
    kind: 'environment',
    en: 'the run would make {count} {operation}, the brake allows {allowed}; nothing was written',
    ru: 'запуск сделал бы {count} ({operation}), `brakes` разрешает {allowed}; ничего не записано',
    fix: {
      en: 'look at what would change; if it is right, run again with `--allow {operation}`',
      ru: 'посмотрите, что изменится; если всё верно, запустите с `--allow {operation}`',
    },
  },
});
