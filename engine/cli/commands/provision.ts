import * as Flags from '@oclif/core/flags';
import { waitText } from '../../log/spoken.ts';
import { askLine } from '../ask-line.ts';
import { BaseCommand } from '../base-command.ts';
import { namesAndSettings, othersLeftOut } from '../check-connections.ts';
import { cliErrors } from '../errors.ts';
import { fileArgument, pipelineFlags, repeated } from '../flags.ts';
import { prepare } from '../prepare.ts';
import type { PrepareFlags } from '../prepare.ts';
import { provision, provisionedNames } from '../provision.ts';
import type { ProvisionedConnection } from '../provision.ts';
import { agreeQuestion, planText, provisionData, provisionExitCode, provisionText } from '../render/provision.ts';
import { stopSignal } from '../stop-signal.ts';

export default class Provision extends BaseCommand {
  static override summary =
    'Make the custom fields that a mapping wants (`field:`) and a CRM lacks. Shows them and asks.';
  static override args = { file: fileArgument };
  static override flags = {
    param: pipelineFlags.param,
    connection: Flags.string({
      description: 'make fields of this connection only; name.key=value: a setting of a connection',
      helpValue: '<name>',
      ...repeated,
    }),
    'dry-run': Flags.boolean({ description: 'show what would be made and change nothing' }),
    yes: Flags.boolean({ description: 'make it without asking' }),
  };
  static override examples = [
    '<%= config.bin %> provision pipelines/ident-to-amocrm.yaml --dry-run',
    '<%= config.bin %> provision pipelines/ident-to-amocrm.yaml --yes',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Provision);
    if (flags.yes && flags['dry-run']) throw cliErrors.flag_beside.error({ flag: '--yes', other: '--dry-run' });
    const { names: given, settings } = namesAndSettings(flags.connection ?? []);
    const names = await provisionedNames(args.file, given);
    const result =
      names.length === 0 ? [] : await this.#provision(args.file, names, { ...flags, connection: settings });
    await this.present(provisionData(result, this.language), (language) => provisionText(result, language));
    this.leave(provisionExitCode(result));
  }

  async #provision(
    file: string,
    names: readonly string[],
    flags: PrepareFlags & { readonly yes: boolean; readonly 'dry-run': boolean },
  ): Promise<readonly ProvisionedConnection[]> {
    const prepared = await prepare(file, { ...flags, sandboxes: await othersLeftOut(file, names) }, process.env);
    this.tellFindings(prepared.warnings);
    const stop = stopSignal();
    return provision(prepared, names, {
      signal: stop.signal,
      tell: (wait) => this.tell(waitText(wait, this.language)),
      agree: async (lacking) => !flags['dry-run'] && (flags.yes || (await this.#isAgreed(lacking))),
    }).finally(() => stop.release());
  }

  async #isAgreed(lacking: readonly ProvisionedConnection[]): Promise<boolean> {
    this.tell(planText(lacking, this.language));
    if (!process.stdin.isTTY) throw cliErrors.not_agreed.error({});
    const answer = await askLine(agreeQuestion[this.language], { hidden: false });
    return /^(y|yes|д|да)$/i.test(answer.trim());
  }
}
