import * as Flags from '@oclif/core/flags';
import { holds, lineText } from '../../log/read.ts';
import { BaseCommand } from '../base-command.ts';
import { fileArgument, refuseBeside } from '../flags.ts';
import { followFrom, showDay } from '../logs.ts';
import { dayText } from '../render/logs.ts';
import { stopSignal } from '../stop-signal.ts';
import { writeOut } from '../write-out.ts';

export default class Logs extends BaseCommand {
  static override summary = 'Show the log of a pipeline, and how often its day delivered and failed.';
  static override args = { file: fileArgument };
  static override flags = {
    follow: Flags.boolean({ description: 'go on with what is logged from now on, until Ctrl+C' }),
    grep: Flags.string({ description: 'only lines that hold this', helpValue: '<text>' }),
    day: Flags.string({ description: 'this day, whole; default: the last lines of the newest', helpValue: '<date>' }),
  };
  static override examples = [
    '<%= config.bin %> logs pipelines/ident-to-bitrix.yaml --grep ERROR',
    '<%= config.bin %> logs pipelines/ident-to-bitrix.yaml --follow',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Logs);
    refuseBeside(flags, [
      ['follow', 'day'],
      ['follow', 'output'],
    ]);
    if (flags.follow) await this.#follow(args.file, flags);
    else {
      const day = await showDay(args.file, flags);
      await this.present(day, (language) => dayText(day, language));
    }
  }

  /** A line at a time, so that what reads us has it at once; the line that nobody takes any more is the last one. */
  async #follow(file: string, { grep, json }: { grep?: string | undefined; json: boolean }): Promise<void> {
    const stop = stopSignal();
    try {
      for await (const line of followFrom(file, stop.signal)) {
        if (holds(line, grep) && !(await writeOut(`${json ? JSON.stringify(line) : lineText(line)}\n`))) return;
      }
    } finally {
      stop.release();
    }
  }
}
