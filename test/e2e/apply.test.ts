import { statSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startPortal } from '../../connectors/bitrix24/sandbox/index.ts';
import type { Portal } from '../../connectors/bitrix24/sandbox/index.ts';
import { canaries, startClinic } from '../../connectors/ident/sandbox/index.ts';
import { readPlan } from '../../engine/cli/plan-file.ts';
import { planData } from '../../engine/cli/render/apply.ts';
import { recordLines } from '../../engine/cli/render/changes.ts';
import { PipeError } from '../../engine/errors.ts';
import { resealed } from '../support/resealed-plan.ts';
import { rehearse } from './rehearsal.ts';
import type { Rehearsal } from './rehearsal.ts';

const limits = { capacity: 1_000_000, perSecond: 1_000_000 };

interface Stand {
  readonly portal: Portal;
  readonly rehearsal: Rehearsal;
  readonly plan: string;
  /** Ends every visit at the clinic: each of its deals is to be updated. */
  change(): Promise<void>;
}

async function stand(appointments = 10): Promise<Stand> {
  const clinic = await startClinic({ appointments, seed: 3, days: 7 });
  onTestFinished(() => clinic.close());
  const portal = await startPortal({ limits: 'off' });
  onTestFinished(() => portal.close());
  const rehearsal = await rehearse('pipelines/ident-to-bitrix.yaml', {
    param: ['filial=1'],
    sandboxes: { clinic: clinic.settings, portal: { webhook: portal.webhook, limits } },
  });
  return {
    portal,
    rehearsal,
    plan: join(rehearsal.folder, 'plan.jsonl'),
    change: async () => {
      await clinic.execute(
        `UPDATE dbo.Receptions SET Comment = 'Перенесено по просьбе', DateTimeChanged = '${clinic.now()}'`,
      );
    },
  };
}

const comment = 'UF_CRM_1769494714842';

describe('pipe diff and what is shown of a plan', () => {
  it('G9: tell nobody who the patients are, unless they are asked to', async () => {
    const { rehearsal, plan, change } = await stand(14);
    const first = await rehearsal.diff({}, plan, false);
    const shown = await planData(await readPlan(plan), false);
    await rehearsal.run();
    await change();
    const second = await rehearsal.diff({ full: true }, undefined, false);
    const told = JSON.stringify([first.records, second.records, shown]);
    const { surnames, names, phones } = canaries;
    const secrets = [...surnames, ...names, ...phones, 'Перенесено по просьбе'];
    expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
    const revealed = JSON.stringify((await rehearsal.diff({ full: true })).records);
    expect(revealed).toContain('Перенесено по просьбе');
    expect(readFileSync(plan, 'utf8')).toContain(surnames[0]);
  });
});

describe('pipe diff', () => {
  it('names fields as the portal’s screens do, and leaves out the mark that the engine gives a row', async () => {
    const { rehearsal } = await stand(1);
    const { records } = await rehearsal.diff({ flows: ['receptions'] });
    const deal = records.flatMap(({ changes }) => changes).find(({ entity }) => entity === 'deal');
    const marks = deal?.fields.filter(({ mark }) => mark).map(({ name }) => name);
    expect(marks).toEqual(['ORIGINATOR_ID', 'ORIGIN_ID']);
    const lines = records.flatMap((record) => recordLines(record, 'en')).map((line) => line.trim().replace(/: .*/, ''));
    expect(lines).toContain('+ UF_CRM_1769008996 (Врач)');
    expect(lines.filter((line) => line.includes('ORIGINATOR_ID'))).toHaveLength(1);
  });
});

describe('pipe apply', () => {
  it('does what a first plan says, and a run after it finds nothing to do', async () => {
    const { portal, rehearsal, plan } = await stand();
    const { diff } = await rehearsal.diff({}, plan);
    const applied = await rehearsal.apply(plan);
    expect(applied).toMatchObject({ exitCode: 0, left: [], already: 0 });
    const { creates, updates } = totals(diff.flows);
    expect(portal.truth.contacts().length + portal.truth.deals().length).toBe(creates);
    expect(rehearsal.sent().map(({ intent }) => intent.plan?.n)).toEqual(
      expect.arrayContaining([1, 2, creates + updates]),
    );
    expect(await rehearsal.run()).toMatchObject({ exitCode: 0, flows: [{ created: 0, updated: 0 }, { updated: 0 }] });
  });

  it('leaves alone and names two deals a manager edited meanwhile, and writes the others', async () => {
    const { portal, rehearsal, plan, change } = await stand();
    await rehearsal.run();
    await change();
    const { records } = await rehearsal.diff({ full: true }, plan);
    const changes = records.flatMap((record) => record.changes).filter(({ operation }) => operation === 'update');
    expect(changes.map(({ fields }) => fields.map(({ name }) => name))).toEqual(changes.map(() => [comment]));
    const [first, second, ...others] = changes.map(({ row }) => Number(row));
    expect(others.length).toBeGreaterThan(2);
    portal.edit('deal', first ?? 0, { STAGE_ID: 'EXECUTING' });
    portal.edit('deal', second ?? 0, { TITLE: 'Иванов, перезвонить' });
    const result = await rehearsal.apply(plan);
    expect(result.exitCode).toBe(4);
    expect(result.left).toMatchObject([
      { target: 'deal', row: String(first), error: { code: 'run.changed_since' } },
      { target: 'deal', row: String(second), error: { code: 'run.changed_since' } },
    ]);
    const now = new Map(portal.truth.deals().map((deal) => [Number(deal['ID']), deal]));
    expect([first, second].map((id) => now.get(id ?? 0)?.[comment] ?? null)).not.toContain('Перенесено по просьбе');
    expect(others.map((id) => now.get(id)?.[comment])).toEqual(others.map(() => 'Перенесено по просьбе'));
    expect(now.get(second ?? 0)?.['TITLE']).toBe('Иванов, перезвонить');
  });

  it('takes a row that is as planned already for done, and does nothing twice', async () => {
    const { rehearsal, plan } = await stand(6);
    await rehearsal.diff({}, plan);
    const first = await rehearsal.apply(plan);
    const sent = rehearsal.sent().length;
    const second = await rehearsal.apply(plan);
    expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
    expect(second.already).toBeGreaterThan(10);
    expect(rehearsal.sent()).toHaveLength(sent);
  });

  it('moves no checkpoint, and keeps the plan from other eyes', async () => {
    const { rehearsal, plan } = await stand(4);
    await rehearsal.diff({}, plan);
    expect(statSync(plan).mode & 0o777).toBe(0o600);
    await rehearsal.apply(plan);
    expect(rehearsal.state((db) => db.prepare('SELECT count(*) AS count FROM checkpoints').all())).toEqual([
      { count: 0 },
    ]);
    expect(rehearsal.state((db) => db.prepare('SELECT count(*) AS count FROM links').all())).not.toEqual([
      { count: 0 },
    ]);
  });

  it.each([
    [
      'run.expired_plan',
      (text: string) => resealed(text.replace(/"expiresAt":"[^"]+"/, '"expiresAt":"2026-01-01T00:00:00.000Z"')),
    ],
    ['run.expired_plan', (text: string) => resealed(text.replace(/"expiresAt":"[^"]+"/, '"expiresAt":"never"'))],
    ['run.other_plan', (text: string) => resealed(text.replace(/"hash":"[^"]+"/, '"hash":"another"'))],
    ['run.foreign_plan', (text: string) => resealed(text.replace(/"instance":"[^"]+"/, '"instance":"elsewhere"'))],
    [
      'run.plan_of_other_system',
      (text: string) => resealed(text.replaceAll(/"system":"[^"]+"/g, '"system":"other.bitrix24.ru"')),
    ],
    ['run.broken_plan', (text: string) => text.split('\n').slice(0, -3).join('\n')],
    ['run.broken_plan', (text: string) => text.replace('"operation":"create"', '"operation":"delete"')],
    ['run.broken_plan', () => 'id,name\n1,2\n'],
  ])('refuses a plan: %s', async (code, spoil) => {
    const { portal, rehearsal, plan } = await stand(3);
    await rehearsal.diff({}, plan);
    writeFileSync(plan, spoil(readFileSync(plan, 'utf8')));
    const refusal = { code, kind: 'input' };
    const refused = await rehearsal.apply(plan).then(
      ({ error }) => error,
      (error: unknown) => error,
    );
    expect(refused).toMatchObject(refusal);
    expect(portal.truth.deals()).toEqual([]);
    expect(portal.truth.contacts()).toEqual([]);
  });

  it('refuses a plan that is cut off anywhere, and takes one whose lines end as those of Windows', async () => {
    const { rehearsal, plan } = await stand(1);
    await rehearsal.diff({}, plan);
    const whole = readFileSync(plan);
    const refusals = new Set<unknown>();
    for (let length = 0; length < whole.length - 1; length += 61) {
      writeFileSync(plan, whole.subarray(0, length));
      const refused = await readPlan(plan).then(
        () => undefined,
        (error: unknown) => error,
      );
      refusals.add(refused instanceof PipeError ? refused.code : refused);
    }
    expect([...refusals]).toEqual(['run.broken_plan']);
    writeFileSync(plan, whole.toString().trimEnd().split('\n').slice(0, -1).join('\n'));
    await expect(readPlan(plan)).rejects.toMatchObject({ code: 'run.broken_plan' });
    writeFileSync(plan, whole.toString().replaceAll('\n', '\r\n'));
    expect(await rehearsal.apply(plan)).toMatchObject({ exitCode: 0, left: [] });
  });

  it('writes no plan of a run that a brake would stop', async () => {
    const { rehearsal, plan } = await stand(3);
    await rehearsal.diff({}, plan);
    const before = readFileSync(plan, 'utf8');
    const { diff } = await rehearsal.braked({ creates: { rows: 1 } }).diff({}, plan);
    expect(diff.error?.code).toBe('plan.too_many_changes');
    expect(diff.plan).toBeUndefined();
    expect(readFileSync(plan, 'utf8')).toBe(before);
  });
});

function totals(
  flows: readonly { readonly targets: readonly { readonly creates: number; readonly updates: number }[] }[],
) {
  const targets = flows.flatMap((flow) => flow.targets);
  const sum = (of: (target: (typeof targets)[number]) => number) =>
    targets.reduce((all, target) => all + of(target), 0);
  return { creates: sum(({ creates }) => creates), updates: sum(({ updates }) => updates) };
}
