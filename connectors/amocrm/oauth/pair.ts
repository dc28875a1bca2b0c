import { isObject } from '../answer.ts';

/** What an integration is lent: the access token for requests, and the refresh token, good once, for the next pair. */
export interface Pair {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Milliseconds since 1970, by the clock of this machine. */
  readonly givenAt: number;
  readonly endsAt: number;
}

/** Of the account's answer (reference 1); undefined: it is no pair. `givenAt`: when it was asked for. */
export function pairOf(answer: unknown, givenAt: number): Pair | undefined {
  if (!isObject(answer)) return undefined;
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds } = answer;
  if (typeof accessToken !== 'string' || typeof refreshToken !== 'string' || typeof seconds !== 'number')
    return undefined;
  return { accessToken, refreshToken, givenAt, endsAt: givenAt + seconds * 1000 };
}

export function pairText(pair: Pair): string {
  return JSON.stringify(pair);
}

/** As it was kept. */
export function readPair(text: string): Pair {
  return JSON.parse(text) as Pair;
}
