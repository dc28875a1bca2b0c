import { defineErrors } from '../errors.ts';

/** What is wrong with where a result is to be written. */
export const outputErrors = defineErrors('cli', {
  unwritable_file: {
    kind: 'input',
    en: '{file} cannot be written: {reason}',
    ru: '{file} не записывается: {reason}',
    fix: { en: 'check the path and its rights', ru: 'проверьте путь и права' },
  },
  disk_refuses: {
    kind: 'environment',
    en: '{file} cannot be written: {reason}',
    ru: '{file} не записывается: {reason}',
    fix: {
      en: 'free space on its disk or see what is wrong with it, or write elsewhere with `--output`; what the command did is done',
      ru: 'освободите место на диске или проверьте его либо пишите в другое место через `--output`; сделанное командой сделано',
    },
  },
  output_over_input: {
    kind: 'input',
    en: '`--output` would write over {file}, which the command reads',
    ru: '`--output` записал бы результат поверх {file}, который команда читает',
    fix: { en: 'give `--output` another name', ru: 'дайте `--output` другое имя' },
  },
  no_plan_there: {
    kind: 'input',
    en: '{file} is there and holds no plan: it stays as it is',
    ru: '{file} уже есть, и это не план: файл не тронут',
    fix: { en: 'give `--out` another name, e.g. plan.jsonl', ru: 'дайте `--out` другое имя, например plan.jsonl' },
  },
});
