import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { authorise, requireBrowserLogin } from '../authorise.ts';
import type { LoginStep } from '../authorise.ts';
import { BaseCommand } from '../base-command.ts';
import { openBrowser } from '../browser.ts';
import { othersLeftOut } from '../check-connections.ts';
import { fileArgument, pipelineFlags } from '../flags.ts';
import { hiddenAnswer } from '../hidden-answer.ts';
import { prepare } from '../prepare.ts';
import { callbackPages, grantedText, question, stepText } from '../render/auth.ts';
import { stopSignal } from '../stop-signal.ts';

export default class Auth extends BaseCommand {
  static override summary =
    'Log in to a connection through a browser (OAuth) and keep its tokens in the vault of this machine.';
  static override args = {
    file: fileArgument,
    connection: Args.string({ required: true, description: 'connection to log in to' }),
  };
  static override flags = {
    param: pipelineFlags.param,
    connection: pipelineFlags.connection,
    'no-browser': Flags.boolean({ description: 'print the address and open no browser' }),
    code: Flags.string({ description: 'code at hand, or the address the browser was led to', helpValue: '<code>' }),
  };
  static override examples = ['<%= config.bin %> auth pipelines/ident-to-amocrm.yaml amo'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Auth);
    const { file, connection } = args;
    const sandboxes = await othersLeftOut(file, [connection]);
    await requireBrowserLogin(file, connection);
    const prepared = await prepare(file, { param: flags.param, connection: flags.connection, sandboxes }, process.env);
    this.tellFindings(prepared.warnings);
    const stop = stopSignal();
    const tell = (step: LoginStep) => {
      this.tell(stepText(step, this.language));
      if (process.stderr.isTTY && !flags['no-browser']) openBrowser(step.url);
    };
    await authorise(prepared, connection, {
      code: flags.code,
      pages: callbackPages(this.language),
      signal: stop.signal,
      tell,
      ask: () => hiddenAnswer(question(this.language)),
    }).finally(() => stop.release());
    const result = { file, connection };
    await this.present(result, (language) => grantedText(result, language));
  }
}
