import { Type } from '../../engine/index.ts';
import type { Static } from 'typebox';

const busyTimeout = '10s';

export const settings = Type.Object({
  file: Type.String({ minLength: 1, description: 'File of the data base, from the folder of the pipeline' }),
  busyTimeout: Type.Optional(
    Type.String({
      pattern: '^[1-9][0-9]*(ms|s|m)$',
      default: busyTimeout,
      description: 'Longest wait for another program that writes to the file, e.g. `10s`',
    }),
  ),
});

export type Settings = Static<typeof settings>;

export function busyTimeoutMs(given: Settings): number {
  const [, count = '', unit = ''] = /^(\d+)(ms|s|m)$/.exec(given.busyTimeout ?? busyTimeout) ?? [];
  return Number(count) * ({ ms: 1, s: 1000, m: 60_000 }[unit] ?? 1000);
}
