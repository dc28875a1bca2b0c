import { Type, type Static } from 'typebox';
import type { Limit } from '../../engine/index.ts';
import { errors } from './errors.ts';

const defaults = { timeoutMs: 60_000, perSecond: 7 } as const;

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
    clientId: Type.Optional(Type.String({ description: 'Id of the integration, for OAuth; OAuth is not ready yet' })),
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
        },
        { additionalProperties: false, description: "The account's limits" },
      ),
    ),
  },
  { additionalProperties: false },
);

export type Settings = Static<typeof settings>;

/** Where and as whom a connection talks. */
export interface Account {
  readonly origin: string;
  /** `example.amocrm.ru` or `127.0.0.1:8124`: what people may read. */
  readonly host: string;
  readonly token: string;
  readonly timeoutMs: number;
  readonly limit: Limit;
}

export function accountOf(given: Settings): Account {
  const { domain, address, token, clientId, timeoutMs = defaults.timeoutMs, limits } = given;
  if (token === undefined)
    throw clientId === undefined ? errors.no_token.error({ host: domain }) : errors.oauth_not_ready.error({});
  const perSecond = limits?.perSecond ?? defaults.perSecond;
  const origin = address ?? `https://${domain}`;
  return {
    origin,
    host: new URL(origin).host,
    token,
    timeoutMs,
    // A window of one second is a bucket of one second: no more than that at once.
    limit: { key: `amocrm:${new URL(origin).host}`, capacity: perSecond, perSecond },
  };
}
