import { expect, it } from 'vitest';
import type { CommandEntry } from '../../connectors/bitrix24/sandbox/index.ts';
import type { Intent } from '../../engine/state/ports.ts';
import {
  beyondCheckpoint,
  blindCreates,
  differencesFromTwin,
  duplicatesIn,
  lostFrom,
  overlapsIn,
  sendsWithoutIntent,
  wrongEpochs,
} from './invariants.ts';
import type { Evidence } from './invariants.ts';
import type { StateSight } from './state-file.ts';
import { wrongEnd } from './wrong-end.ts';
import { dealKey } from './writes-seen.ts';

/** What the invariants say when something is wrong: a suite that is never red proves nothing. */
const deal = (id: number, key: string, stage = 'NEW') => ({ ID: String(id), [dealKey]: key, STAGE_ID: stage });
const portal = (...deals: readonly object[]) => ({
  contacts: [],
  deals: deals as Evidence['sight']['portal']['deals'],
  leads: [],
});

const add: CommandEntry = {
  method: 'crm.deal.add',
  params: { fields: { [dealKey]: 'F1_1' } },
  batched: true,
  request: 1,
  place: 1,
  from: 1,
  to: 2,
};
const list: CommandEntry = { ...add, method: 'crm.deal.list', params: { filter: { [dealKey]: 'F1_1' } } };

const intent: Intent = {
  id: 'i1',
  run: 'r1',
  epoch: 1,
  flow: 'receptions',
  key: 'F1_1',
  target: 'deal',
  connection: 'portal',
  write: { operation: 'create', entity: 'deal', values: { [dealKey]: 'F1_1' } },
  claims: [],
  source: {},
  at: 0,
};

function evidence(sight: Partial<Evidence['sight']>, rest: Partial<Evidence> = {}): Evidence {
  const empty = { portal: portal(), twin: portal(), commands: [], touched: [], wrongs: [], overlaps: [], overruns: 0 };
  return { sight: { ...empty, ...sight }, intents: [], waiting: [], ...rest };
}

const state: StateSight = {
  intents: [],
  waiting: [],
  known: new Set(),
  epochs: new Map([['r1', 1]]),
  deliveredTo: new Map([['receptions', '2026-11-28T12:00:00.000']]),
};

it('G2: names both rows of one key', () => {
  expect(duplicatesIn(portal(deal(1, 'F1_1'), deal(2, 'F1_1')))).toEqual(['deal F1_1 is there as 1 and 2']);
});

it('G1: names a record that is neither made nor waits', () => {
  const lost = evidence({ twin: portal(deal(1, 'F1_1')) });
  expect(lostFrom(lost)).toEqual(['deal F1_1 was never made']);
  const waiting = [{ key: 'F1_1', state: 'waiting', code: 'run.in_doubt', dueAt: 0 }] as const;
  expect(lostFrom({ ...lost, waiting })).toEqual([]);
});

it('names a field that is not as in the fault-free run, but no stage a manager has chosen', () => {
  const other = evidence({ portal: portal(deal(1, 'F1_1')), twin: portal(deal(7, 'F1_1', 'WON')) });
  expect(differencesFromTwin(other)).toEqual(['deal F1_1 STAGE_ID is "NEW", and in the fault-free run "WON"']);
  const managed = evidence({ portal: portal(deal(1, 'F1_1', 'EXECUTING')), twin: portal(deal(7, 'F1_1', 'WON')) });
  expect(differencesFromTwin(managed)).toEqual([]);
});

it('names a create without a look before it', () => {
  expect(blindCreates(evidence({ commands: [list, add] }))).toEqual([]);
  expect(blindCreates(evidence({ commands: [list, add, add] }))).toEqual([
    'create deal F1_1 was sent without a look for it before',
  ]);
});

it('DL-9: names what was done more often than it was meant', () => {
  expect(sendsWithoutIntent(evidence({ commands: [add] }, { intents: [intent] }))).toEqual([]);
  expect(sendsWithoutIntent(evidence({ commands: [add, add] }, { intents: [intent] }))).toEqual([
    'create deal F1_1: done 2 times, meant 1',
  ]);
  expect(wrongEpochs({ ...state, intents: [{ ...intent, epoch: 2, open: true }] })).toEqual([
    'intent i1 is of another epoch than its run',
  ]);
});

it('DL-13: names two writes of one row that were under way at once', () => {
  expect(overlapsIn(evidence({ overlaps: [{ entity: 'deal', id: 5, requests: [3, 4] }] }))).toEqual([
    'requests 3 and 4 wrote deal 5 at once',
  ]);
});

it('names a checkpoint beyond a row that is nowhere', () => {
  const touched = [{ flow: 'receptions', key: 'F1_1', at: '2026-11-28T11:00:00.000' }];
  expect(beyondCheckpoint({ ...state, known: new Set(['F1_1']) }, touched)).toEqual([]);
  expect(beyondCheckpoint(state, touched)).toEqual([
    'the checkpoint 2026-11-28T12:00:00.000 of receptions is beyond F1_1 of 2026-11-28T11:00:00.000',
  ]);
});

it('names an exit code that does not say what was left', () => {
  const stdout = JSON.stringify({ flows: [{ queued: 1, rejected: 0 }] });
  const ended = { signal: null, point: undefined, stdout, stderr: '' };
  expect(wrongEnd({ ...ended, exit: 4 }, state)).toEqual([]);
  expect(wrongEnd({ ...ended, exit: 0 }, state)).toEqual(['exit 0, and 1 records were queued or rejected']);
});
