import { Type, type Static } from 'typebox';
import type { Limit } from '../../engine/index.ts';
import { errors } from './errors.ts';

export const defaults = { timeoutMs: 75_000, settleMs: 90_000, capacity: 48, perSecond: 2 } as const;

/** A connection block without `connector`. Limits and the 60 s: https://apidocs.bitrix24.com/limits.html */
export const settings = Type.Object(
  {
    webhook: Type.String({
      secret: true,
      pattern: '^https?://[^/\\s]+(/[^/\\s]+)*/rest/[0-9]+/[^/\\s]+/?$',
      description:
        'Address of an inbound webhook, https://<portal>/rest/<user>/<secret>/, with or without the last slash',
    }),
    auth: Type.Optional(
      Type.Enum(['webhook', 'oauth'], { default: 'webhook', description: 'How to log in; oauth is not ready yet' }),
    ),
    timeoutMs: Type.Optional(
      Type.Integer({
        minimum: 1,
        default: defaults.timeoutMs,
        description: 'Longest time for one request; keep it above the 60 s after which the cloud ends a request itself',
      }),
    ),
    settleMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        default: defaults.settleMs,
        description: 'How long a request without an answer may still take effect: the 60 s of the cloud and a margin',
      }),
    ),
    limits: Type.Optional(
      Type.Object(
        {
          capacity: Type.Optional(
            Type.Integer({
              minimum: 1,
              default: defaults.capacity,
              description:
                'Requests that may come at once: two below the 50 of the vendor, whose bucket drains by whole seconds; Enterprise: 248',
            }),
          ),
          perSecond: Type.Optional(
            Type.Number({
              exclusiveMinimum: 0,
              default: defaults.perSecond,
              description: 'Requests a second; Enterprise: 5',
            }),
          ),
        },
        {
          additionalProperties: false,
          description: "The portal's request limit, by its plan; everybody at one address shares it",
        },
      ),
    ),
  },
  { additionalProperties: false },
);

export type Settings = Static<typeof settings>;

/** Keys of a target block that are this connector's own. */
export const targetSettings = Type.Object({
  entity: Type.Enum(['contact', 'company', 'deal', 'lead'], { description: 'What the records become' }),
});

/** Where and as whom a connection talks. OAuth will be the second kind. */
export interface Portal {
  readonly origin: string;
  /** `portal.example` or `127.0.0.1:8080`: what people may read. */
  readonly host: string;
  /** Path before the method, secret included: `/rest/1/abc/`. */
  readonly path: string;
  readonly timeoutMs: number;
  readonly limit: Limit;
}

export function portalOf({ webhook, auth = 'webhook', timeoutMs = defaults.timeoutMs, limits = {} }: Settings): Portal {
  if (auth === 'oauth') throw errors.oauth_not_ready.error({});
  // What URL() throws carries the whole text, secret included.
  if (!URL.canParse(webhook)) throw errors.webhook_malformed.error({});
  const { origin, host, hostname, port, protocol, pathname } = new URL(webhook);
  const shared = `bitrix24:${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
  return {
    origin,
    host,
    path: pathname.endsWith('/') ? pathname : `${pathname}/`,
    timeoutMs,
    limit: { key: shared, capacity: defaults.capacity, perSecond: defaults.perSecond, ...limits },
  };
}
