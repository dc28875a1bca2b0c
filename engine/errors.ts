import { textOf } from './diagnostics.ts';
import type { Diagnostic, Place, Severity } from './diagnostics.ts';
import { declare } from './messages/catalogue.ts';
import type { ErrorKind, MessageSpec, ParametersOf } from './messages/catalogue.ts';
import type { Parameters } from './messages/template.ts';

export type { ErrorKind } from './messages/catalogue.ts';

/** How a failure is to be met; absent fields mean: do not try again. */
export interface FailureOptions {
  /** The same call may succeed later, unchanged. */
  readonly retry?: boolean;
  /** The vendor's own word on how long to wait. */
  readonly retryAfterMs?: number;
  /** A limit refused it, nothing was done: waiting for it uses up no attempt and no patience. */
  readonly limited?: true;
  readonly where?: Place;
  readonly cause?: unknown;
}

/** A failure at run time. Its message is English; people read `textOf(code, parameters, language)`. */
export class PipeError extends Error {
  override readonly name = 'PipeError';
  readonly code: string;
  readonly kind: ErrorKind;
  readonly parameters: Parameters;
  readonly retry: boolean;
  readonly retryAfterMs: number | undefined;
  readonly limited: boolean;
  readonly where: Place | undefined;

  constructor(code: string, kind: ErrorKind, parameters: Parameters, options: FailureOptions = {}) {
    super(textOf(code, parameters, 'en').message, { cause: options.cause });
    this.code = code;
    this.kind = kind;
    this.parameters = parameters;
    this.retry = options.retry ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.limited = options.limited ?? false;
    this.where = options.where;
  }
}

/** One declared code: makes findings for files and errors for run time. */
export interface ErrorCode<Given> {
  readonly code: string;
  finding(parameters: Given, where?: Place, severity?: Severity): Diagnostic;
  error(parameters: Given, options?: FailureOptions): PipeError;
}

export type ErrorCodes<Specs extends Readonly<Record<string, MessageSpec>>> = {
  readonly [Name in keyof Specs]: ErrorCode<ParametersOf<Specs[Name]>>;
};

/**
 * Declares the codes of one owner (`config`, `bitrix24`, …): `defineErrors('config', { unknown_key: … })`
 * makes `config.unknown_key`. Codes are unique and never renamed; docs/errors.md lists them all.
 */
export function defineErrors<const Specs extends Readonly<Record<string, MessageSpec>>>(
  owner: string,
  specs: Specs,
): ErrorCodes<Specs>;
export function defineErrors(
  owner: string,
  specs: Readonly<Record<string, MessageSpec>>,
): Readonly<Record<string, ErrorCode<Parameters>>> {
  return Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, errorCode(`${owner}.${name}`, spec)]));
}

function errorCode(code: string, spec: MessageSpec): ErrorCode<Parameters> {
  declare(code, spec);
  return {
    code,
    finding: (parameters, where, severity = 'error') => ({ severity, code, parameters, ...(where && { where }) }),
    error: (parameters, options) => new PipeError(code, spec.kind, parameters, options),
  };
}

/** The exit code of a failure of this kind (product.md §3). */
export const exitCodes = { bug: 1, input: 2, environment: 3, data: 4 } as const satisfies Record<ErrorKind, number>;

/** The exit code where somebody asks whether anything differs, and it does: `--exit-code`, `--drift` (product.md §3). */
export const differs = 5;

/** The exit code by what the signal's reason says when a person or the system stopped the process. */
export const stops = { SIGINT: 130, SIGTERM: 143 } as const;

const engineErrors = defineErrors('engine', {
  bug: {
    kind: 'bug',
    en: 'pipe itself went wrong: {reason}',
    ru: 'ошибка в самой программе pipe: {reason}',
    fix: {
      en: 'run again with PIPE_DEBUG=1 and report what it writes; nothing is lost, the next run goes on from the last checkpoint',
      ru: 'повторите с PIPE_DEBUG=1 и сообщите вывод; данные не потеряны, следующий запуск продолжит с контрольной точки',
    },
  },
});

/**
 * Whatever was thrown, as a PipeError: what nobody foresaw is our bug and says so. By its kind and place, never by its
 * message: that may quote a record (G9). `PIPE_DEBUG` shows the rest.
 */
export function toPipeError(thrown: unknown): PipeError {
  if (thrown instanceof PipeError) return thrown;
  const reason = thrown instanceof Error ? `${thrown.name}${ownFrame(thrown)}` : typeof thrown;
  return engineErrors.bug.error({ reason }, { cause: thrown });
}

/** Where in our own code it happened: ` at engine/run/deliver/send.ts:12`. */
function ownFrame(error: Error): string {
  const frame = /((?:engine|connectors)\/[\w./-]+:\d+):\d+/.exec(error.stack?.replaceAll('\\', '/') ?? '');
  return frame ? ` at ${frame[1]}` : '';
}
