import { openState } from '../../engine/state/open-state.ts';
import type { Delivery, Intent, QueuePut, StateStore } from '../../engine/state/ports.ts';
import { virtualClock } from './virtual-clock.ts';

export const pipeline = 'ident-to-bitrix';

export async function openSample(path = ':memory:'): Promise<StateStore> {
  return await openState(path, { pipeline, clock: virtualClock() });
}

/** Begins the n-th run and returns its epoch. */
export async function startRun(state: StateStore, n = 1): Promise<number> {
  return await state.startRun({ run: `run-${n}`, startedAt: 1000 * n, mapping: 'mapping-1', pid: 4711 });
}

export function intent(given: Partial<Intent> = {}): Intent {
  return {
    id: 'intent-1',
    run: 'run-1',
    epoch: 1,
    flow: 'receptions',
    key: 'F1_101',
    target: 'deal',
    connection: 'portal',
    write: { operation: 'create', entity: 'deal', values: { TITLE: 'Иванова Анна', UF_CRM_IDENT_ID: 'F1_101' } },
    claims: ['UF_CRM_IDENT_ID=F1_101'],
    highWater: '812',
    tag: 'tag-1',
    source: { id: 101, status: 'Запланирован' },
    at: 2000,
    ...given,
  };
}

export function delivery(given: Partial<Delivery> = {}): Delivery {
  return {
    run: 'run-1',
    epoch: 1,
    flow: 'receptions',
    at: 3000,
    receipts: [],
    links: [],
    delivered: [],
    queued: [],
    ...given,
  };
}

export function put(given: Partial<QueuePut> = {}): QueuePut {
  return {
    key: 'F1_101',
    hash: 'version-1',
    source: { id: 101, status: 'Запланирован' },
    sourceKey: { id: 101 },
    state: 'pending',
    error: { code: 'bitrix24.rejected', parameters: { field: 'STAGE_ID' } },
    dueAt: 33_000,
    attempts: 1,
    ...given,
  };
}
