import { carryOut, itemsOf, objectOf, written } from '../batch.ts';
import { idAt, nothing, ok, type Answer, type Call, type Route } from '../call.ts';
import { oneOf, range, type Filters } from '../filter.ts';
import type { Json, JsonMap } from '../json.ts';
import { list, type Listing } from '../listing.ts';
import { aboutComplaints, planPlain, plainStamps, type PlainKind } from '../plain-rows.ts';
import { notAChoice, problem, validationFailed } from '../problems.ts';
import type { Row } from '../rows.ts';
import { readPlain } from '../shapes.ts';

/** reference §3.7, Task. */
const task: PlainKind = {
  table: 'tasks',
  keys: {
    ...plainStamps,
    text: 'text',
    complete_till: 'time',
    task_type_id: 'int',
    entity_type: 'text',
    entity_id: 'int',
    duration: 'int',
    responsible_user_id: 'user',
    is_completed: 'flag',
    result: 'map',
  },
  required: ['text', 'complete_till'],
  defaults: { task_type_id: 1, entity_type: null, entity_id: null, duration: 0, is_completed: false, result: [] },
};

const value = (name: string) => (row: Row) => row.values[name] ?? null;

const filters: Filters = {
  id: oneOf(({ id }) => id),
  responsible_user_id: oneOf(value('responsible_user_id')),
  is_completed: oneOf((row) => (row.values['is_completed'] === true ? 1 : 0)),
  task_type: oneOf(value('task_type_id')),
  entity_type: oneOf(value('entity_type')),
  entity_id: oneOf(value('entity_id')),
  updated_at: range(value('updated_at')),
};

const listing: Listing = {
  table: 'tasks',
  called: 'tasks',
  orders: ['created_at', 'complete_till', 'id'],
  filters,
  read: (call, row) => readPlain(call.store, 'tasks', row, `${call.base}/tasks/${row.id}`),
};

function plan(call: Call, row: Row | undefined, item: JsonMap) {
  const planned = planPlain(call, task, row, { responsible_user_id: call.userId, ...row?.values, ...item });
  const about = aboutComplaints(call, item['entity_type'] ?? null, item['entity_id'] ?? null);
  return { ...planned, complaints: [...planned.complaints, ...about] };
}

function get(call: Call): Answer {
  const row = call.store.tables.tasks.get(idAt(call));
  const isSeen = call.store.visibility.look('tasks', 'id');
  return row && !row.deleted && isSeen(row.id) ? ok(listing.read(call, row, new Set())) : nothing;
}

function create(call: Call): Answer {
  const rows = carryOut(
    call,
    itemsOf(call),
    ({ given }) => plan(call, undefined, given),
    ({ id }, { requestId }): Json => ({ id, request_id: requestId, _links: selfOf(call, id) }),
  );
  return written(call, 'tasks', rows);
}

function updateMany(call: Call): Answer {
  const rows = carryOut(
    call,
    itemsOf(call),
    ({ given }) => {
      const row = call.store.tables.tasks.get(Number(given['id']));
      if (row) return plan(call, row, given);
      return { complaints: [notAChoice('id')], carryOut: () => plan(call, undefined, given).carryOut() };
    },
    (row, { requestId }): Json => ({ ...updated(call, row), request_id: requestId }),
  );
  return written(call, 'tasks', rows);
}

function updateOne(call: Call): Answer {
  const row = call.store.tables.tasks.get(idAt(call));
  if (row === undefined) throw problem(404, 'Entity not found');
  const { complaints, carryOut: act } = plan(call, row, objectOf(call));
  if (complaints.length > 0) throw validationFailed([{ complaints }]);
  return ok(updated(call, act()));
}

function updated(call: Call, { id, values }: Row): JsonMap {
  return { id, updated_at: values['updated_at'] ?? null, _links: selfOf(call, id) };
}

function selfOf({ base }: Call, id: number): JsonMap {
  return { self: { href: `${base}/tasks/${id}` } };
}

/** Unlike the others a task refuses to be deleted for want of a right (reference §3.1). */
function refuseDelete(): Answer {
  throw problem(403, 'Invalid scope');
}

export const taskRoutes: readonly Route[] = [
  { verb: 'GET', path: '/tasks', work: (call) => list(call, listing) },
  { verb: 'GET', path: '/tasks/{id}', work: get },
  { verb: 'POST', path: '/tasks', work: create },
  { verb: 'PATCH', path: '/tasks', work: updateMany },
  { verb: 'PATCH', path: '/tasks/{id}', work: updateOne },
  { verb: 'DELETE', path: '/tasks/{id}', work: refuseDelete },
];
