import type { Host } from '../../../engine/index.ts';
import type { Exchange, Transport } from '../../_http/transport.ts';
import { isObject, parsedAnswer } from '../answer.ts';
import type { Account, Integration } from '../config.ts';
import { refusedRequest, withoutExchange } from '../reactions.ts';
import { oauthErrors, refusedTokens } from './errors.ts';
import { pairOf, type Pair } from './pair.ts';

export type Grant =
  | { readonly grant_type: 'authorization_code'; readonly code: string }
  | { readonly grant_type: 'refresh_token'; readonly refresh_token: string };

const path = '/oauth2/access_token';

/**
 * Gives a code or a refresh token for a pair of tokens (reference 1). Once sent it runs to its end whatever the signal
 * says: the account ends what it was given, and its answer is all there is. Throws why there is no pair.
 */
export async function askForTokens(
  account: Account & { readonly login: Integration },
  grant: Grant,
  { transport, host }: { readonly transport: Transport; readonly host: Host },
  signal: AbortSignal,
): Promise<Pair> {
  const { clientId: client_id, clientSecret: client_secret, redirectUri: redirect_uri } = account.login;
  const admission = await host.admit({ ...account.limits, lastsMs: account.timeoutMs }, signal);
  let refused = false;
  try {
    signal.throwIfAborted();
    const askedAt = host.now();
    const exchanged = await transport.send({
      method: 'POST',
      path,
      headers: { accept: 'application/json', 'content-type': 'application/json', 'user-agent': 'pipe/0.1' },
      body: JSON.stringify({ client_id, client_secret, ...grant, redirect_uri }),
    });
    refused = exchanged.ok && exchanged.status === 429;
    const pair = exchanged.ok && exchanged.status === 200 ? pairOf(parsedAnswer(exchanged.text), askedAt) : undefined;
    if (pair === undefined) throw whyNone(account, grant, exchanged);
    return pair;
  } finally {
    admission.ended(refused ? { refused: true } : {});
  }
}

function whyNone({ host, timeoutMs }: Account, { grant_type: type }: Grant, exchanged: Exchange): Error {
  // `worked`: what has been paid for and comes and goes at night is tried again.
  const concern = { host, method: `POST ${path}`, worked: true };
  if (!exchanged.ok) {
    const { failure, reason, cause } = exchanged;
    if (type !== 'refresh_token' || failure === 'not_connected')
      return withoutExchange(exchanged, timeoutMs, concern).error;
    return oauthErrors.refresh_unanswered.error(
      { host, reason: failure === 'timeout' ? `${timeoutMs / 1000} s` : reason },
      { cause, retry: true },
    );
  }
  const { status, text } = exchanged;
  const answer = parsedAnswer(text);
  // A page instead of JSON comes from the gateway, and passes.
  if ((status === 400 || status === 401) && isObject(answer)) return refusedTokens(host, status, answer['hint']);
  return refusedRequest(status, answer, concern).error;
}
