/**
 * An error the portal answers with. `code` is what stands under "error" on the wire: legacy CRM methods have an
 * empty string there, others a word or a number (reference §1.4).
 */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string | number;
  /** What the sandbox did not know, for the journal's list of refusals; undefined for the vendor's own errors. */
  readonly refused: string | undefined;

  constructor(status: number, code: string | number, description: string, refused?: string) {
    super(description);
    this.status = status;
    this.code = code;
    this.refused = refused;
  }
}

/** HTTP 400 with an empty code: only the text says what happened (reference §1.4). */
export function legacyError(description: string): ApiError {
  return new ApiError(400, '', description);
}

/** HTTP 400 with a word for a code: crm.item.*, user fields, product rows (reference §1.5). */
export function codedError(code: string | number, description: string): ApiError {
  return new ApiError(400, code, description);
}

/**
 * The sandbox's own refusal of what the reference does not describe. A real portal would swallow most of this in
 * silence (reference §1.2), and a test would pass for the wrong reason.
 */
export function unknown(what: string): ApiError {
  return new ApiError(400, 'SANDBOX_UNKNOWN', `The sandbox does not know ${what}`, what);
}
