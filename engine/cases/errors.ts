import { defineErrors } from '../errors.ts';

/** A name in a test file that the pipeline does not have. */
function unknown<const En extends string, const Ru extends string>(en: En, ru: Ru) {
  return {
    kind: 'input',
    en: `"{name}" is not ${en}`,
    ru: `нет ${ru} «{name}»`,
    fix: { en: 'write {choices}', ru: 'напишите {choices}' },
  } as const;
}

export const casesErrors = defineErrors('cases', {
  no_tests: {
    kind: 'input',
    en: 'there is no test file {file}',
    ru: 'нет файла с тестами {file}',
    fix: {
      en: 'write one beside the pipeline, named as it with .test.yaml, or give its path',
      ru: 'создайте его рядом с конвейером с тем же именем и .test.yaml или укажите путь',
    },
  },
  no_pipeline: {
    kind: 'input',
    en: 'there is no pipeline {pipeline} to test',
    ru: 'нет конвейера {pipeline}, который проверяют тесты',
    fix: {
      en: 'name the test file as the pipeline, with .test.yaml, or write `pipeline: <file>` in it',
      ru: 'назовите файл тестов как конвейер, с .test.yaml, или напишите в нём `pipeline: <файл>`',
    },
  },
  rows_and_expectations: {
    kind: 'input',
    en: 'the case has {rows} source rows and {expectations} expectations',
    ru: 'в случае исходных строк: {rows}, а ожиданий: {expectations}',
    fix: { en: 'write one expectation for each row, in order', ru: 'напишите по ожиданию на строку, по порядку' },
  },
  expects_nothing: {
    kind: 'input',
    en: 'the case expects nothing: it could not fail',
    ru: 'случай ничего не ожидает: он не может не пройти',
    fix: {
      en: 'write record, changes, skipped or refused under expect',
      ru: 'напишите в expect record, changes, skipped или refused',
    },
  },
  contradiction: {
    kind: 'input',
    en: 'a record is either rejected, or skipped, or it makes changes',
    ru: 'запись либо отклонена, либо пропущена, либо что-то меняет',
    fix: { en: 'keep one of refused, skipped and changes', ru: 'оставьте одно из refused, skipped и changes' },
  },
  change_kind: {
    kind: 'input',
    en: 'what becomes of target {target} is one of create, update, unchanged, found, none, skip, failed',
    ru: 'с целью {target} происходит одно из: create, update, unchanged, found, none, skip, failed',
    fix: { en: 'write exactly one of them', ru: 'напишите ровно одно' },
  },
  flow_needed: {
    kind: 'input',
    en: 'the pipeline has several flows and the case names none',
    ru: 'в конвейере несколько потоков, а случай не называет ни одного',
    fix: { en: 'write flow: {choices}', ru: 'напишите flow: {choices}' },
  },
  unknown_param: unknown('a param of the pipeline', 'параметра конвейера'),
  unknown_flow: unknown('a flow of the pipeline', 'потока конвейера'),
  unknown_connection: unknown('a connection of the pipeline', 'подключения конвейера'),
  unknown_entity: unknown('an entity the pipeline uses there', 'сущности, с которой там работает конвейер,'),
  unknown_column: unknown('a column of the source', 'столбца источника'),
  unknown_read: unknown('a field the mapping reads or writes there', 'поля, которое там читает или пишет маппинг,'),
  unknown_record_field: unknown('a field of the record', 'поля записи'),
  unknown_target: unknown('a target of the flow', 'цели потока'),
  unknown_field: unknown('a field this target writes', 'поля, которое пишет эта цель,'),
  unknown_list: unknown('a child list this target writes', 'вложенного списка, который пишет эта цель,'),
  unknown_rung: unknown('a rung of this target', 'ступени этой цели'),
  unknown_guard: {
    kind: 'input',
    en: 'nothing here is skipped as "{name}"',
    ru: 'здесь ничто не пропускается как «{name}»',
    fix: {
      en: 'write {choices}, or give the pipeline a guard with `skip: {name}`',
      ru: 'напишите {choices} или добавьте в конвейер проверку (guard) со `skip: {name}`',
    },
  },
  nothing_to_name: {
    kind: 'input',
    en: 'there is nothing in the pipeline that "{name}" could name here',
    ru: 'в конвейере нет ничего, что здесь могло бы называться «{name}»',
    fix: {
      en: 'take it out of the test, or add it to the pipeline',
      ru: 'уберите это из теста или добавьте в конвейер',
    },
  },
  unknown_code: {
    kind: 'input',
    en: '"{code}" is not the code of an error',
    ru: '«{code}» — не код ошибки',
    fix: { en: 'write {choices}; docs/errors.md has them all', ru: 'напишите {choices}; все коды — в docs/errors.md' },
  },
  param_misfit: {
    kind: 'input',
    en: 'the value of param {name} is not of type {type}',
    ru: 'значение параметра {name} не типа {type}',
    fix: { en: 'give it a value like {example}', ru: 'задайте значение вроде {example}' },
  },
  param_missing: {
    kind: 'input',
    en: 'param {name} has no value here: tests read no environment',
    ru: 'у параметра {name} здесь нет значения: тесты не читают переменные среды',
    fix: {
      en: 'write it under params of the case or of the file',
      ru: 'напишите его в params случая или всего файла',
    },
  },
  not_rewritten: {
    kind: 'input',
    en: 'what the case expects stands behind an anchor or a merge key and is not rewritten',
    ru: 'ожидание случая записано через якорь или слияние ключей и не переписано',
    fix: { en: 'write it out, or change it by hand', ru: 'запишите его явно или исправьте вручную' },
  },
});
