import type { FailureOptions, PipeError } from '../../engine/index.ts';
import { answerLimitBytes, type Exchange } from '../_http/transport.ts';
import { isUntrusted, noTls, otherName } from '../_tls/distrust.ts';
import { isObject, rejectedIn, type Rejected } from './answer.ts';
import { errors } from './errors.ts';

/** A request that brought no result. `applied: 'no'` only when the account certainly did nothing (DL-11). */
export interface Refusal {
  readonly ok: false;
  readonly applied: 'no' | 'unknown';
  readonly error: PipeError;
  /** Of a 400: which items are at fault, and where. */
  readonly rejected: readonly Rejected[];
  readonly status?: number;
}

/** Whom it concerns; every text of it may be shown. */
export interface Concern {
  readonly host: string;
  /** `POST /contacts`. */
  readonly method: string;
  /** The token has been accepted before: that it no longer is may pass by itself. */
  readonly worked: boolean;
}

type Course = 'wait' | 'again' | 'slowly' | 'stop';

/** At night tokens and payments are not recognised for minutes (reference 1, 6 and 10.12). */
const slowlyMs = 60_000;

/** An answer that is no result, by its status and by whether it is the vendor's JSON (DL-11; reference 2 and 6). */
export function refusedRequest(status: number, answer: unknown, concern: Concern): Refusal {
  const { host, method, worked } = concern;
  const isJson = isObject(answer);
  const rejected = rejectedIn(answer);
  const to = (applied: Refusal['applied'], course: Course, error: (options: FailureOptions) => PipeError): Refusal => ({
    ...refusal(applied, course, error, answer),
    status,
    rejected,
  });
  if (status >= 300 && status < 400)
    return to('no', 'stop', (options) => errors.account_moved.error({ host, status }, options));
  if (status === 429) return to('no', 'wait', (options) => errors.rate_limited.error({ host }, options));
  if (status === 401)
    return to('no', worked ? 'slowly' : 'stop', (options) => errors.unauthorized.error({ host }, options));
  if (status === 402)
    return to('no', worked ? 'slowly' : 'stop', (options) => errors.payment_required.error({ host }, options));
  if (status === 403 && isJson) return to('no', 'stop', (options) => errors.forbidden.error({ host, method }, options));
  if (status === 403) return to('no', 'stop', (options) => errors.blocked.error({ host }, options));
  if (status === 400 && isObject(answer) && answer['code'] === 226)
    return to('no', 'stop', () => errors.no_such_row.error({ entity: entityOf(method) }));
  if (status === 400 && rejected.length > 0) {
    const [first] = rejected;
    return to('no', 'stop', () => errors.refused.error({ field: first?.path ?? '?', code: first?.code ?? '?' }));
  }
  // A 400 of the system passes by itself, and nobody says that nothing was done (reference 6).
  if (status === 400 || status >= 500)
    return to('unknown', 'again', (options) => errors.server_error.error({ host, method, status }, options));
  // A page instead of JSON is a glitch of the gateway (reference 6).
  if (status === 404 && !isJson)
    return to('unknown', 'again', (options) => errors.unexpected_answer.error({ host, status }, options));
  if (status === 422 && isJson)
    return to('no', 'stop', () => errors.refused.error({ field: entityOf(method), code: 'HTTP 422' }));
  const passing = status >= 200 && status < 300;
  return to(isJson && !passing ? 'no' : 'unknown', passing ? 'again' : 'stop', (options) =>
    errors.unexpected_answer.error({ host, status }, options),
  );
}

function entityOf(method: string): string {
  return method.split('/')[1] ?? method;
}

type NoAnswer = Extract<Exchange, { readonly ok: false }>;

/** No answer at all came back; of a time-out the reason is its length. */
export function withoutExchange({ failure, reason, cause }: NoAnswer, timeoutMs: number, concern: Concern): Refusal {
  if (failure === 'not_connected') {
    if (reason === noTls) return withoutAnswer('not_tls', concern, reason, cause);
    if (isUntrusted(reason) || reason === otherName) return withoutAnswer('untrusted', concern, reason, cause);
  }
  return withoutAnswer(failure, concern, failure === 'timeout' ? String(timeoutMs / 1000) : reason, cause);
}

function withoutAnswer(
  failure: NoAnswer['failure'] | 'untrusted' | 'not_tls',
  { host, method }: Concern,
  reason: string,
  cause: unknown,
): Refusal {
  switch (failure) {
    case 'not_connected':
      return refusal('no', 'again', (options) => errors.unreachable.error({ host, reason }, { ...options, cause }));
    case 'untrusted':
      return refusal('no', 'stop', (options) =>
        errors.certificate_untrusted.error({ host, reason }, { ...options, cause }),
      );
    case 'not_tls':
      return refusal('no', 'stop', (options) => errors.not_tls.error({ host }, { ...options, cause }));
    case 'timeout':
      return refusal('unknown', 'again', (options) =>
        errors.timed_out.error({ host, method, seconds: Number(reason) }, { ...options, cause }),
      );
    case 'lost':
      return refusal('unknown', 'again', (options) =>
        errors.connection_lost.error({ host, method, reason }, { ...options, cause }),
      );
    // The next one would be as long, or as packed.
    case 'oversized':
      return refusal('unknown', 'stop', (options) =>
        errors.answer_too_large.error({ host, method, megabytes: answerLimitBytes / 2 ** 20 }, { ...options, cause }),
      );
    case 'packed':
      return refusal('unknown', 'stop', (options) =>
        errors.answer_packed.error({ host, method, coding: reason }, { ...options, cause }),
      );
    default:
      return failure satisfies never;
  }
}

function refusal(
  applied: Refusal['applied'],
  course: Course,
  error: (options: FailureOptions) => PipeError,
  answer?: unknown,
): Refusal {
  const told = isObject(answer) ? Number(answer['retry_after']) : Number.NaN;
  return {
    ok: false,
    applied,
    rejected: [],
    error: error({
      retry: course !== 'stop',
      ...(course === 'wait' && { limited: true as const }),
      ...(course === 'wait' && told > 0 && { retryAfterMs: told * 1000 }),
      ...(course === 'slowly' && { retryAfterMs: slowlyMs }),
    }),
  };
}
