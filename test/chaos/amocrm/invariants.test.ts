import { expect, it } from 'vitest';
import type { Intent } from '../../../engine/state/ports.ts';
import {
  blindCreates,
  differencesFromTwin,
  duplicatesIn,
  lostFrom,
  otherWrongs,
  sendsWithoutIntent,
} from './invariants.ts';
import type { Evidence } from './invariants.ts';
import type { Held } from './world.ts';

/** What the invariants say when something is wrong: a suite that is never red proves nothing. */
const contact = (id: number, key: string, fields: Held['fields'] = {}): Held => ({
  entity: 'contact',
  id,
  key,
  mark: `m${key}`,
  closed: false,
  fields,
});

const create: Intent = {
  id: 'i1',
  run: 'r1',
  epoch: 1,
  flow: 'patients',
  key: '1001',
  target: 'contact',
  connection: 'amo',
  write: { operation: 'create', entity: 'contact', values: {} },
  claims: [],
  source: {},
  at: 0,
};

function evidence(sight: Partial<Evidence['sight']>, rest: Partial<Evidence> = {}): Evidence {
  const empty = { account: [], twin: [], done: [], looks: [], touched: [] };
  const wrongs = { overlaps: [], lostAdditions: [], overruns: 0, unknown: [] };
  return { sight: { ...empty, ...wrongs, ...sight }, intents: [], waiting: [], ...rest };
}

it('G2: names both contacts of one patient, and both rows of one mark', () => {
  expect(duplicatesIn([contact(1, '1001'), contact(2, '1001')])).toEqual([
    'contact 1001 is there as 1 and 2',
    'marked contact m1001 is there as 1 and 2',
  ]);
  expect(duplicatesIn([contact(1, '1001'), contact(2, '1002')])).toEqual([]);
});

it('G1: names a record that is neither made nor waits', () => {
  const lost = evidence({ twin: [contact(1, '1001')] });
  expect(lostFrom(lost)).toEqual(['contact 1001 was never made']);
  const waiting = [{ key: '1001', state: 'waiting', code: 'run.in_doubt', dueAt: 0 }] as const;
  expect(lostFrom({ ...lost, waiting })).toEqual([]);
});

it('names a field that is not as in the fault-free run, but none of a closed lead save whose it is', () => {
  const [ours, theirs] = [contact(1, '1001', { Город: '"Тверь"' }), contact(7, '1001', { Город: '"Псков"' })];
  expect(differencesFromTwin(evidence({ account: [ours], twin: [theirs] }))).toEqual([
    'Город of contact 1001 is "Тверь", and in the fault-free run "Псков"',
  ]);
  expect(differencesFromTwin(evidence({ account: [{ ...ours, closed: true }], twin: [theirs] }))).toEqual([]);
});

it('DL-9, DL-13: names what was made without a look, and what was done more often than it was meant', () => {
  const done = [
    { name: 'create contact 1001', tick: 2 },
    { name: 'create contact 1001', tick: 3 },
  ];
  const twice = evidence({ looks: [{ key: 'contact 1001', tick: 1 }], done }, { intents: [create] });
  expect(blindCreates(twice)).toEqual(['contact 1001 was made without a look for it before']);
  expect(sendsWithoutIntent(twice)).toEqual(['create contact 1001: done 2 times, meant 1']);
});

it('G5, G7: names a refusal for the rate, and what a manager added and is gone', () => {
  const gone = evidence({ overruns: 2, lostAdditions: ['contact 1 lost the tag a manager gave it'] });
  expect(otherWrongs(gone)).toEqual([
    'contact 1 lost the tag a manager gave it',
    'the account refused 2 requests for their rate',
  ]);
});
