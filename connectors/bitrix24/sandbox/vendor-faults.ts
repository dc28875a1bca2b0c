import type { Fault, WholeAnswer } from './faults.ts';

const json = 'application/json; charset=utf-8';

function jsonFault(status: number, error: string, description: string): WholeAnswer {
  return { status, body: JSON.stringify({ error, error_description: description }), contentType: json };
}

function page(status: number, title: string): WholeAnswer {
  const head = `<html>\r\n<head><title>${status} ${title}</title></head>`;
  return {
    status,
    body: `${head}\r\n<body>\r\n<center><h1>${status} ${title}</h1></center>\r\n</body>\r\n</html>\r\n`,
  };
}

/** Whole answers a portal and the gateway before it are known to give (reference §1.2, §1.5, §2). */
export const vendorFaults = {
  queryLimit: jsonFault(503, 'QUERY_LIMIT_EXCEEDED', 'Too many requests'),
  operationLimit: jsonFault(429, 'OPERATION_TIME_LIMIT', 'Method is blocked due to operation time limit.'),
  overload: jsonFault(503, 'OVERLOAD_LIMIT', 'REST API is blocked due to overload.'),
  internalError: jsonFault(500, 'INTERNAL_SERVER_ERROR', 'Internal server error'),
  expiredToken: jsonFault(401, 'expired_token', 'The access token provided has expired.'),
  wrongCredentials: jsonFault(401, 'INVALID_CREDENTIALS', 'Invalid request credentials'),
  /** Nobody knows whether the application behind it saw the request (reference §13.10). */
  unavailablePage: page(503, 'Service Temporarily Unavailable'),
  badGatewayPage: page(502, 'Bad Gateway'),
  timeoutPage: page(504, 'Gateway Time-out'),
  /** One command's, in a batch: it may have done half of its work. */
  commandError: { error: 'INTERNAL_SERVER_ERROR', description: 'Internal server error', status: 500 },
  /** One command's, or the whole answer to a single call: an administrator has unticked the scope. */
  missingScope: {
    error: 'insufficient_scope',
    description: 'The request requires higher privileges than provided by the webhook token',
    status: 403,
  },
  /** The portal has another name now: `location` is the same path there (reference §1.2). */
  renamedTo: (location: string): WholeAnswer => ({ status: 302, body: '', location }),
} satisfies Record<string, Fault | ((location: string) => Fault)>;
