import { Args, Flags } from '@oclif/core';
import { askLine } from '../ask-line.ts';
import { BaseCommand } from '../base-command.ts';
import { projectFiles, templateNamed, templates, templateWanted, writeNew } from '../init.ts';
import type { Template } from '../init.ts';
import { initQuestions, initText } from '../render/init.ts';

export default class Init extends BaseCommand {
  static override summary =
    'Begin a project: a pipeline from a template, what it reads from .env, a check for CI. Overwrites nothing.';
  static override args = { folder: Args.string({ description: 'where to; default: this folder', default: '.' }) };
  static override flags = {
    template: Flags.string({ description: 'what to begin with; asked for on a terminal', helpValue: '<name>' }),
    name: Flags.string({ description: 'name of the pipeline; default: that of the template', helpValue: '<name>' }),
  };
  static override examples = [
    '<%= config.bin %> init clinic --template first-steps',
    '<%= config.bin %> init clinic-2 --template ident-to-bitrix --name clinic-2',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Init);
    const template = flags.template === undefined ? await this.#askTemplate() : templateNamed(flags.template);
    const isAsked = flags.template === undefined && flags.name === undefined;
    const name = flags.name ?? ((isAsked && (await this.#ask(initQuestions.name(template.name)))) || template.name);
    const files = await projectFiles(template, name);
    const written = writeNew(args.folder, files).map(({ path }) => path);
    const result = { folder: args.folder, template: template.name, name, written };
    await this.present(result, (language) => initText(result, language));
  }

  async #askTemplate(): Promise<Template> {
    if (!process.stdin.isTTY) throw templateWanted();
    const all = templates();
    const answer = await this.#ask(initQuestions.template(all.map(({ name }) => name)));
    return all[Number(answer) - 1] ?? templateNamed(answer);
  }

  async #ask(question: Parameters<BaseCommand['present']>[1]): Promise<string> {
    const [last = '', ...before] = question(this.language).split('\n').reverse();
    if (before.length > 0) this.tell(before.reverse().join('\n'));
    return (await askLine(last, { hidden: false })).trim();
  }
}
