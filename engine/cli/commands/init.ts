import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { askLine } from '../ask-line.ts';
import { BaseCommand } from '../base-command.ts';
import { begin } from '../begin/begin.ts';
import type { Question } from '../begin/choose.ts';
import { repeated } from '../flags.ts';
import { initData, initText, questionText } from '../render/init.ts';
import { stopSignal } from '../stop-signal.ts';

export default class Init extends BaseCommand {
  static override summary =
    'Begin a project: a pipeline from a template or two live systems, what it reads from .env, a check for CI. Overwrites nothing.';
  static override args = {
    place: Args.string({ description: 'folder, or file of the pipeline; default: this folder', default: '.' }),
  };
  static override flags = {
    template: Flags.string({ description: 'what to begin with; asked for on a terminal', helpValue: '<name>' }),
    from: Flags.string({ description: 'connector to read with, and what of it', helpValue: '<connector[:what]>' }),
    to: Flags.string({ description: 'connector to write with, and what of it', helpValue: '<connector[:what]>' }),
    connection: Flags.string({
      description: 'look into this connection; name.key=value or name.key=env:NAME: a setting of it',
      helpValue: '<name>',
      ...repeated,
    }),
    funnel: Flags.string({ description: 'funnel whose stages are written; default: the first', helpValue: '<name>' }),
    name: Flags.string({ description: 'name of the pipeline; default: that of the template', helpValue: '<name>' }),
  };
  static override examples = [
    '<%= config.bin %> init clinic --template first-steps',
    '<%= config.bin %> init clinic-2 --template ident-to-bitrix --name clinic-2',
    '<%= config.bin %> init clinic-3.yaml --from ident --to bitrix24 --connection portal',
    '<%= config.bin %> init shop.yaml --from postgres:orders --to bitrix24:deal',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Init);
    const stop = stopSignal();
    const isAsked = process.stdin.isTTY;
    const ask = { ask: (question: Question) => this.#ask(question) };
    const { signal } = stop;
    const options = { ...flags, ...args, env: process.env, signal, ...(isAsked && ask) };
    const project = await begin(options).finally(() => stop.release());
    this.tellFindings(project.findings);
    await this.present(initData(project, this.language), (language) => initText(project, language));
  }

  async #ask(question: Question): Promise<string> {
    const [last = '', ...before] = questionText(question, this.language).split('\n').reverse();
    if (before.length > 0) this.tell(before.reverse().join('\n'));
    const hidden = question.kind === 'setting' && question.isSecret;
    return (await askLine(last, { hidden })).trim();
  }
}
