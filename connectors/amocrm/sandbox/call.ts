import type { Json } from './json.ts';
import type { QueryMap } from './query.ts';
import type { Store } from './store.ts';

/** One request under /api/v4 that was let in. */
export interface Call {
  readonly store: Store;
  /** The ids in its path, in order. */
  readonly ids: readonly number[];
  readonly query: QueryMap;
  /** The query string as it came: links repeat it (reference §5). */
  readonly search: string;
  /** undefined: it had none. */
  readonly body: Json | undefined;
  /** `https://clinic.amocrm.ru/api/v4`, as the client called it. */
  readonly base: string;
  /** Below `base`: `/contacts/17`. */
  readonly path: string;
  /** On whose behalf. */
  readonly userId: number;
  /** What faults have in store for the work itself. */
  readonly twist: Twist;
  /** Something the account passes over without a word, and the journal counts. */
  passOver(what: string): void;
}

/** A fault that changes how the work is done. */
export interface Twist {
  /** Valid items of a write that are stored although the answer will be 400. */
  readonly partial?: number;
  /** A list answers with the page before the one it was asked for. */
  readonly repeatPage?: boolean;
}

export interface Answer {
  readonly status: number;
  /** Absent: an empty body. */
  readonly body?: Json;
}

export type Work = (call: Call) => Answer;

/** `GET /contacts/{id}`: verb, path with a name in place of each id, and what answers. */
export interface Route {
  readonly verb: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly work: Work;
}

/** An empty list, a page past the end, a missing id (reference §3.1, §5). */
export const nothing: Answer = { status: 204 };

export function ok(body: Json): Answer {
  return { status: 200, body };
}

export function idAt({ ids }: Call, place = 0): number {
  return ids[place] ?? 0;
}
