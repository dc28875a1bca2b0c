import { systemError } from './batch.ts';
import type { WholeAnswer } from './faults.ts';
import { problemBody } from './problems.ts';
import type { JsonMap } from './json.ts';

export function page(status: number, title: string): WholeAnswer {
  const head = `<html>\r\n<head><title>${status} ${title}</title></head>`;
  const body = `<center><h1>${status} ${title}</h1></center>\r\n<hr><center>nginx</center>`;
  return { status, body: `${head}\r\n<body>\r\n${body}\r\n</body>\r\n</html>\r\n` };
}

function json(status: number, body: JsonMap): WholeAnswer {
  return { status, body: JSON.stringify(body), contentType: 'application/problem+json' };
}

export const wrongLogin = 'Неверный логин или пароль';

/** What Kommo's documentation shows (reference §2). */
export const limitedJson: WholeAnswer = json(429, { ...problemBody(429, 'Too many requests'), retry_after: 300 });

/** Whole answers an account and the gateway before it are known to give (reference §1, §2, §6). */
export const vendorFaults = {
  limitedPage: page(429, 'Too Many Requests'),
  limitedJson,
  limitedEmpty: { status: 429, body: '' },
  /** The account or the address is blocked: stop. */
  blockedPage: page(403, 'Forbidden'),
  forbidden: json(403, problemBody(403, 'Invalid scope')),
  /** Flaps at night, for some nine minutes, on accounts that are paid for. */
  paymentRequired: json(402, problemBody(402, 'Payment required')),
  unauthorized: json(401, problemBody(401, wrongLogin)),
  /** A glitch of the gateway; a 404 in JSON is none. */
  notFoundPage: page(404, 'Not Found'),
  /** Passes by itself, although it is a 400; there are no `validation-errors` in it. */
  systemError: json(400, problemBody(400, systemError)),
  internalError: json(500, { ...problemBody(500, 'Internal server error'), trace_id: '0' }),
  internalErrorPage: page(500, 'Internal Server Error'),
  badGatewayPage: page(502, 'Bad Gateway'),
  unavailablePage: page(503, 'Service Temporarily Unavailable'),
  timeoutPage: page(504, 'Gateway Time-out'),
} satisfies Record<string, WholeAnswer>;
