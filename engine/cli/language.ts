import type { Language } from '../messages/template.ts';
import { flagValue } from './flags.ts';

/** `--lang` if given, else what the environment says (POSIX order), else what Windows is set to, else English. */
export function languageOf(
  argv: readonly string[],
  { LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv,
  systemLocale: string = process.platform === 'win32' ? Intl.DateTimeFormat().resolvedOptions().locale : '',
): Language {
  const wanted = flagValue(argv, 'lang') || LC_ALL || LC_MESSAGES || LANG || systemLocale;
  return wanted.toLowerCase().startsWith('ru') ? 'ru' : 'en';
}
