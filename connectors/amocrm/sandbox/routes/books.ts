import { idAt, nothing, ok, type Answer, type Call, type Route } from '../call.ts';
import type { User } from '../default-account.ts';
import type { Json, JsonMap } from '../json.ts';
import { namesOf, pageAnswer } from '../listing.ts';
import type { Pipeline, Status } from '../pipelines.ts';
import { offsetText } from '../zone.ts';

const taskTypes = [
  { id: 1, name: 'Связаться', color: null, icon_id: null, code: 'FOLLOW_UP' },
  { id: 2, name: 'Встреча', color: null, icon_id: null, code: 'MEETING' },
] as const;

const accountWith = [
  'amojo_id',
  'uuid',
  'amojo_rights',
  'users_groups',
  'task_types',
  'version',
  'datetime_settings',
  'invoices_settings',
  'drive_url',
  'is_api_filter_enabled',
];

/** reference §3.7, Account. */
function getAccount(call: Call): Answer {
  const { store, base } = call;
  const asked = namesOf(call, accountWith);
  const has = (name: string): boolean => asked.has(name);
  const offset = store.zone.offsetAt(store.now());
  const { accountId: id, subdomain } = store;
  return ok({
    id,
    name: 'Клиника',
    subdomain,
    current_user_id: call.userId,
    country: 'RU',
    currency: 'RUB',
    created_at: 17e8,
    created_by: 0,
    updated_at: 17e8,
    updated_by: 0,
    currency_symbol: '₽',
    customers_mode: 'disabled',
    is_unsorted_on: true,
    mobile_feature_version: 0,
    is_loss_reason_enabled: true,
    is_helpbot_enabled: false,
    is_technical_account: false,
    contact_name_display_order: 1,
    ...(has('version') && { version: 13 }),
    ...(has('uuid') && { uuid: '00000000-0000-4000-8000-000000000001' }),
    ...(has('amojo_id') && { amojo_id: '00000000-0000-4000-8000-000000000002' }),
    ...(has('drive_url') && { drive_url: 'https://drive-b.amocrm.ru' }),
    ...(has('is_api_filter_enabled') && { is_api_filter_enabled: store.habits.apiFilter }),
    _links: { self: { href: `${base}/account` } },
    _embedded: embeddedOf(store.zone.name, offsetText(offset), has),
  });
}

function embeddedOf(timezone: string, offset: string, has: (name: string) => boolean): JsonMap {
  const formats = {
    date_pattern: 'd.m.Y H:i',
    short_date_pattern: 'd.m.Y',
    short_time_pattern: 'H:i',
    date_format: 'd.m.Y',
    time_format: 'H:i:s',
  };
  return {
    ...(has('users_groups') && { users_groups: [{ id: 0, name: 'Отдел продаж', uuid: null }] }),
    ...(has('task_types') && { task_types: [...taskTypes] }),
    ...(has('amojo_rights') && { amojo_rights: { can_direct: true, can_create_groups: true } }),
    ...(has('invoices_settings') && { invoices_settings: { lang: 'ru', currency: 'RUB' } }),
    ...(has('datetime_settings') && { datetime_settings: { ...formats, timezone, timezone_offset: offset } }),
  };
}

function readUser({ base }: Call, { id, name, email, isAdmin }: User): Json {
  const rights = { is_admin: isAdmin, is_free: false, is_active: true, group_id: null, role_id: null };
  return { id, name, email, lang: 'ru', rights, _links: { self: { href: `${base}/users/${id}` } } };
}

function listUsers(call: Call): Answer {
  const there = call.store.users.all().filter(({ isDeleted }) => !isDeleted);
  return pageAnswer(call, 'users', there, { limit: 250 }, (user) => readUser(call, user));
}

function getUser(call: Call): Answer {
  const held = call.store.users.get(idAt(call));
  return held?.isDeleted === false ? ok(readUser(call, held)) : nothing;
}

function readStatus({ store, base }: Call, status: Status): JsonMap {
  const { id, name, sort, isEditable, pipelineId, color, type } = status;
  return {
    id,
    name,
    sort,
    is_editable: isEditable,
    pipeline_id: pipelineId,
    color,
    type,
    account_id: store.accountId,
    _links: { self: { href: `${base}/leads/pipelines/${pipelineId}/statuses/${id}` } },
  };
}

function readPipeline(call: Call, { id, name, sort, isMain, statuses }: Pipeline): JsonMap {
  const { store, base } = call;
  return {
    id,
    name,
    sort,
    is_main: isMain,
    is_unsorted_on: true,
    is_archive: false,
    account_id: store.accountId,
    _links: { self: { href: `${base}/leads/pipelines/${id}` } },
    _embedded: { statuses: statuses.map((status) => readStatus(call, status)) },
  };
}

/** All of them, whatever `page` and `limit` say (reference §3.7). */
function listPipelines(call: Call): Answer {
  const all = call.store.pipelines.map((pipeline) => readPipeline(call, pipeline));
  const self = { href: `${call.base}/leads/pipelines` };
  return ok({ _total_items: all.length, _links: { self }, _embedded: { pipelines: all } });
}

function pipelineOf({ store, ids }: Call): Pipeline | undefined {
  return store.pipelines.find(({ id }) => id === ids[0]);
}

function getPipeline(call: Call): Answer {
  const held = pipelineOf(call);
  return held ? ok(readPipeline(call, held)) : nothing;
}

function listStatuses(call: Call): Answer {
  const held = pipelineOf(call)?.statuses.map((status) => readStatus(call, status)) ?? [];
  if (held.length === 0) return nothing;
  return ok({ _total_items: held.length, _embedded: { statuses: held } });
}

function getStatus(call: Call): Answer {
  const held = pipelineOf(call)?.statuses.find(({ id }) => id === idAt(call, 1));
  return held ? ok(readStatus(call, held)) : nothing;
}

function listLossReasons(call: Call): Answer {
  return pageAnswer(call, 'loss_reasons', call.store.lossReasons, { limit: 250 }, (reason) => ({ ...reason }));
}

/** What the account tells of itself. */
export const bookRoutes: readonly Route[] = [
  { verb: 'GET', path: '/account', work: getAccount },
  { verb: 'GET', path: '/users', work: listUsers },
  { verb: 'GET', path: '/users/{id}', work: getUser },
  { verb: 'GET', path: '/leads/pipelines', work: listPipelines },
  { verb: 'GET', path: '/leads/pipelines/{id}', work: getPipeline },
  { verb: 'GET', path: '/leads/pipelines/{id}/statuses', work: listStatuses },
  { verb: 'GET', path: '/leads/pipelines/{id}/statuses/{id}', work: getStatus },
  { verb: 'GET', path: '/leads/loss_reasons', work: listLossReasons },
];
