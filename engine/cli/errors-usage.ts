import { defineErrors } from '../errors.ts';

/** What is wrong with a command line, short of what its values mean. */
export const usageErrors = defineErrors('cli', {
  unknown_command: {
    kind: 'input',
    en: 'there is no command "{command}"',
    ru: 'нет команды «{command}»',
    fix: { en: 'write {choices}', ru: 'напишите {choices}' },
  },
  flag_first: {
    kind: 'input',
    en: '{flag} stands in the place of the command',
    ru: '{flag} стоит на месте команды',
    fix: {
      en: 'write it behind the command: `pipe run … {flag}`',
      ru: 'пишите его после команды: `pipe run … {flag}`',
    },
  },
  unknown_flag: {
    kind: 'input',
    en: '`{command}` has no flag {flag}',
    ru: 'у `{command}` нет флага {flag}',
    fix: { en: 'write {choices}', ru: 'напишите {choices}' },
  },
  flag_without_value: {
    kind: 'input',
    en: '{flag} has no value',
    ru: 'у {flag} нет значения',
    fix: {
      en: 'write it after the flag; see `{command} --help`',
      ru: 'напишите его после флага; см. `{command} --help`',
    },
  },
  flag_twice: {
    kind: 'input',
    en: '{flag} is given twice',
    ru: '{flag} указан дважды',
    fix: { en: 'remove one of them', ru: 'уберите один из них' },
  },
  flag_beside: {
    kind: 'input',
    en: '{flag} and {other} say different things',
    ru: '{flag} противоречит {other}',
    fix: { en: 'remove one of them', ru: 'уберите один из них' },
  },
  flag_alone: {
    kind: 'input',
    en: '{flag} says something only beside {other}',
    ru: '{flag} имеет смысл только вместе с {other}',
    fix: { en: 'add {other}, or remove {flag}', ru: 'добавьте {other} или уберите {flag}' },
  },
  flag_number: {
    kind: 'input',
    en: '{flag} does not take "{value}"',
    ru: '{flag} не принимает «{value}»',
    fix: { en: 'write a whole number, {range}', ru: 'напишите целое число, {range}' },
  },
  flag_choice: {
    kind: 'input',
    en: '{flag} does not know "{value}"',
    ru: '«{value}» не подходит для {flag}',
    fix: { en: 'write {choices}', ru: 'напишите {choices}' },
  },
  missing_argument: {
    kind: 'input',
    en: '`{command}` was not told {argument}',
    ru: 'для `{command}` не указано {argument}',
    fix: {
      en: 'write `{command} {arguments}`; see `{command} --help`',
      ru: 'напишите `{command} {arguments}`; см. `{command} --help`',
    },
  },
  extra_argument: {
    kind: 'input',
    en: '`{command}` has no use for "{argument}"',
    ru: 'для `{command}` лишнее: «{argument}»',
    fix: { en: 'remove it, or see `{command} --help`', ru: 'уберите это или см. `{command} --help`' },
  },
});
