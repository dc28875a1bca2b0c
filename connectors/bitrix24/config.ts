import { Type } from '../../engine/index.ts';
import { createHash } from 'node:crypto';
import type { Static } from 'typebox';
import type { Limit, Work } from '../../engine/index.ts';
import { errors } from './errors.ts';

export const defaults = {
  timeoutMs: 75_000,
  settleMs: 90_000,
  capacity: 48,
  perSecond: 2,
  operatingSeconds: 480,
  reserve: 0,
  requestsInFlight: 3,
} as const;

/** Working time counts for ten minutes (https://apidocs.bitrix24.com/limits.html). */
const operatingWindowMs = 10 * 60_000;

/** A connection block without `connector`. Limits and the 60 s: https://apidocs.bitrix24.com/limits.html */
export const settings = Type.Object(
  {
    webhook: Type.String({
      secret: true,
      pattern: '^https?://[^/\\s]+(/[^/\\s]+)*/rest/[0-9]+/[^/\\s]+/?$',
      examples: ['https://example.bitrix24.ru/rest/1/secret/'],
      description:
        'Address of an inbound webhook, https://<portal>/rest/<user>/<secret>/, with or without the last slash',
    }),
    auth: Type.Optional(
      Type.Enum(['webhook'], { default: 'webhook', description: 'How to log in; OAuth is not there yet' }),
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
          operatingSeconds: Type.Optional(
            Type.Number({
              exclusiveMinimum: 0,
              default: defaults.operatingSeconds,
              description: 'Seconds each method may work for this webhook in ten minutes',
            }),
          ),
        },
        {
          additionalProperties: false,
          description: "The portal's limits, by its plan; everybody at one address shares the requests",
        },
      ),
    ),
    reserve: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 0.9,
        default: defaults.reserve,
        description: 'Share of these limits to leave to other programs, 0.25 is a quarter',
      }),
    ),
    requestsInFlight: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10,
        default: defaults.requestsInFlight,
        description:
          'Requests of one read, and requests with writes, that may be under way at once; writes to one row keep their order',
      }),
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
  /** The working time of this webhook's methods. */
  readonly work: Omit<Work, 'expected'>;
}

export function portalOf(given: Settings): Portal {
  const { webhook, timeoutMs = defaults.timeoutMs, limits, reserve = defaults.reserve } = given;
  const { capacity, perSecond, operatingSeconds } = { ...defaults, ...limits };
  const share = 1 - reserve;
  // What URL() throws carries the whole text, secret included.
  if (!URL.canParse(webhook)) throw errors.webhook_malformed.error({});
  const { origin, host, hostname, port, protocol, pathname } = new URL(webhook);
  const key = `bitrix24:${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
  return {
    origin,
    host,
    path: pathname.endsWith('/') ? pathname : `${pathname}/`,
    timeoutMs,
    // A bucket that cannot hold one request would let none through.
    limit: { key, capacity: Math.max(1, capacity * share), perSecond: perSecond * share },
    work: { key: `${key}#${hashOf(pathname)}`, budget: operatingSeconds * share, windowMs: operatingWindowMs },
  };
}

/** The vendor counts working time by webhook; its secret goes into no file. */
function hashOf(path: string): string {
  return createHash('sha256').update(path.replace(/\/$/, '')).digest('base64url').slice(0, 16);
}
