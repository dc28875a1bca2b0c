import type { PipeError } from '../../engine/index.ts';
import { errors } from './errors.ts';

/** A call that brought no result. `applied: 'no'` only when the portal certainly did nothing (DL-11). */
export interface Refusal {
  readonly ok: false;
  readonly applied: 'no' | 'unknown';
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

type Maker = (concern: Concern, code: string) => PipeError;

const unauthorized: Maker = ({ host }, code) => errors.unauthorized.error({ host, code });
const forbidden: Maker = ({ host, method }, code) => errors.forbidden.error({ host, method, code });
const notInPlan: Maker = ({ host, method }, code) => errors.not_in_plan.error({ host, method, code });
const serverError: Maker = ({ host, method }, code) =>
  errors.server_error.error({ host, method, code }, { retry: true });

/**
 * Codes that mean the same wherever they come
 * (https://github.com/bitrix24/b24restdocs/blob/main/_includes/system-errors.md and the pages of the methods).
 */
const byCode: Readonly<Record<string, Maker>> = {
  QUERY_LIMIT_EXCEEDED: ({ host }) => errors.rate_limited.error({ host }, { retry: true }),
  OPERATION_TIME_LIMIT: ({ host, method, blockedMs }) =>
    errors.method_blocked.error(
      { host, method },
      { retry: true, ...(blockedMs !== undefined && { retryAfterMs: blockedMs }) },
    ),
  OVERLOAD_LIMIT: ({ host }) => errors.overloaded.error({ host }),
  INTERNAL_SERVER_ERROR: serverError,
  ERROR_UNEXPECTED_ANSWER: serverError,
  PORTAL_DELETED: ({ host }) => errors.portal_deleted.error({ host }),
  INVALID_REQUEST: ({ host }) => errors.https_required.error({ host }),
  INVALID_CREDENTIALS: unauthorized,
  NO_AUTH_FOUND: unauthorized,
  expired_token: unauthorized,
  invalid_token: unauthorized,
  authorization_error: unauthorized,
  APPLICATION_NOT_FOUND: unauthorized,
  ERROR_OAUTH: unauthorized,
  WRONG_AUTH_TYPE: forbidden,
  user_access_error: forbidden,
  allowed_only_intranet_user: forbidden,
  METHOD_CONFIRM_WAITING: forbidden,
  METHOD_CONFIRM_DENIED: forbidden,
  insufficient_scope: ({ host, method }) => errors.missing_scope.error({ host, method }),
  ERROR_METHOD_NOT_FOUND: ({ host, method }) => errors.no_such_method.error({ host, method }),
  ERROR_BATCH_METHOD_NOT_ALLOWED: ({ host, method }) => errors.no_such_method.error({ host, method }),
  PAYMENT_REQUIRED: notInPlan,
  CRM_FEATURE_RESTRICTION_ERROR: notInPlan,
  CREATE_DYNAMIC_ITEM_RESTRICTED: notInPlan,
  UPDATE_DYNAMIC_ITEM_RESTRICTED: notInPlan,
};

/** Codes after which a command of a batch may have done half of its work. */
const halfDone: ReadonlySet<string> = new Set(['INTERNAL_SERVER_ERROR', 'ERROR_UNEXPECTED_ANSWER', 'OVERLOAD_LIMIT']);

/** Why the portal refused a whole request, by the status and the error of its JSON. */
export function refusedRequest(status: number, error: VendorError, concern: Concern): Refusal {
  return { ok: false, applied: requestApplied(status, error), error: requestError(status, error, concern) };
}

function requestApplied(status: number, { code }: VendorError): 'no' | 'unknown' {
  if (status === 503 && code === 'QUERY_LIMIT_EXCEEDED') return 'no';
  return status >= 400 && status < 500 ? 'no' : 'unknown';
}

function requestError(status: number, { code, description }: VendorError, concern: Concern): PipeError {
  const known = byCode[code];
  if (known) return known(concern, code);
  if (status === 401) return unauthorized(concern, code);
  // "REST API is available only on commercial plans" is the one the vendor's table gives with this code and status.
  if (status === 403) return (code === 'ACCESS_DENIED' ? notInPlan : forbidden)(concern, code);
  if (status >= 500) return serverError(concern, code === '' ? String(status) : code);
  return rowError({ code, description }, concern);
}

/** Why one command of a batch brought no result; the others may have gone well. */
export function refusedCommand(error: VendorError, concern: Concern): Refusal {
  const known = byCode[error.code];
  return {
    ok: false,
    applied: halfDone.has(error.code) ? 'unknown' : 'no',
    error: known ? known(concern, error.code) : rowError(error, concern),
  };
}

/** Legacy methods have an empty code: only the text tells "not found" from "no right" (reference 1.4). */
function rowError({ code, description }: VendorError, { method }: Concern): PipeError {
  const word = code === '' ? 'no code' : code;
  if (code === 'NOT_FOUND' || code === 'OWNER_NOT_FOUND' || (code === '' && /^not found/i.test(description)))
    return errors.no_such_row.error({ method, code: word });
  if (code === 'ACCESS_DENIED' || (code === '' && /^access denied/i.test(description)))
    return errors.row_forbidden.error({ method, code: word });
  return errors.refused.error({ method, code: word, text: description });
}

/** `{error, error_description}` of an answer; undefined when it has no key `error`, whatever else it holds. */
export function vendorErrorOf(answer: unknown, sent: readonly string[]): VendorError | undefined {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return undefined;
  const description = 'error_description' in answer ? answer.error_description : '';
  return { code: textOf(answer.error), description: discreet(textOf(description), sent) };
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
