import { writeFile } from 'node:fs/promises';
import { Command, Flags } from '@oclif/core';
import { exitCodes, toPipeError } from '../errors.ts';
import type { PipeError } from '../errors.ts';
import type { Language } from '../messages/template.ts';
import { cliErrors } from './errors.ts';
import { languageOf } from './language.ts';
import { FindingsError } from './findings-error.ts';
import { errorData, errorText, findingData, findingsText } from './render/error.ts';
import { exitStatusOf } from './report-usage.ts';

/** What every command has: `--json`, `--output`, `--lang`, one way to print a result and one to fail. */
export abstract class BaseCommand extends Command {
  static override baseFlags = {
    json: Flags.boolean({ description: 'print the result as JSON', helpGroup: 'GLOBAL' }),
    output: Flags.string({
      description: 'write the result to this file, as UTF-8, instead of stdout',
      helpGroup: 'GLOBAL',
    }),
    lang: Flags.string({
      description: 'language of messages; default: by LANG',
      options: ['en', 'ru'],
      helpGroup: 'GLOBAL',
    }),
  };

  protected get language(): Language {
    return languageOf(this.argv, process.env);
  }

  /** Prints a result: as JSON, or as the text made of it. stdout carries nothing else. */
  protected async present(data: object, text: (language: Language) => string): Promise<void> {
    const { flags } = await this.parse(this.ctor);
    const shown = flags['json'] === true ? JSON.stringify(data, null, 2) : text(this.language);
    if (typeof flags['output'] !== 'string') {
      process.stdout.write(`${shown}\n`);
      return;
    }
    await writeFile(flags['output'], `${shown}\n`).catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw cliErrors.unwritable_file.error({ file: String(flags['output']), reason }, { cause });
    });
  }

  protected tell(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  /** Ends with an exit code that says more than "done"; the result is printed already. */
  protected leave(code: number): void {
    process.exitCode = code;
  }

  override async catch(thrown: Error): Promise<void> {
    const status = exitStatusOf(thrown);
    if (thrown.message === `EEXIT: ${status}`) throw thrown;
    if (thrown instanceof FindingsError) {
      this.#showFindings(thrown);
      return;
    }
    const error = status === undefined ? toPipeError(thrown) : this.#flagError(thrown);
    if (this.argv.includes('--json'))
      process.stdout.write(`${JSON.stringify(errorData(error, this.language), null, 2)}\n`);
    else this.tell(errorText(error, this.language));
    if (error.kind === 'bug' && process.env['PIPE_DEBUG'])
      this.tell(String(error.cause instanceof Error ? error.cause.stack : error.cause));
    this.leave(exitCodes[error.kind]);
  }

  #showFindings({ findings }: FindingsError): void {
    const data = { findings: findings.map((finding) => findingData(finding, this.language)) };
    if (this.argv.includes('--json')) process.stdout.write(`${JSON.stringify(data, null, 2)}\n`);
    else this.tell(findingsText(findings, this.language));
    this.leave(exitCodes.input);
  }

  #flagError(thrown: Error): PipeError {
    const reason = (thrown.message.split('\n')[0] ?? '').replace(/^./, (first) => first.toLowerCase());
    return cliErrors.wrong_flags.error(
      { reason, command: `pipe ${this.id?.replaceAll(':', ' ') ?? ''}` },
      { cause: thrown },
    );
  }
}
