import { defineErrors } from '../errors.ts';

export const samplesErrors = defineErrors('samples', {
  no_base: {
    kind: 'input',
    en: '"{base}" is neither a file nor a git revision that has {file}',
    ru: '«{base}» — не файл и не ревизия git, в которой есть {file}',
    fix: {
      en: 'name a revision such as HEAD~1 or origin/main, which a shallow clone has to fetch first; of a file that was moved give the path of the other version: `git show main:old/place.yaml > base.yaml`',
      ru: 'назовите ревизию, например HEAD~1 или origin/main (неполный клон должен её сначала получить); если файл перенесён, дайте путь к другой версии: `git show main:old/place.yaml > base.yaml`',
    },
  },
  no_git: {
    kind: 'environment',
    en: 'git cannot be run: {reason}',
    ru: 'git не запускается: {reason}',
    fix: {
      en: 'install git, or give --base the path of the other version',
      ru: 'установите git или дайте --base путь к другой версии',
    },
  },
  wrong_line: {
    kind: 'input',
    en: 'line {line} of {file} is not a row of a flow',
    ru: 'строка {line} файла {file} — не строка потока',
    fix: {
      en: 'write {"flow":"…","row":{…}} a line, as `pipe sample` does',
      ru: 'пишите {"flow":"…","row":{…}} в каждой строке, как это делает `pipe sample`',
    },
  },
  param_missing: {
    kind: 'input',
    en: 'param {name} has no value',
    ru: 'у параметра {name} нет значения',
    fix: { en: 'write --param {name}=…', ru: 'напишите --param {name}=…' },
  },
});
