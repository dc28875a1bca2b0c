import type { Host } from '../../../engine/index.ts';
import type { Transport } from '../../_http/transport.ts';
import type { Account, Integration } from '../config.ts';
import { oauthErrors } from './errors.ts';
import { pairText, readPair, type Pair } from './pair.ts';
import { askForTokens } from './token-endpoint.ts';

/** As whom requests are sent. Both throw a PipeError where no token is to be had. */
export interface Login {
  /** The token of the next request; one that ends soon is renewed first. */
  token(signal: AbortSignal): Promise<string>;
  /** Another one for a request that the account refused this one for; undefined: there is none. */
  instead(refused: string, signal: AbortSignal): Promise<string | undefined>;
}

const earlyMs = 5 * 60_000;
/** At night an account refuses good tokens for minutes (reference 1): new ones would be refused as well. */
const youngMs = 10 * 60_000;

/** Under which name the tokens of an integration are kept; two pipelines to one account share them. */
export function tokenKey({ domain, clientId }: Integration): string {
  return `amocrm ${domain} ${clientId}`;
}

export function createLogin(account: Account, transport: Transport, host: Host): Login {
  const { login } = account;
  if (!('token' in login)) return lentLogin({ ...account, login }, transport, host);
  const { token } = login;
  return { token: async () => token, instead: async () => undefined };
}

function lentLogin(account: Account & { readonly login: Integration }, transport: Transport, host: Host): Login {
  const key = tokenKey(account.login);
  let known: Pair | undefined;

  const lasts = ({ endsAt }: Pair): boolean => host.now() < endsAt - earlyMs;

  function isYoung({ givenAt }: Pair): boolean {
    const age = host.now() - givenAt;
    return age >= 0 && age < youngMs;
  }

  async function kept(): Promise<Pair> {
    return pairIn(await host.tokens?.read(key));
  }

  /** A pair out of a string that is kept, or why there is none. */
  function pairIn(text: string | undefined): Pair {
    if (text === undefined) throw oauthErrors.not_authorised.error({ host: account.host });
    return readPair(text);
  }

  /** Under the lock of the machine, and only where what is kept by then will not do: another process may have been here. */
  async function renew(willDo: (pair: Pair) => boolean, signal: AbortSignal): Promise<Pair> {
    const text = await host.tokens?.replace(
      key,
      async (before) => {
        const pair = pairIn(before);
        if (before !== undefined && willDo(pair)) return before;
        const grant = { grant_type: 'refresh_token', refresh_token: pair.refreshToken } as const;
        return pairText(await askForTokens(account, grant, { transport, host }, signal));
      },
      signal,
    );
    return pairIn(text);
  }

  return {
    async token(signal) {
      if (known === undefined || !lasts(known)) known = await kept();
      if (!lasts(known)) known = await renew(lasts, signal);
      return known.accessToken;
    },
    async instead(refused, signal) {
      known = await renew((pair) => (pair.accessToken === refused ? isYoung(pair) : lasts(pair)), signal);
      return known.accessToken === refused ? undefined : known.accessToken;
    },
  };
}
