import { fencesOf, proseOf } from './markdown.ts';

/** A `pipe …` that a Markdown file tells people to type. */
export interface CommandLine {
  readonly line: number;
  /** The words behind `pipe`. */
  readonly words: readonly string[];
  /** Out of a block to copy from, not mentioned in passing: it has all its arguments. */
  readonly whole: boolean;
}

const typed = /^\s*(?:[$>] )?pipe (.+)$|bin\.ts (.+)$/;

export function commandLinesOf(markdown: string): readonly CommandLine[] {
  const blocks = fencesOf(markdown)
    .filter(({ info }) => /^(sh|powershell|bat)$/.test(info))
    .flatMap(({ lines, line }) =>
      lines.flatMap((text, index) => {
        const [, command, script] = typed.exec(text) ?? [];
        const words = wordsOf(command ?? script ?? '');
        return words.length > 0 ? [{ line: line + index, words, whole: true }] : [];
      }),
    );
  const mentions = proseOf(markdown)
    .split('\n')
    .flatMap((text, index) =>
      [...text.matchAll(/`pipe ([^`]+)`/g)].map(([, command = '']) => ({
        line: index + 1,
        words: wordsOf(command),
        whole: false,
      })),
    );
  return [...blocks, ...mentions].filter(({ words }) => words[0] !== '…' && !words[0]?.startsWith('@'));
}

/** What a shell would make of it, up to a comment, a pipe or a redirection. */
function wordsOf(command: string): readonly string[] {
  const words = [...command.matchAll(/'[^']*'|"[^"]*"|\S+/g)].map(([word]) => word);
  const end = words.findIndex((word) => /^(#|\||>>?|\d?>&?\d?|&&|;)/.test(word));
  return (end < 0 ? words : words.slice(0, end)).map((word) => word.replaceAll(/^['"]|['"]$/g, ''));
}

/** What is known of a command: oclif's own metadata. */
export interface KnownCommand {
  readonly id: string;
  readonly flags: Readonly<Record<string, { readonly type: string }>>;
  readonly args: Readonly<Record<string, { readonly required?: boolean | undefined }>>;
  readonly strict?: boolean | undefined;
}

/** Why nobody could type that; undefined when they could. */
export function whyWrong({ words, whole }: CommandLine, commands: readonly KnownCommand[]): string | undefined {
  const [first = '', second = ''] = words;
  if (first.startsWith('-')) return /^--(help|version)$/.test(first) ? undefined : `there is no ${first}`;
  const command = commands.find(({ id }) => id === `${first}:${second}`) ?? commands.find(({ id }) => id === first);
  if (!command) {
    const topic = commands.some(({ id }) => id.startsWith(`${first}:`));
    return topic && second === '' ? undefined : `there is no command ${first} ${second}`.trimEnd();
  }
  const { given, unknown } = taken(words.slice(command.id.split(':').length), command);
  if (unknown.length > 0) return `${command.id} has no ${unknown.join(', ')}`;
  const wanted = Object.values(command.args).filter((argument) => argument.required === true).length;
  const most = command.strict === false ? Infinity : Object.keys(command.args).length;
  if (given.length > most) return `${command.id} takes no ${given.slice(most).join(' ')}`;
  return whole && given.length < wanted ? `${command.id} lacks an argument` : undefined;
}

function taken(words: readonly string[], { flags }: KnownCommand) {
  const given: string[] = [];
  const unknown: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const [name = '', value] = word.split('=', 2);
    const flag = flags[name.slice(2)];
    if (!word.startsWith('--')) given.push(word);
    else if (!flag && name !== '--help') unknown.push(name);
    else if (flag?.type === 'option' && value === undefined) index++;
  }
  return { given: given.filter((word) => word !== '…'), unknown };
}
