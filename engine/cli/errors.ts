import { defineErrors } from '../errors.ts';

export const cliErrors = defineErrors('cli', {
  unknown_command: {
    kind: 'input',
    en: 'there is no command "{command}"',
    ru: 'нет команды «{command}»',
    fix: { en: 'write {expected}', ru: 'напишите {expected}' },
  },
  wrong_flags: {
    kind: 'input',
    en: '{reason}',
    ru: '{reason}',
    fix: { en: 'see `{command} --help`', ru: 'см. `{command} --help`' },
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
  only_unreadable: {
    kind: 'input',
    en: '`--only` cannot be read: {reason}',
    ru: '`--only` не читается: {reason}',
    fix: {
      en: "write a condition over the source row, e.g. --only 'id = 1'",
      ru: "напишите условие по строке источника, например --only 'id = 1'",
    },
  },
  unreadable_file: {
    kind: 'input',
    en: '{file} cannot be read: {reason}',
    ru: '{file} не читается: {reason}',
    fix: { en: 'check the path and its rights', ru: 'проверьте путь и права' },
  },
  unwritable_file: {
    kind: 'input',
    en: '{file} cannot be written: {reason}',
    ru: '{file} не записывается: {reason}',
    fix: { en: 'check the path of `--output` and its rights', ru: 'проверьте путь `--output` и права' },
  },
  no_sandbox: {
    kind: 'input',
    en: 'connector {connector} has no sandbox',
    ru: 'у коннектора {connector} нет песочницы',
    fix: { en: 'write {expected}', ru: 'напишите {expected}' },
  },
  unknown_connection: {
    kind: 'input',
    en: 'there is no connection "{connection}" in {file}',
    ru: 'в {file} нет подключения «{connection}»',
    fix: { en: 'write {expected}', ru: 'напишите {expected}' },
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
      en: 'name a row, or give --flow or --state or --all',
      ru: 'назовите строку либо укажите --flow, --state или --all',
    },
  },
  bad_time: {
    kind: 'input',
    en: '{flag} is "{value}", which is not a time',
    ru: '{flag}: «{value}» — не время',
    fix: { en: 'write it as 2026-03-01 or 2026-03-01T10:00:00', ru: 'напишите как 2026-03-01 или 2026-03-01T10:00:00' },
  },
});
