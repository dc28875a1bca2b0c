import { describe, expect, it } from 'vitest';
import { flagValue } from '../../engine/cli/flags.ts';
import { helpInRussian } from '../../engine/cli/help-in-russian.ts';
import { languageOf } from '../../engine/cli/language.ts';
import { durationText } from '../../engine/cli/render/moment.ts';
import { allCommands } from './commands.ts';

describe('the texts of help', () => {
  it('exist in Russian for every command, argument and flag, and no other does', async () => {
    const commands = await allCommands();
    const texts = commands.flatMap(({ command }) => [
      command.summary ?? '',
      ...Object.values(command.args).map((arg) => arg.description ?? ''),
      ...Object.values({ ...command.baseFlags, ...command.flags }).map((flag) => flag.description ?? ''),
    ]);
    const said = Object.keys(helpInRussian).filter((text) => !/^[A-Z ]+$/.test(text));
    const ofHelpItself = [
      'Moves records between IDENT, Bitrix24, amoCRM and SQL as YAML files say.',
      '<command> <file> [flags]',
      'required',
      '`pipe <command> --help` says more about each.',
      'Records that failed and wait: list, show, retry, drop, export.',
      'What a pipeline remembers: show, set, reset, adopt, schema.',
      'Connectors of a clone: new.',
      'Passwords and webhooks in the vault of this machine: set, list, rm, import.',
      'Runs by itself: install, start, stop, enable, disable, status, uninstall.',
    ];
    expect(said.sort()).toEqual([...new Set([...texts, ...ofHelpItself])].sort());
  });

  it('name every command by an example of its own', async () => {
    const commands = await allCommands();
    const without = commands.filter(
      ({ name, command }) => !String(command.examples?.[0]).startsWith(`<%= config.bin %> ${name}`),
    );
    expect(without.map(({ name }) => name)).toEqual([]);
  });
});

describe('the language of messages', () => {
  it.each([
    [['run', '--lang', 'ru'], { LANG: 'en_US.UTF-8' }, '', 'ru'],
    [['run', '--lang=en'], { LANG: 'ru_RU.UTF-8' }, '', 'en'],
    [['run'], { LC_ALL: 'ru_RU.UTF-8', LANG: 'C' }, '', 'ru'],
    [['run'], { LC_ALL: '', LC_MESSAGES: 'ru_RU', LANG: 'C' }, '', 'ru'],
    [['run'], { LANG: 'ru_RU.UTF-8' }, '', 'ru'],
    [['run'], {}, 'ru-RU', 'ru'],
    [['run'], { LANG: 'C.UTF-8' }, 'ru-RU', 'en'],
    [['run'], {}, '', 'en'],
  ] as const)('of %j with %j on a system set to "%s" is %s', (argv, environment, locale, language) => {
    expect(languageOf(argv, environment, locale)).toBe(language);
  });
});

describe('the value of a flag before flags are parsed', () => {
  it.each([
    [['--output', 'a.json'], 'a.json'],
    [['--output=a=b.json'], 'a=b.json'],
    [['--json'], undefined],
  ])('in %j is %s', (argv, value) => {
    expect(flagValue(argv, 'output')).toBe(value);
  });
});

describe('a duration', () => {
  it.each([
    [0, '0 s', '0 с'],
    [59, '59 s', '59 с'],
    [60, '1 min', '1 мин'],
    [7199, '1 h', '1 ч'],
    [86_400 * 11, '11 d', '11 д'],
  ])('of %d seconds reads %s', (seconds, en, ru) => {
    expect([durationText(seconds, 'en'), durationText(seconds, 'ru')]).toEqual([en, ru]);
  });
});
