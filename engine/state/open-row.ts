import type { QueueState } from './ports.ts';

/** Whether a queue row still waits for something: a retry, an answer, a person. */
export function isOpenRow({ state }: { readonly state: QueueState }): boolean {
  return state !== 'completed' && state !== 'superseded';
}
