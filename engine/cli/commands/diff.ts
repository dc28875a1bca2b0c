import { Flags } from '@oclif/core';
import type { RunEvent } from '../../events/events.ts';
import { BaseCommand } from '../base-command.ts';
import { diffExitCode, diffRun } from '../diff.ts';
import { changedRows, diffBase } from '../diff-base.ts';
import type { BaseFlags } from '../diff-base.ts';
import { choiceFlag, fileArgument, numberFlag } from '../flags.ts';
import { prepare } from '../prepare.ts';
import { baseData, baseShown } from '../render/diff-base.ts';
import { diffPrinter } from '../render/diff-printer.ts';
import { errorText } from '../render/error.ts';
import { previewWord } from '../render/preview.ts';
import { readFlags, runOptions } from '../run-flags.ts';
import { stopSignal } from '../stop-signal.ts';

export default class Diff extends BaseCommand {
  static override summary = 'Show what a run would change, field by field, old → new. Changes nothing.';
  static override args = { file: fileArgument };
  static override flags = {
    ...readFlags,
    format: choiceFlag({
      description: 'how it is printed; markdown: for a comment in a pull request',
      choices: ['text', 'markdown', 'json'],
      helpValue: 'text|markdown|json',
    }),
    out: Flags.string({ description: 'write the plan to this file, for `pipe apply`', helpValue: '<file>' }),
    'exit-code': Flags.boolean({ description: 'end with 5 when there are changes' }),
    reveal: Flags.boolean({ description: 'show names, phones and other personal data in full' }),
    base: Flags.string({
      description: 'what this edit of the mapping changes: against a git revision or another file; asks no target',
      helpValue: '<revision|file>',
    }),
    sample: numberFlag({ description: 'with --base: so many rows of the source; default: 100', min: 1, default: 100 }),
    rows: Flags.string({ description: 'with --base: rows of `pipe sample`; asks nobody', helpValue: '<file>' }),
  };
  static override examples = [
    '<%= config.bin %> diff pipelines/ident-to-bitrix.yaml',
    '<%= config.bin %> diff pipelines/ident-to-bitrix.yaml --out plan.jsonl',
    '<%= config.bin %> diff pipelines/ident-to-bitrix.yaml --limit 100 --format markdown --output comment.md',
    '<%= config.bin %> diff pipelines/ident-to-bitrix.yaml --base main --rows rows.jsonl',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Diff);
    if (flags.base !== undefined) return this.#againstBase(args.file, { ...flags, base: flags.base });
    const options = runOptions(flags);
    const prepared = await prepare(args.file, flags, process.env);
    this.tellFindings(prepared.warnings);
    const stop = stopSignal();
    const format = flags.json ? 'json' : flags.format;
    const printer = diffPrinter(format, {
      pipeline: prepared.compiled.pipeline.name,
      language: this.language,
      file: flags.output,
    });
    const diff = await diffRun({
      prepared,
      options,
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
    this.leave(flags['exit-code'] && changedRows(diff) > 0 ? 5 : 0);
  }
}
