import type { FailureOptions, PipeError } from '../../engine/index.ts';
import { answerLimitBytes } from '../_http/transport.ts';
import { errors } from './errors.ts';

/** A call that brought no result. `applied: 'no'` only when the portal certainly did nothing (DL-11). */
export interface Refusal {
  readonly ok: false;
  readonly applied: Applied;
  readonly error: PipeError;
}

/** `{error, error_description}` as the portal gives it, for a whole request or for one command of a batch. */
export interface VendorError {
  /** '' for the legacy methods, a word, or a number as text. */
  readonly code: string;
  readonly description: string;
}

/** Whom it concerns; every text of it may be shown. */
export interface Concern {
  readonly host: string;
  readonly method: string;
  /** Until when the portal said it would block this method, in milliseconds from now. */
  readonly blockedMs?: number;
}

/**
 * What an answer means (DL-11; reference 1.5 and 12): was anything done, and what is made of it.
 *
 * | course | |
 * |---|---|
 * | `wait` | a limit: sent again when it lets us, costs no attempt |
 * | `again` | sent again, where nothing was done; looked up first, where nobody knows |
 * | `stop` | people must act: the run ends |
 * | `queue` | the record is at fault: it goes to the queue, the others go on |
 */
export type Course = 'wait' | 'again' | 'stop' | 'queue';
export type Applied = 'no' | 'unknown';

/** `word`: the vendor's code, or what else the message names: a reason, a status. */
type Maker = (concern: Concern, word: string, options: FailureOptions) => PipeError;

interface Reaction {
  readonly applied: Applied;
  readonly course: Course;
  readonly error: Maker;
}

const unauthorized: Maker = ({ host }, code, options) => errors.unauthorized.error({ host, code }, options);
const forbidden: Maker = ({ host, method }, code, options) => errors.forbidden.error({ host, method, code }, options);
const notInPlan: Maker = ({ host, method }, code, options) => errors.not_in_plan.error({ host, method, code }, options);
const serverError: Maker = ({ host, method }, code, options) =>
  errors.server_error.error({ host, method, code }, options);
const rateLimited: Maker = ({ host }, _code, options) => errors.rate_limited.error({ host }, options);
const methodBlocked: Maker = ({ host, method }, _code, options) =>
  errors.method_blocked.error({ host, method }, options);
const overloaded: Maker = ({ host }, _code, options) => errors.overloaded.error({ host }, options);
const portalDeleted: Maker = ({ host }, _code, options) => errors.portal_deleted.error({ host }, options);
const httpsRequired: Maker = ({ host }, _code, options) => errors.https_required.error({ host }, options);
const missingScope: Maker = ({ host, method }, _code, options) =>
  errors.missing_scope.error({ host, method, scope: scopeOf(method) }, options);
const noSuchMethod: Maker = ({ host, method }, _code, options) =>
  errors.no_such_method.error({ host, method }, options);

/** A method's first word is the right of the webhook it needs (https://apidocs.bitrix24.com/api-reference/scopes/permissions.html). */
export function scopeOf(method: string): string {
  const [word = 'crm'] = /^(crm|user|department|lists)/.exec(method) ?? [];
  return word;
}

const row = (applied: Applied, course: Course, error: Maker): Reaction => ({ applied, course, error });

/**
 * Codes that mean the same wherever they come
 * (https://github.com/bitrix24/b24restdocs/blob/main/_includes/system-errors.md and the pages of the methods). `applied`
 * is of one command in a batch; of a whole request the status has the last word.
 */
export const byCode: Readonly<Record<string, Reaction>> = {
  QUERY_LIMIT_EXCEEDED: row('no', 'wait', rateLimited),
  OPERATION_TIME_LIMIT: row('no', 'wait', methodBlocked),
  // A block by hand, lifted by the vendor's support: no waiting helps.
  OVERLOAD_LIMIT: row('unknown', 'stop', overloaded),
  INTERNAL_SERVER_ERROR: row('unknown', 'again', serverError),
  ERROR_UNEXPECTED_ANSWER: row('unknown', 'again', serverError),
  PORTAL_DELETED: row('no', 'stop', portalDeleted),
  INVALID_REQUEST: row('no', 'stop', httpsRequired),
  INVALID_CREDENTIALS: row('no', 'stop', unauthorized),
  NO_AUTH_FOUND: row('no', 'stop', unauthorized),
  expired_token: row('no', 'stop', unauthorized),
  invalid_token: row('no', 'stop', unauthorized),
  authorization_error: row('no', 'stop', unauthorized),
  APPLICATION_NOT_FOUND: row('no', 'stop', unauthorized),
  ERROR_OAUTH: row('no', 'stop', unauthorized),
  WRONG_AUTH_TYPE: row('no', 'stop', forbidden),
  user_access_error: row('no', 'stop', forbidden),
  allowed_only_intranet_user: row('no', 'stop', forbidden),
  METHOD_CONFIRM_WAITING: row('no', 'stop', forbidden),
  METHOD_CONFIRM_DENIED: row('no', 'stop', forbidden),
  insufficient_scope: row('no', 'stop', missingScope),
  ERROR_METHOD_NOT_FOUND: row('no', 'stop', noSuchMethod),
  ERROR_BATCH_METHOD_NOT_ALLOWED: row('no', 'stop', noSuchMethod),
  PAYMENT_REQUIRED: row('no', 'stop', notInPlan),
  CRM_FEATURE_RESTRICTION_ERROR: row('no', 'stop', notInPlan),
  CREATE_DYNAMIC_ITEM_RESTRICTED: row('no', 'stop', notInPlan),
  UPDATE_DYNAMIC_ITEM_RESTRICTED: row('no', 'stop', notInPlan),
};

/** What any other code means by its status; a code that a whole request and a record may both have is the request's. */
function byStatus(status: number, { code, description }: VendorError): Reaction {
  if (status === 401) return row('no', 'stop', unauthorized);
  // "REST API is available only on commercial plans" is the one the vendor's table gives with this code and status.
  if (status === 403) return row('no', 'stop', code === 'ACCESS_DENIED' ? notInPlan : forbidden);
  if (status >= 500)
    return row('unknown', 'again', (concern, _code, options) => serverError(concern, code || String(status), options));
  return ofRecord({ code, description });
}

/** The one error that says of its method that it has worked too long. */
export const methodLimit = 'OPERATION_TIME_LIMIT';

/** Requests that brought nothing of the portal's own JSON: no answer, a gateway's page, a result without sense. */
const wordless = {
  /** Not one byte of the request left. */
  not_connected: row('no', 'again', ({ host }, reason, options) => errors.unreachable.error({ host, reason }, options)),
  /** Whoever answers at this address has not shown that it is the portal: the webhook was not sent. */
  untrusted: row('no', 'stop', ({ host }, reason, options) =>
    errors.certificate_untrusted.error({ host, reason }, options),
  ),
  not_tls: row('no', 'stop', ({ host }, _word, options) => errors.not_tls.error({ host }, options)),
  timeout: row('unknown', 'again', ({ host, method }, seconds, options) =>
    errors.timed_out.error({ host, method, seconds: Number(seconds) }, options),
  ),
  lost: row('unknown', 'again', ({ host, method }, reason, options) =>
    errors.connection_lost.error({ host, method, reason }, options),
  ),
  /** The next one would be as long: something between us and the portal does not end what it sends. */
  oversized: row('unknown', 'stop', ({ host, method }, _word, options) =>
    errors.answer_too_large.error({ host, method, megabytes: answerLimitBytes / 2 ** 20 }, options),
  ),
  packed: row('unknown', 'stop', ({ host, method }, coding, options) =>
    errors.answer_packed.error({ host, method, coding }, options),
  ),
  /** A POST that is redirected loses its body: it was not carried out. */
  redirected: row('no', 'stop', ({ host }, location, options) =>
    errors.portal_moved.error({ host, location }, options),
  ),
  /** A gateway's page, a cut answer: HTML with 200, 502, 503, 504. */
  foreign: row('unknown', 'again', ({ host, method }, status, options) =>
    errors.unexpected_answer.error({ host, method, status: Number(status) }, options),
  ),
  /** A server before the portal that has too many requests: it handed this one to nobody. */
  crowded: row('no', 'wait', rateLimited),
  /** A page with a status that will be the same next time. */
  misplaced: row('unknown', 'stop', ({ host, method }, status, options) =>
    errors.no_portal.error({ host, method, status: Number(status) }, options),
  ),
  /** A command neither among the results nor among the errors. */
  unmentioned: row('unknown', 'again', ({ host, method }, _word, options) =>
    errors.no_answer.error({ host, method }, options),
  ),
  /** A result no such method gives. */
  shapeless: row('unknown', 'stop', ({ host, method }, _word, options) =>
    errors.unexpected_result.error({ host, method }, options),
  ),
  /** One command alone, and the portal did not end it before it ends every request. */
  unfinished: row('unknown', 'queue', ({ host, method }, _word, options) =>
    errors.too_long.error({ host, method }, options),
  ),
} as const satisfies Record<string, Reaction>;

function refusal({ applied, course, error }: Reaction, concern: Concern, word: string, cause?: unknown): Refusal {
  const options = {
    retry: course === 'wait' || course === 'again',
    ...(course === 'wait' && { limited: true as const }),
    ...(course === 'wait' && concern.blockedMs !== undefined && { retryAfterMs: concern.blockedMs }),
    ...(cause !== undefined && { cause }),
  };
  return { ok: false, applied, error: error(concern, word, options) };
}

/** Nothing that is the portal's own JSON came back; `word`: the reason, the status, whatever the message names. */
export function withoutWord(what: keyof typeof wordless, concern: Concern, word = '', cause?: unknown): Refusal {
  return refusal(wordless[what], concern, word, cause);
}

/** Why the portal refused a whole request, by the status and the error of its JSON. */
export function refusedRequest(status: number, error: VendorError, concern: Concern): Refusal {
  const reaction = byCode[error.code] ?? byStatus(status, error);
  const isClear = (status >= 400 && status < 500) || (status === 503 && error.code === 'QUERY_LIMIT_EXCEEDED');
  return refusal({ ...reaction, applied: isClear ? 'no' : 'unknown' }, concern, error.code);
}

/** Why one command of a batch brought no result; the others may have gone well. */
export function refusedCommand(error: VendorError, concern: Concern): Refusal {
  return refusal(byCode[error.code] ?? ofRecord(error), concern, error.code);
}

/** Legacy methods have an empty code: only the text tells "not found" from "no right" (reference 1.4). */
function ofRecord({ code, description }: VendorError): Reaction {
  const word = code === '' ? 'no code' : code;
  const queued = (error: (method: string) => PipeError): Reaction => row('no', 'queue', ({ method }) => error(method));
  if (code === 'NOT_FOUND' || code === 'OWNER_NOT_FOUND' || (code === '' && /^not found/i.test(description)))
    return queued((method) => errors.no_such_row.error({ method, code: word }));
  if (code === 'ACCESS_DENIED' || (code === '' && /^access denied/i.test(description)))
    return queued((method) => errors.row_forbidden.error({ method, code: word }));
  return queued((method) => errors.refused.error({ method, code: word, text: description }));
}

/**
 * `{error, error_description}` of an answer; undefined when it has no key `error`, whatever else it holds. `sent`: the
 * texts that went out, asked for where there is an error.
 */
export function vendorErrorOf(answer: unknown, sent: () => readonly string[]): VendorError | undefined {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return undefined;
  const description = 'error_description' in answer ? answer.error_description : '';
  return { code: textOf(answer.error), description: discreet(textOf(description), sent()) };
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** The vendor's text without HTML and without repeating what was sent: it may be a phone or a name (G9). */
function discreet(text: string, sent: readonly string[]): string {
  const plain = text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const longestFirst = sent.filter((one) => one.length > 2).sort((a, b) => b.length - a.length);
  return longestFirst.reduce((shown, one) => shown.replaceAll(one, '…'), plain).slice(0, 200);
}
