import { CommandHelp, Help } from '@oclif/core/help';
import type { Command } from '@oclif/core/command';
import { helpInRussian } from './help-in-russian.ts';
import { languageOf } from './language.ts';

/** The order of the day, not of the alphabet. */
const order = [
  'init',
  'validate',
  'test',
  'sample',
  'diff',
  'apply',
  'check',
  'discover',
  'provision',
  'run',
  'status',
  'history',
  'explain',
  'logs',
  'queue',
  'state',
  'auth',
  'secret',
  'service',
  'docs',
  'schema',
  'demo',
  'connector',
  'completion',
  'sandbox',
];

const isRussian = languageOf(process.argv, process.env) === 'ru';

function said(text: string): string {
  return isRussian ? (helpInRussian[text] ?? text) : text;
}

/** Help of the command line, in the language of the messages. */
export class PipeHelp extends Help {
  protected override CommandHelpClass = PipeCommandHelp;

  override section(...[header, body]: Parameters<Help['section']>): string {
    return super.section(said(header), body);
  }

  override formatRoot(): string {
    const usage = this.section('USAGE', `$ ${this.config.bin} ${said('<command> <file> [flags]')}`);
    return `${said('Moves records between IDENT, Bitrix24, amoCRM and SQL as YAML files say.')}\n\n${usage}`;
  }

  /** Topics stand among the commands: `queue` is one more word to type. */
  protected override async showRootHelp(): Promise<void> {
    this.log(`${this.formatRoot()}\n`);
    const words = [
      ...this.sortedTopics.map(({ name, description = '' }) => [name, said(description)]),
      ...this.sortedCommands.filter(({ id }) => !id.includes(':')).map(({ id, summary = '' }) => [id, said(summary)]),
    ];
    words.sort(([a = ''], [b = '']) => order.indexOf(a) - order.indexOf(b));
    this.log(
      `${this.section('COMMANDS', this.renderList(words, { indentation: 2, stripAnsi: this.opts.stripAnsi }))}\n`,
    );
    this.log(said('`pipe <command> --help` says more about each.'));
  }

  protected override summary(command: Command.Loadable): string | undefined {
    return super.summary({ ...command, summary: said(command.summary ?? '') });
  }

  protected override formatTopic(topic: Parameters<Help['showTopicHelp']>[0]): string {
    const text = super.formatTopic({ ...topic, description: said(topic.description ?? '') });
    return text.replace(/ COMMAND$/m, ` ${said('COMMAND')}`);
  }
}

class PipeCommandHelp extends CommandHelp {
  override section(...[header, body]: Parameters<CommandHelp['section']>): string {
    return super.section(said(header), body);
  }

  /** What is taken by default the description says: oclif's own word of it is English. */
  protected override args(args: Command.Arg.Any[]) {
    return super.args(
      args.map(({ default: _default, ...arg }) => ({ ...arg, description: said(arg.description ?? '') })),
    );
  }

  protected override flags(flags: Command.Flag.Any[]) {
    return super.flags(
      flags.map((flag) => {
        const must = flag.required ? `(${said('required')}) ` : '';
        return { ...flag, required: false, default: undefined, description: `${must}${said(flag.description ?? '')}` };
      }),
    );
  }
}
