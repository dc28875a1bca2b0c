import type { Authorisation, Host } from '../../../engine/index.ts';
import { openTransport } from '../../_http/transport.ts';
import { accountOf, type Settings } from '../config.ts';
import { oauthErrors } from './errors.ts';
import { tokenKey } from './login.ts';
import { pairText } from './pair.ts';
import { askForTokens } from './token-endpoint.ts';

/** Hosts of accounts (reference 1): the callback names one, and whoever forges a callback can name any. */
const zones = ['.amocrm.ru', '.amocrm.com', '.kommo.com'];

/** The way through the browser, for a connection with an integration of its own. */
export function authorise(settings: Settings, host: Host): Authorisation {
  const { login, ...account } = accountOf(settings);
  if ('token' in login) throw oauthErrors.token_suffices.error({ host: account.host });
  const { clientId, redirectUri } = login;
  return {
    redirectUri,
    codeLastsMs: 20 * 60_000,
    url(state) {
      // Without an opener only this mode leads the window itself back (reference 1).
      const query = new URLSearchParams({ client_id: clientId, state, mode: 'post_message' });
      return `${platformOf(settings)}/oauth?${query.toString()}`;
    },
    codeOf(answer) {
      const referer = answer.get('referer');
      if (referer !== null && !isAccount(referer, settings)) throw oauthErrors.foreign_referer.error({});
      if (answer.has('error')) throw oauthErrors.consent_denied.error({ host: account.host });
      const code = answer.get('code');
      if (!code) throw oauthErrors.no_code.error({ host: account.host });
      return code;
    },
    async redeem(code, signal) {
      const transport = openTransport(account);
      const grant = { grant_type: 'authorization_code', code } as const;
      try {
        // To the account of the connection alone, whatever the callback names.
        const ask = async () => pairText(await askForTokens({ ...account, login }, grant, { transport, host }, signal));
        await host.tokens?.replace(tokenKey(login), ask, signal);
      } finally {
        await transport.close();
      }
    },
  };
}

/** The consent page is the platform's and not the account's; a sandbox has both in one place. */
function platformOf({ domain, address }: Settings): string {
  return address ?? `https://www.${domain.split('.').slice(-2).join('.')}`;
}

/** A name alone, a host or a whole address: its form is not fixed (reference 1). */
function isAccount(referer: string, { domain, address }: Settings): boolean {
  const own = [domain, ...(address === undefined ? [] : [new URL(address).hostname])];
  const given = hostIn(referer);
  if (given === undefined) return false;
  return own.includes(given) || !given.includes('.') || zones.some((zone) => given.endsWith(zone));
}

function hostIn(text: string): string | undefined {
  try {
    return new URL(text.includes('://') ? text : `https://${text}`).hostname;
  } catch {
    return undefined;
  }
}
