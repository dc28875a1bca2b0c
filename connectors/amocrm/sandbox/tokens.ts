import { createHash, createHmac } from 'node:crypto';

export const accessSeconds = 86_400;
const codeSeconds = 20 * 60;
/** Three months (reference §1). */
const refreshSeconds = 90 * 86_400;

/** A program that was made known to the account. */
export interface Integration {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
}

/** Whom an access token stands for. */
export interface Bearer {
  readonly clientId: string;
  readonly userId: number;
}

export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** How a code or a refresh token is: `used` once it was taken, whatever became of the answer (reference §1). */
export type Standing = 'unknown' | 'used' | 'expired' | 'good';

export interface Tokens {
  code(clientId: string): string;
  codeStanding(code: string): Standing;
  refreshStanding(token: string): Standing;
  /** Ends the code or refresh token, and gives a new pair. */
  redeem(given: string, bearer: Bearer): TokenPair;
  /** Of a private integration, without a refresh token (reference §1, "Long-lived tokens"). */
  longLived(bearer: Bearer, days: number): string;
  /** undefined: no such token, or no longer. */
  bearerOf(accessToken: string): Bearer | undefined;
  revoke(which: 'access' | 'refresh' | 'all'): void;
}

interface Grant {
  readonly kind: 'code' | 'access' | 'refresh';
  readonly bearer: Bearer;
  readonly expiresAt: number;
  isUsed: boolean;
}

/** Names of the account that stand in a token. */
export interface TokenAccount {
  readonly accountId: number;
  readonly apiDomain: string;
}

/** `now` in seconds. Tokens follow from their number: the same run gives the same ones. */
export function createTokens({ accountId, apiDomain }: TokenAccount, now: () => number): Tokens {
  const grants = new Map<string, Grant>();
  let issued = 0;

  function give(kind: Grant['kind'], bearer: Bearer, seconds: number): string {
    issued += 1;
    const expiresAt = now() + seconds;
    const noise = createHash('sha512').update(`${kind} ${issued} ${bearer.clientId}`).digest('hex');
    const claims = { aud: bearer.clientId, jti: noise.slice(0, 32), iat: now(), nbf: now(), exp: expiresAt };
    const account = {
      sub: String(bearer.userId),
      account_id: accountId,
      api_domain: apiDomain,
      scopes: ['crm', 'files'],
    };
    const text = kind === 'access' ? jwt({ ...claims, ...account }) : kind === 'refresh' ? `def502${noise}` : noise;
    grants.set(text, { kind, bearer, expiresAt, isUsed: false });
    return text;
  }

  function standing(kind: Grant['kind'], text: string): Standing {
    const grant = grants.get(text);
    if (grant?.kind !== kind) return 'unknown';
    if (grant.isUsed) return 'used';
    return now() >= grant.expiresAt ? 'expired' : 'good';
  }

  return {
    code: (clientId) => give('code', { clientId, userId: 101 }, codeSeconds),
    codeStanding: (code) => standing('code', code),
    refreshStanding: (token) => standing('refresh', token),
    redeem(given, bearer) {
      const grant = grants.get(given);
      if (grant) grant.isUsed = true;
      return {
        accessToken: give('access', bearer, accessSeconds),
        refreshToken: give('refresh', bearer, refreshSeconds),
      };
    },
    longLived: (bearer, days) => give('access', bearer, days * 86_400),
    bearerOf: (text) => (standing('access', text) === 'good' ? grants.get(text)?.bearer : undefined),
    revoke(which) {
      for (const grant of grants.values()) if (which === 'all' || grant.kind === which) grant.isUsed = true;
    },
  };
}

/** Clients read what is in it and verify nothing (reference §1, §9.1); the real one is signed with RS256. */
function jwt(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ typ: 'JWT', alg: 'RS256' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', 'sandbox').update(text).digest('base64url')}`;
}
