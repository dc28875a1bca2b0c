import { accessSync, constants, existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import * as Flags from '@oclif/core/flags';
import { Command } from '@oclif/core/command';
import type { Diagnostic } from '../diagnostics.ts';
import { exitCodes, toPipeError } from '../errors.ts';
import type { Language } from '../messages/template.ts';
import { loadDotEnv } from './dot-env.ts';
import { cliErrors } from './errors.ts';
import { outputErrors } from './errors-output.ts';
import { FindingsError } from './findings-error.ts';
import { forTerminal } from './for-terminal.ts';
import { flagError } from './flag-error.ts';
import { choiceFlag, flagValue } from './flags.ts';
import { languageOf } from './language.ts';
import { errorData, errorText, findingsData, findingsText } from './render/error.ts';
import { exitStatusOf } from './report-usage.ts';
import { stopCodeOf } from './stop-signal.ts';
import { unwritable } from './unwritable.ts';
import { writeOut } from './write-out.ts';

/** What every command has: `--json`, `--output`, `--lang`, one way to print a result and one to fail. */
export abstract class BaseCommand extends Command {
  static override baseFlags = {
    json: Flags.boolean({ description: 'print the result as JSON', helpGroup: 'GLOBAL' }),
    output: Flags.string({
      description: 'write the result to this file, as UTF-8, instead of stdout',
      helpValue: '<file>',
      helpGroup: 'GLOBAL',
    }),
    lang: choiceFlag({
      description: 'language of messages; default: by LANG',
      choices: ['en', 'ru'],
      helpValue: 'en|ru',
      helpGroup: 'GLOBAL',
    }),
  };

  protected get language(): Language {
    return languageOf(this.argv, process.env);
  }

  protected override async init(): Promise<void> {
    await super.init();
    this.#refuseFormats();
    this.#spareInput();
    if (this.#output !== undefined) requirePlace(this.#output);
    this.tellFindings(loadDotEnv(process.env));
  }

  /** Prints a result: as JSON, or as the text made of it. stdout carries nothing else. `mode` is that of the file. */
  protected async present(data: object, text: (language: Language) => string, mode?: number): Promise<void> {
    const shown = this.#isJson ? JSON.stringify(data, null, 2) : text(this.language);
    // Of nothing there are no lines.
    const lines = shown === '' ? '' : `${shown}\n`;
    if (this.#output === undefined) await writeOut(lines);
    else await writeResult(this.#output, lines, mode);
  }

  protected tell(text: string): void {
    process.stderr.write(forTerminal(`${text}\n`, process.stderr));
  }

  /** What is worth knowing and stops nothing. */
  protected tellFindings(findings: readonly Diagnostic[]): void {
    if (findings.length > 0) this.tell(findingsText(findings, this.language));
  }

  /** What a program does not get to see on stdout, people read on stderr. */
  protected tellFailure(text: string | undefined): void {
    if (text !== undefined && (!this.#isJson || this.#output !== undefined)) this.tell(text);
  }

  /** Ends with an exit code that says more than "done"; the result is printed already. */
  protected leave(code: number): void {
    process.exitCode = code;
  }

  override async catch(thrown: unknown): Promise<void> {
    const stopped = stopCodeOf(thrown);
    if (stopped !== undefined) this.leave(stopped);
    else if (thrown instanceof FindingsError) {
      const { findings } = thrown;
      await this.#fail(findingsData(findings, this.language), findingsText(findings, this.language), exitCodes.input);
    } else {
      const error = exitStatusOf(thrown) === undefined ? toPipeError(thrown) : this.#flagError(thrown);
      await this.#fail(errorData(error, this.language), errorText(error, this.language), exitCodes[error.kind]);
      if (error.kind === 'bug' && process.env['PIPE_DEBUG'])
        this.tell(String(error.cause instanceof Error ? error.cause.stack : error.cause));
    }
  }

  /** `--json` is one way to print a result, `--format` names another. */
  #refuseFormats(): void {
    // A command without flags of its own has none at all here, whatever its type says.
    const { flags }: { readonly flags?: object } = this.ctor;
    const format = flags && 'format' in flags ? flagValue(this.argv, 'format') : undefined;
    if (this.#isJson && format !== undefined && format !== 'json')
      throw cliErrors.flag_beside.error({ flag: '--json', other: `--format ${format}` });
  }

  get #isJson(): boolean {
    return this.argv.includes('--json');
  }

  /** undefined: there is none, or the failure to be told is that it must not be written. */
  get #output(): string | undefined {
    const file = flagValue(this.argv, 'output');
    return file === undefined || this.#isInput(file) ? undefined : file;
  }

  /** `pipe docs deals.yaml --output deals.yaml` would cost somebody the pipeline. */
  #spareInput(): void {
    const file = flagValue(this.argv, 'output');
    if (file !== undefined && this.#isInput(file)) throw outputErrors.output_over_input.error({ file });
  }

  #isInput(file: string): boolean {
    const named = this.argv.filter((word) => resolve(word) === resolve(file)).length;
    return named > (this.argv.includes('--output') ? 1 : 0);
  }

  async #fail(data: object, text: string, code: number): Promise<void> {
    this.leave(code);
    this.tellFailure(text);
    // On a stdout that takes nothing people would miss what they are told.
    const onStderr = () => this.#output === undefined && this.tell(text);
    if (this.#isJson) await this.present(data, () => text).catch(onStderr);
  }

  #flagError(thrown: unknown) {
    const command = `pipe ${this.id?.replaceAll(':', ' ') ?? ''}`;
    const flags = { ...this.ctor.baseFlags, ...this.ctor.flags };
    return flagError(thrown, { command, argv: this.argv, flags, takes: Object.keys(this.ctor.args) });
  }
}

/** Said before anything is done whose result would have no place. */
function requirePlace(file: string): void {
  try {
    accessSync(existsSync(file) ? file : dirname(resolve(file)), constants.W_OK);
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

async function writeResult(file: string, text: string, mode?: number): Promise<void> {
  try {
    const handle = await open(file, 'w', mode);
    try {
      // A file that was there before keeps its mode through the opening.
      if (mode !== undefined) await handle.chmod(mode);
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw unwritable(file, cause);
  }
}
