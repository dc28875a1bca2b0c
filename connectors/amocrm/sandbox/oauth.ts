import { isMap, type Json, type JsonMap } from './json.ts';
import { Problem, unknown } from './problems.ts';
import { parseQuery, textAt } from './query.ts';
import { accessSeconds, type Integration, type Tokens } from './tokens.ts';

/** What the two pages of OAuth need. */
export interface Authorization {
  readonly tokens: Tokens;
  readonly integrations: readonly Integration[];
  /** What the callback calls the account: a bare host (reference §1). */
  readonly referer: string;
  readonly now: () => number;
}

/**
 * The consent page, at which a person says yes at once: where it sends the browser (reference §1, "Authorize").
 * Throws what the page would show instead.
 */
export function authorize({ tokens, integrations, referer }: Authorization, search: string, grants: boolean): string {
  const query = parseQuery(search);
  const clientId = textAt(query, 'client_id');
  const integration = integrations.find((one) => one.clientId === clientId);
  if (integration === undefined) throw page('there is no such integration');
  const redirect = textAt(query, 'redirect_uri');
  if (redirect !== undefined && redirect !== integration.redirectUri) throw page('the redirect_uri is another one');
  const mode = textAt(query, 'mode');
  // `request` is what the seeds' program sends (ident.md B8, 78).
  if (mode !== undefined && !['popup', 'post_message', 'request'].includes(mode))
    throw unknown(`mode=${mode} of /oauth`);
  const callback = new URL(integration.redirectUri);
  if (grants) callback.searchParams.set('code', tokens.code(integration.clientId));
  else callback.searchParams.set('error', 'access_denied');
  callback.searchParams.set('referer', referer);
  callback.searchParams.set('client_id', integration.clientId);
  const state = textAt(query, 'state');
  if (state !== undefined) callback.searchParams.set('state', state);
  return callback.href;
}

function page(detail: string): Problem {
  return new Problem(400, { title: 'Bad Request', type: 'about:blank', status: 400, detail });
}

/** `POST /oauth2/access_token` (reference §1, "Token endpoint"); `isOurs`: it came to the account's own host. */
export function giveTokens(authorization: Authorization, body: Json | undefined, isOurs: boolean): JsonMap {
  const { tokens, now } = authorization;
  if (!isMap(body)) throw refusal(400, 'Check the `grant_type` parameter');
  const integration = integrationOf(authorization, body);
  if (!isOurs) throw refusal(400, 'Invalid account');
  const given = grantOf(tokens, body);
  const { accessToken, refreshToken } = tokens.redeem(given, { clientId: integration.clientId, userId: 101 });
  return {
    token_type: 'Bearer',
    expires_in: accessSeconds,
    server_time: now(),
    access_token: accessToken,
    refresh_token: refreshToken,
  };
}

function integrationOf({ integrations }: Authorization, body: JsonMap): Integration {
  const integration = integrations.find(({ clientId }) => clientId === body['client_id']);
  if (integration === undefined) throw refusal(400, 'Check the `client_id` parameter');
  if (body['client_secret'] !== integration.clientSecret) throw refusal(400, 'Check the `client_secret` parameter');
  if (body['redirect_uri'] !== integration.redirectUri)
    throw refusal(400, 'Redirect URI is not associated with client');
  return integration;
}

/** The code or refresh token, if it is good (reference §1, the table of hints). */
function grantOf(tokens: Tokens, { grant_type: type, code, refresh_token: refresh }: JsonMap): string {
  if (type === 'authorization_code') {
    const given = typeof code === 'string' ? code : '';
    const standing = tokens.codeStanding(given);
    if (standing === 'unknown') throw refusal(400, 'Cannot decrypt the authorization code');
    if (standing === 'used') throw refusal(400, 'Authorization code has been revoked');
    if (standing === 'expired') throw refusal(400, 'Authorization code has expired');
    return given;
  }
  if (type === 'refresh_token') {
    const given = typeof refresh === 'string' ? refresh : '';
    const standing = tokens.refreshStanding(given);
    if (standing === 'unknown') throw refusal(400, 'Invalid refresh token');
    if (standing === 'used') throw refusal(401, 'Token has been revoked');
    // Not in the reference; league/oauth2-server, whose hints these are, says it like this.
    if (standing === 'expired') throw refusal(401, 'Token has expired');
    return given;
  }
  throw unknown(`the grant_type ${String(type)}`);
}

/** Not as RFC 6749 has it: no `error`, but a `hint` (reference §1). */
export function refusal(status: 400 | 401, hint: string): Problem {
  return new Problem(status, {
    hint,
    title: 'Некорректный запрос',
    type: 'https://developers.amocrm.ru/v3/errors/OAuthProblemJson',
    status,
    detail: 'В запросе отсутствует ряд параметров или параметры невалидны',
  });
}
