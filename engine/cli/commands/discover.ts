import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { differs } from '../../errors.ts';
import { BaseCommand } from '../base-command.ts';
import { discoverSystems, driftOf, refuseTogether, writeLock } from '../discover.ts';
import { fileArgument, pipelineFlags } from '../flags.ts';
import { discoveryData, discoveryText, driftData, driftText, lockData, lockWritten } from '../render/discover.ts';
import { stopSignal } from '../stop-signal.ts';

export default class Discover extends BaseCommand {
  static override summary =
    'Show fields, stages and lists of the systems a pipeline uses, or keep them in its lock file. Reads no rows.';
  static override args = {
    file: fileArgument,
    connection: Args.string({ description: 'look at this connection; default: all' }),
  };
  static override flags = {
    param: pipelineFlags.param,
    connection: pipelineFlags.connection,
    entity: Flags.string({ description: 'look at this entity or table only', helpValue: '<name>' }),
    lock: Flags.boolean({ description: 'write what is found into the lock file beside the pipeline' }),
    drift: Flags.boolean({ description: 'compare with the lock file; end with 5 when something differs' }),
  };
  static override examples = [
    '<%= config.bin %> discover pipelines/ident-to-bitrix.yaml portal',
    '<%= config.bin %> discover pipelines/ident-to-bitrix.yaml --lock',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Discover);
    refuseTogether(flags);
    const stop = stopSignal();
    const asked = { connection: args.connection, entity: flags.entity, param: flags.param, settings: flags.connection };
    const found = await discoverSystems(args.file, asked, stop.signal).finally(() => stop.release());
    if (flags.lock) {
      const written = { file: found.lockFile, changed: writeLock(found) };
      await this.present(lockData(written), (language) => lockWritten(written, language));
    } else if (flags.drift) {
      const differences = driftOf(found);
      await this.present(driftData(differences), (language) => driftText(differences, language));
      if (differences.length > 0) this.leave(differs);
    } else {
      await this.present(discoveryData(found.live), (language) => discoveryText(found.live, language));
    }
  }
}
