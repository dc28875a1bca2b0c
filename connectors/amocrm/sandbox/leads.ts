import type { Json } from './json.ts';
import { firstStatus, isClosed, lostStatus, type Pipeline } from './pipelines.ts';
import { notAChoice, type Complaint } from './problems.ts';
import type { Row } from './rows.ts';
import type { Store } from './store.ts';

type Values = Readonly<Record<string, Json>>;

/** What is wrong with funnel, stage and reason of a lead that is written like this (reference §3.2). */
export function stageComplaints(store: Store, given: Values, row: Row | undefined): readonly Complaint[] {
  const pipeline = pipelineFor(store, given, row);
  if (pipeline === undefined) return [notAChoice('pipeline_id')];
  const complaints: Complaint[] = [];
  const { status_id = null, loss_reason_id = null } = given;
  if (status_id !== null && !pipeline.statuses.some(({ id }) => id === status_id))
    complaints.push(notAChoice('status_id'));
  if (loss_reason_id !== null && !store.lossReasons.some(({ id }) => id === loss_reason_id))
    complaints.push(notAChoice('loss_reason_id'));
  return complaints;
}

/** Funnel, stage, reason and time of closing of a lead after it was written; without complaints about them. */
export function stageAfter(store: Store, given: Values, row: Row | undefined): Values {
  const pipeline = pipelineFor(store, given, row);
  if (pipeline === undefined) return {};
  const moved = row?.values['pipeline_id'] !== pipeline.id;
  const held = moved ? null : (row?.values['status_id'] ?? null);
  const status = given['status_id'] ?? held ?? firstStatus(pipeline);
  const closed = isClosed(Number(status));
  const wasClosed = row !== undefined && isClosed(Number(row.values['status_id']));
  const closedAt = given['closed_at'] ?? (wasClosed ? (row.values['closed_at'] ?? null) : store.now());
  // Only a lost lead has a reason (reference §3.2).
  const reason =
    given['loss_reason_id'] === undefined ? (row?.values['loss_reason_id'] ?? null) : given['loss_reason_id'];
  return {
    pipeline_id: pipeline.id,
    status_id: status,
    closed_at: closed ? closedAt : null,
    loss_reason_id: status === lostStatus ? reason : null,
  };
}

/** The one that is named, else the lead's own, else the main one. */
function pipelineFor(store: Store, given: Values, row: Row | undefined): Pipeline | undefined {
  const named = given['pipeline_id'] ?? row?.values['pipeline_id'] ?? null;
  return store.pipelines.find(({ id, isMain }) => (named === null ? isMain : id === named));
}
