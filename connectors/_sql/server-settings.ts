import { Type } from '../../engine/index.ts';

const timeouts = { connectTimeout: '10s', statementTimeout: '5m' } as const;

const duration = '^[1-9][0-9]*(ms|s|m)$';

/** How to log in to a server, where there is no url. */
export const loginSettings = {
  user: Type.Optional(Type.String({ minLength: 1, description: 'Login' })),
  password: Type.Optional(Type.String({ minLength: 1, secret: true, description: 'Password of the login' })),
  database: Type.Optional(Type.String({ minLength: 1, description: 'Data base' })),
};

/** What connections to a server have in common. */
export const connectionSettings = {
  ssl: Type.Optional(
    Type.Object(
      {
        ca: Type.Optional(
          Type.String({ minLength: 1, description: 'PEM file of the authority that signed the server certificate' }),
        ),
        verify: Type.Optional(
          Type.Boolean({
            default: true,
            description: 'Refuse a certificate nobody trusts; false only within a network you trust',
          }),
        ),
      },
      { description: 'Present: TLS, `ssl: {}` is enough where the certificate is a public one' },
    ),
  ),
  connectTimeout: Type.Optional(
    Type.String({
      pattern: duration,
      default: timeouts.connectTimeout,
      description: 'Wait for a connection, e.g. `10s`',
    }),
  ),
  statementTimeout: Type.Optional(
    Type.String({
      pattern: duration,
      default: timeouts.statementTimeout,
      description: 'The longest a statement may take, waiting for locks included',
    }),
  ),
};

/** What both take when they are not given, in milliseconds. */
export function timeoutsOf(given: { readonly connectTimeout?: string; readonly statementTimeout?: string }): {
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
} {
  return {
    connectTimeoutMs: durationMs(given.connectTimeout ?? timeouts.connectTimeout),
    statementTimeoutMs: durationMs(given.statementTimeout ?? timeouts.statementTimeout),
  };
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

/** Milliseconds of `30s`; the schema has checked the text. */
function durationMs(text: string): number {
  const [, count = '', unit = ''] = /^(\d+)(ms|s|m)$/.exec(text) ?? [];
  return Number(count) * (units[unit] ?? Number.NaN);
}
