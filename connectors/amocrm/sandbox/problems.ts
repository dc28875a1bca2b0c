import type { JsonMap } from './json.ts';

/** An answer that is not a success: thrown through whatever is going on. */
export class Problem extends Error {
  readonly status: number;
  /** undefined: an empty body. */
  readonly body: JsonMap | undefined;
  /** What the sandbox did not know, for the journal's list of refusals; undefined for the vendor's own errors. */
  readonly refused: string | undefined;

  constructor(status: number, body: JsonMap | undefined, refused?: string) {
    super(`${status} ${String(body?.['detail'] ?? '')}`.trim());
    this.status = status;
    this.body = body;
    this.refused = refused;
  }
}

/** What is wrong with one place of one item; `path` is relative to that item (reference §6). */
export interface Complaint {
  readonly code: string;
  readonly path: string;
  readonly detail: string;
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  500: 'ErrInternalServer',
};

/** Every JSON error carries a numeric `status` at the top (reference §6, §11.6). */
export function problemBody(status: number, detail: string): JsonMap {
  return { title: titles[status] ?? 'Error', type: `https://httpstatus.es/${status}`, status, detail };
}

export function problem(status: number, detail: string, refused?: string): Problem {
  return new Problem(status, problemBody(status, detail), refused);
}

/** `request_id` may be absent where one entity was written by its own address (reference §6). */
export interface Rejected {
  readonly requestId?: string;
  readonly complaints: readonly Complaint[];
}

export function validationFailed(rejected: readonly Rejected[]): Problem {
  const errors = rejected.map(({ requestId, complaints }) => ({
    ...(requestId !== undefined && { request_id: requestId }),
    errors: complaints.map((complaint) => ({ ...complaint })),
  }));
  return new Problem(400, { ...problemBody(400, 'Request validation failed'), 'validation-errors': errors });
}

export function notAChoice(path: string): Complaint {
  return { code: 'NotSupportedChoice', path, detail: 'The value you selected is not a valid choice.' };
}

export function notOfType(path: string, type: string): Complaint {
  return { code: 'InvalidType', path, detail: `This value should be of type ${type}.` };
}

/** The code is not verified (reference §12). */
export function fieldMissing(path: string): Complaint {
  return { code: 'FieldMissing', path, detail: 'This field is missing.' };
}

/**
 * The sandbox's own refusal of what the reference does not describe. A real account would swallow most of it in silence
 * (reference §10.1), and a test would pass for the wrong reason.
 */
export function unknown(what: string): Problem {
  const body = { title: 'SANDBOX_UNKNOWN', type: 'https://httpstatus.es/400', status: 400 };
  return new Problem(400, { ...body, detail: `The sandbox does not know ${what}` }, what);
}

export const missing = (url: string, verb: string): Problem => problem(404, `Cannot ${verb} ${url}`, `${verb} ${url}`);
