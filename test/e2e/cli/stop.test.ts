import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { heldPortal } from './held-portal.ts';
import { place } from '../../cli/pipe.ts';
import type { Place } from '../../cli/pipe.ts';

/** Three records, each in a batch and so in a request of its own. */
const yaml = `version: 1
name: deals
connections:
  desk: { connector: file }
  portal: { connector: bitrix24, webhook: "\${secret:PORTAL_WEBHOOK}" }
flows:
  deals:
    source: { connection: desk, file: deals.csv, key: [id], batch: 1 }
    key: id
    targets:
      deal:
        connection: portal
        entity: deal
        match: [{ name: id, by: [ORIGIN_ID] }]
        fields: { ORIGIN_ID: id, ORIGINATOR_ID: { const: DESK }, TITLE: title }
`;

/** `timeoutMs`: how long the portal is waited for, and how long what a dead process asked for counts as under way. */
async function running(timeoutMs = 75_000) {
  const { portal, webhook, held, open } = await heldPortal();
  const { pipe, start, path }: Place = place({
    'deals.yaml': yaml.replace('WEBHOOK}" }', `WEBHOOK}", timeoutMs: ${timeoutMs} }`),
    'deals.csv': 'id,title\n1,Один\n2,Два\n3,Три\n',
  });
  const env = { PORTAL_WEBHOOK: webhook };
  const first = start(['run', 'deals.yaml'], env);
  await Promise.race([held(), first.done.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
  return { first, open, pipe: (argv: readonly string[]) => pipe(argv, env), path, portal };
}

function originsOf({ truth }: Awaited<ReturnType<typeof running>>['portal']): readonly unknown[] {
  return truth.deals().map((deal) => deal['ORIGIN_ID']);
}

describe('a run that is told to stop', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'by %s ends with %d after the request in flight, and the next run does the rest',
    async (signal, exit) => {
      const { first, open, pipe, portal } = await running();
      first.kill(signal);
      await first.says('stopping when the request in flight has its answer; once more ends at once\n');
      open();
      const done = await first.done;
      expect([done.exit, originsOf(portal)]).toEqual([exit, ['1']]);
      expect(done.stderr).toMatch(/\nstopped; what was begun is finished, the next run goes on from here\n$/);
      expect(done.stderr).not.toContain('error');
      expect(done.stdout).toContain('  Delivered: 1 (created 1,');
      const next = await pipe(['run', 'deals.yaml']);
      expect([next.exit, originsOf(portal)]).toEqual([0, ['1', '2', '3']]);
    },
  );

  it('ends at once when told twice', async () => {
    const { first, portal } = await running();
    first.kill('SIGINT');
    await first.says('once more ends at once');
    first.kill('SIGINT');
    expect([(await first.done).exit, originsOf(portal)]).toEqual([130, []]);
  });
});

describe('a second process', () => {
  it('ends with 3 and names the first, whom status shows', async () => {
    const { first, open, pipe, portal } = await running();
    const second = await pipe(['run', 'deals.yaml']);
    const status = await pipe(['status', 'deals.yaml', '--json']);
    const shown = await pipe(['status', 'deals.yaml']);
    const logged = await pipe(['logs', 'deals.yaml', '--grep', 'is being run by process']);
    open();
    const done = await first.done;
    expect([second.exit, second.stdout]).toEqual([3, '']);
    expect(logged.stdout).toMatch(/^\S+ \S+ - WARNING - pipeline deals is being run by process \d+ .*\n\n.*ERROR 0\n$/);
    expect(second.stderr).toMatch(
      new RegExp(
        `^error run\\.already_running\n {2}pipeline deals is being run by process ${first.pid} on .* since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d, its last sign of life \\d+ s ago\n {2}fix: wait until it ends; if it hangs, \`pipe run deals\\.yaml --end-holder\` ends it and runs\n`,
      ),
    );
    expect(JSON.parse(status.stdout)).toMatchObject({ running: { pid: first.pid }, next: 'pipe status deals.yaml' });
    expect(shown.stdout).toMatch(
      new RegExp(`^deals\n {2}running: process ${first.pid} @ .* since .*, last sign of life \\d+ s ago\n`),
    );
    expect([done.exit, originsOf(portal)]).toEqual([0, ['1', '2', '3']]);
  });
  it('DL-19 ends the first with --end-holder, though that is stopped, and goes on without a double', async () => {
    const { first, open, pipe, path, portal } = await running(5_000);
    first.kill('SIGSTOP');
    const note = path('home/deals.lock.holder.json');
    writeFileSync(note, JSON.stringify({ ...JSON.parse(readFileSync(note, 'utf8')), seen: 0 }));
    open();
    const second = await pipe(['run', 'deals.yaml', '--end-holder']);
    expect(second.stderr).toContain(`process ${first.pid} was ended; what it sent without an answer is looked up\n`);
    expect([(await first.done).exit, second.exit, new Set(originsOf(portal))]).toEqual([
      null,
      4,
      new Set(['1', '2', '3']),
    ]);
    expect(originsOf(portal)).toHaveLength(3);
    const third = await pipe(['run', 'deals.yaml', '--end-holder']);
    expect(third.stderr).not.toContain('was ended');
  });
});
