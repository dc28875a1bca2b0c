import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { applyOnce } from '../../engine/cli/apply.ts';
import { diffRun } from '../../engine/cli/diff.ts';
import type { Diff } from '../../engine/cli/diff.ts';
import { readPlan } from '../../engine/cli/plan-file.ts';
import { prepare } from '../../engine/cli/prepare.ts';
import type { PrepareFlags, Prepared } from '../../engine/cli/prepare.ts';
import { runOnce } from '../../engine/cli/run-once.ts';
import type { Brakes } from '../../engine/config/pipeline.ts';
import type { Value } from '../../engine/connector.ts';
import type { ShownRecord } from '../../engine/plan/shown-change.ts';
import type { Applied } from '../../engine/run/apply/apply-plan.ts';
import type { RunOptions } from '../../engine/run/context.ts';
import type { RunResult } from '../../engine/run/run-pipeline.ts';
import type { Intent } from '../../engine/state/ports.ts';
import { temporaryFolder } from '../support/folder.ts';

/** One operation on a target row, however it was learned of: rows that were made go by the name a diff gives them. */
export interface Operation {
  readonly flow: string;
  readonly record: string;
  readonly target: string;
  readonly operation: string;
  readonly row: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A pipeline that is looked at and then run, in a place of its own. */
export interface Rehearsal {
  readonly prepared: Prepared;
  readonly folder: string;
  readonly stateFile: string;
  /** `out`: where the plan goes; `reveal`: people are shown in full, which they are here unless it is said. */
  diff(
    options?: Partial<RunOptions>,
    out?: string,
    reveal?: boolean,
  ): Promise<{ readonly diff: Diff; readonly records: readonly ShownRecord[] }>;
  apply(plan: string): Promise<Applied>;
  /** The same pipeline under brakes of its own. */
  braked(brakes: Brakes): Rehearsal;
  /** Looks into the state. */
  state<Result>(look: (db: Sqlite.Database) => Result): Result;
  run(options?: Partial<RunOptions>): Promise<RunResult>;
  /** What the runs have sent, as their journal has it, with the row each create made. */
  sent(): readonly { readonly intent: Intent; readonly row: string | null }[];
}

const all: RunOptions = { full: false, allow: new Set() };

export async function rehearse(file: string, flags: PrepareFlags): Promise<Rehearsal> {
  const folder = temporaryFolder();
  process.env['PIPE_HOME'] = join(folder, 'home');
  onTestFinished(() => void delete process.env['PIPE_HOME']);
  return rehearsalOf(await prepare(file, { ...flags, state: folder }, {}), folder);
}

function rehearsalOf(prepared: Prepared, folder: string): Rehearsal {
  const stateFile = join(folder, prepared.compiled.pipeline.name, 'state.db');
  const { signal } = new AbortController();
  const state = <Result>(look: (db: Sqlite.Database) => Result): Result => {
    const db = new Sqlite(stateFile, { readonly: true });
    try {
      return look(db);
    } finally {
      db.close();
    }
  };
  return {
    prepared,
    folder,
    stateFile,
    state,
    apply: async (plan) => applyOnce(prepared, await readPlan(plan), {}, () => undefined, signal),
    braked: (brakes) => {
      const { compiled } = prepared;
      return rehearsalOf(
        { ...prepared, compiled: { ...compiled, pipeline: { ...compiled.pipeline, brakes } } },
        folder,
      );
    },
    diff: async (options = {}, out?: string, reveal = true) => {
      const records: ShownRecord[] = [];
      const task = { prepared, options: { ...all, ...options }, emit: () => undefined, signal, reveal, out };
      const diff = await diffRun({ ...task, show: (record) => void records.push(record) });
      return { diff, records };
    },
    run: async (options = {}) => runOnce(prepared, { ...all, ...options }, () => undefined, signal),
    sent: () => {
      if (!existsSync(stateFile)) return [];
      const rows = state((db) =>
        db.prepare<[], { intent: string; row: string | null }>('SELECT intent, row FROM intents').all(),
      );
      return rows.map(({ intent, row }) => ({ intent: JSON.parse(intent), row }));
    },
  };
}

/** What a diff lists. */
export function listed(records: readonly ShownRecord[]): readonly Operation[] {
  const operations = records.flatMap(({ flow, key, changes }) =>
    changes.flatMap(({ target, operation, row = '', fields }): Operation[] => {
      if (operation === 'unchanged' || operation === 'skip') return [];
      const values = Object.fromEntries(fields.map(({ name, after }) => [name, after ?? null]));
      return [{ flow, record: key, target, operation, row, values: operation === 'delete' ? {} : values }];
    }),
  );
  return inOrder(operations);
}

/** What a run sent, with the names of `records` for the rows it made; child rows belong to their row's operation. */
export function done(
  sent: ReturnType<Rehearsal['sent']>,
  records: readonly ShownRecord[],
  whole: (intent: Intent, name: string, value: Value | null) => unknown = (_, __, value) => value,
): readonly Operation[] {
  const planned = new Map(
    records.flatMap(({ flow, key, changes }) =>
      changes.flatMap(({ operation, target, row }) =>
        operation === 'create' && row !== undefined ? [[`${flow} ${key} ${target}`, row] as const] : [],
      ),
    ),
  );
  const names = new Map(
    sent
      .flatMap(({ intent: { flow, key, target, write }, row }) => {
        const name = write.operation === 'create' && planned.get(`${flow} ${key} ${target}`);
        return name && row !== null ? [[row, write.entity, name] as const] : [];
      })
      .map(([row, entity, name]) => [`${entity} ${row}`, name]),
  );
  const operations = new Map<string, Operation>();
  for (const { intent, row } of sent) {
    const { flow, key, target, write } = intent;
    const at = write.operation === 'create' ? (row ?? '') : write.key;
    const id = `${flow} ${key} ${target} ${at}`;
    const known = operations.get(id);
    const operation = write.operation === 'rows' ? (known?.operation ?? 'update') : write.operation;
    const values = valuesOf(intent, whole);
    operations.set(id, {
      flow,
      record: key,
      target,
      operation: known?.operation === 'create' ? 'create' : operation,
      row: names.get(`${write.entity} ${at}`) ?? at,
      values: { ...known?.values, ...(renamed(values, names) as Record<string, unknown>) },
    });
  }
  return inOrder([...operations.values()]);
}

function valuesOf(intent: Intent, whole: (intent: Intent, name: string, value: Value | null) => unknown) {
  const { write } = intent;
  if (write.operation === 'delete') return {};
  if (write.operation === 'rows') return { [write.list]: write.rows };
  return Object.fromEntries(Object.entries(write.values).map(([name, value]) => [name, whole(intent, name, value)]));
}

/** Keys of rows that were made, wherever they stand alone in a value. */
function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const reference = /^(CONTACT|LEAD|COMPANY)_ID$|^(city|category)_id$|^(contacts)$/;
  const entities: Readonly<Record<string, string>> = {
    city: 'cities',
    category: 'violation_categories',
    contacts: 'contact',
  };
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => {
      const kind = reference
        .exec(name)
        ?.slice(1)
        .find((each) => each !== undefined);
      const entity = kind === undefined ? '' : (entities[kind] ?? kind.toLowerCase());
      return [name, names.get(`${entity} ${String(held)}`) ?? held];
    }),
  );
}

function inOrder(operations: readonly Operation[]): readonly Operation[] {
  const sorted = operations.map((each) => ({
    ...each,
    values: Object.fromEntries(Object.entries(each.values).sort(([a], [b]) => (a < b ? -1 : 1))),
  }));
  return sorted.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
