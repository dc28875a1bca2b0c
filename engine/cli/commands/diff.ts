import { differs } from '../../errors.ts';
import type { RunEvent } from '../../events/events.ts';
import { BaseCommand } from '../base-command.ts';
import { cliErrors } from '../errors.ts';
import { diffExitCode, diffRun } from '../diff.ts';
import { changedRows, checkBaseFlags, diffBase } from '../diff-base.ts';
import type { BaseFlags } from '../diff-base.ts';
import { diffFlags } from '../diff-flags.ts';
import type { DiffFlags } from '../diff-flags.ts';
import { fileArgument } from '../flags.ts';
import { prepare } from '../prepare.ts';
import type { Prepared } from '../prepare.ts';
import { baseData, baseShown } from '../render/diff-base.ts';
import { diffPrinter } from '../render/diff-printer.ts';
import { errorText } from '../render/error.ts';
import { previewWord } from '../render/preview.ts';
import { runOptions } from '../run-flags.ts';
import { withStandIns } from '../stand-ins.ts';
import { stopSignal } from '../stop-signal.ts';

export default class Diff extends BaseCommand {
  static override summary = 'Show what a run would change, field by field, old → new. Changes nothing.';
  static override args = { file: fileArgument };
  static override flags = diffFlags;
  static override examples = [
    '<%= config.bin %> diff pipelines/ident-to-bitrix.yaml',
    '<%= config.bin %> diff pipelines/ident-to-bitrix.yaml --out plan.jsonl',
    '<%= config.bin %> diff pipelines/ident-to-bitrix.yaml --limit 100 --format markdown --output comment.md',
    '<%= config.bin %> diff pipelines/ident-to-bitrix.yaml --sandbox clinic --sandbox portal --limit 5',
    '<%= config.bin %> diff pipelines/ident-to-bitrix.yaml --base main --rows rows.jsonl',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Diff);
    checkBaseFlags(flags);
    if (flags.base !== undefined) return this.#againstBase(args.file, { ...flags, base: flags.base });
    if (flags.sandbox && flags.out !== undefined)
      throw cliErrors.flag_beside.error({ flag: '--sandbox', other: '--out' });
    const tell = (line: string): void => this.tell(line);
    await withStandIns(args.file, { ...flags, 'dry-run': true }, tell, this.language, async (standIns) => {
      await this.#show(await prepare(args.file, { ...flags, ...standIns }, process.env), flags);
    });
  }

  async #show(prepared: Prepared, flags: DiffFlags): Promise<void> {
    this.tellFindings(prepared.warnings);
    const stop = stopSignal();
    const { name: pipeline } = prepared.compiled.pipeline;
    const about = { pipeline, language: this.language, file: flags.output };
    const printer = diffPrinter(flags.json ? 'json' : flags.format, about);
    const diff = await diffRun({
      prepared,
      options: runOptions(flags),
      emit: this.#emit,
      signal: stop.signal,
      reveal: flags.reveal,
      out: flags.out,
      show: (record) => printer.show(record),
    }).finally(() => stop.release());
    await printer.end(diff);
    if (diff.error) this.tellFailure(errorText(diff.error, this.language));
    this.leave(diffExitCode(diff, flags['exit-code']));
  }

  readonly #emit = (event: RunEvent) => {
    const text = previewWord(event, this.language);
    if (text !== undefined) this.tell(text);
  };

  async #againstBase(file: string, flags: BaseFlags & { 'exit-code': boolean; format?: string | undefined }) {
    const stop = stopSignal();
    const diff = await diffBase(file, flags, this.#emit, stop.signal).finally(() => stop.release());
    await this.present(baseData(diff), (language) => baseShown(diff, flags.format, language));
    this.leave(flags['exit-code'] && changedRows(diff) > 0 ? differs : 0);
  }
}
