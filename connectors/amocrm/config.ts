import { Type } from '../../engine/index.ts';
import type { Static } from 'typebox';
import { hash } from 'node:crypto';
import type { Charge } from '../../engine/index.ts';
import { isObject, parsedAnswer } from './answer.ts';
import { entityChoices, entityPattern } from './entities.ts';
import { errors } from './errors.ts';
import { oauthErrors } from './oauth/errors.ts';

export const defaults = {
  timeoutMs: 60_000,
  settleMs: 90_000,
  writesPerRequest: 50,
  perSecond: 7,
  perAccount: 50,
} as const;

const byToken = {
  type: 'object',
  required: ['domain', 'token'],
  properties: { token: { examples: ['"${secret:AMOCRM_TOKEN}"'] } },
};
const byIntegration = {
  type: 'object',
  required: ['domain', 'clientId', 'clientSecret', 'redirectUri'],
  properties: {
    clientSecret: { examples: ['"${secret:AMOCRM_CLIENT_SECRET}"'] },
    redirectUri: { examples: ['http://localhost:8080/callback'] },
  },
};

/** A connection block without `connector`. Limits: https://www.amocrm.ru/developers/content/api/recommendations */
export const settings = Type.Object(
  {
    domain: Type.String({
      pattern: '^[a-z0-9-]+(\\.[a-z0-9-]+)+$',
      examples: ['example.amocrm.ru'],
      description: "The account's own host, as people open it in a browser",
    }),
    address: Type.Optional(
      Type.String({
        pattern: '^https?://[^/\\s]+$',
        description: 'Where the account answers when that is not https://<domain>: a sandbox',
      }),
    ),
    token: Type.Optional(
      Type.String({
        secret: true,
        description:
          'Long-lived token of a private integration, from its tab "Keys and scopes" ("Ключи и доступы"): the simple way',
      }),
    ),
    clientId: Type.Optional(Type.String({ description: 'Id of the integration, for OAuth: then `pipe auth` logs in' })),
    clientSecret: Type.Optional(Type.String({ secret: true, description: 'Secret of the integration, for OAuth' })),
    redirectUri: Type.Optional(
      Type.String({
        pattern: '^https?://[^\\s]+$',
        examples: ['http://localhost:8080/callback'],
        description: 'Redirect address of the integration, letter for letter, for OAuth',
      }),
    ),
    timeoutMs: Type.Optional(
      Type.Integer({ minimum: 1, default: defaults.timeoutMs, description: 'Longest time for one request' }),
    ),
    settleMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        default: defaults.settleMs,
        description: 'How long a request without an answer may still take effect',
      }),
    ),
    writesPerRequest: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 250,
        default: defaults.writesPerRequest,
        description: 'Rows in one request with writes; the vendor advises 50 and takes 250',
      }),
    ),
    limits: Type.Optional(
      Type.Object(
        {
          perSecond: Type.Optional(
            Type.Number({
              exclusiveMinimum: 0,
              default: defaults.perSecond,
              description: 'Requests a second of this integration',
            }),
          ),
          perAccount: Type.Optional(
            Type.Number({
              exclusiveMinimum: 0,
              default: defaults.perAccount,
              description: 'Requests a second of all integrations of the account together',
            }),
          ),
        },
        { additionalProperties: false, description: "The account's limits" },
      ),
    ),
  },
  { additionalProperties: false, anyOf: [byToken, byIntegration] },
);

export type Settings = Static<typeof settings>;

/** Keys of a target block that are this connector's own. */
export const targetSettings = Type.Object({
  entity: Type.String({
    pattern: entityPattern,
    examples: ['contact', 'note:lead', 'catalog:Услуги'],
    description: `What the records become: ${entityChoices}`,
  }),
});

/** Where and as whom a connection talks. */
export interface Account {
  readonly origin: string;
  /** `example.amocrm.ru` or `127.0.0.1:8124`: what people may read. */
  readonly host: string;
  /** A long-lived token, or an integration that is lent one at a time. */
  readonly login: { readonly token: string } | Integration;
  readonly timeoutMs: number;
  readonly limits: AccountLimits;
}

/** Of the integration, and of all of the account. */
export type AccountLimits = Required<Pick<Charge, 'limit' | 'within'>>;

/** A program that was made known to the account, for OAuth. */
export interface Integration {
  readonly domain: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
}

export function accountOf(given: Settings): Account {
  const { domain, address, timeoutMs = defaults.timeoutMs, limits } = given;
  const { perSecond, perAccount } = { ...defaults, ...limits };
  const origin = address ?? `https://${domain}`;
  const { host } = new URL(origin);
  const login = loginOf(given);
  return {
    origin,
    host,
    login,
    timeoutMs,
    limits: {
      limit: { key: `amocrm:${host}#${integrationOf(login)}`, ...bucketOf(perSecond) },
      within: { key: `amocrm:${host}`, ...bucketOf(perAccount) },
    },
  };
}

/** Whose requests the vendor counts together; a long-lived token names it (reference 1), else its hash stands for it. */
function integrationOf(login: Account['login']): string {
  if (!('token' in login)) return login.clientId;
  return audienceOf(login.token) ?? hash('sha256', login.token, 'base64url').slice(0, 16);
}

function audienceOf(token: string): string | undefined {
  const claims = parsedAnswer(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  const audience = isObject(claims) ? claims['aud'] : undefined;
  return typeof audience === 'string' ? audience : undefined;
}

/** A long-lived token wins: it is the simpler way. */
function loginOf({ domain, token, clientId, clientSecret, redirectUri }: Settings): Account['login'] {
  if (token !== undefined) return { token };
  if (clientId === undefined && clientSecret === undefined) throw errors.no_token.error({ host: domain });
  if (clientId !== undefined && clientSecret !== undefined && redirectUri !== undefined)
    return { domain, clientId, clientSecret, redirectUri };
  const missing = Object.entries({ clientId, clientSecret, redirectUri }).filter(([, value]) => value === undefined);
  throw oauthErrors.oauth_incomplete.error({ host: domain, missing: missing.map(([name]) => name).join(', ') });
}

/**
 * The vendor counts the requests of any one second, and refusals add up to a block (reference 2). A leaky bucket lets
 * its capacity and what leaves it in a second into one such second: one request at once, and one a second fewer.
 */
function bucketOf(perSecond: number): { readonly capacity: number; readonly perSecond: number } {
  return { capacity: 1, perSecond: Math.max(perSecond - 1, perSecond / 2) };
}
