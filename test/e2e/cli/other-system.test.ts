import { resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startPortal } from '../../../connectors/bitrix24/sandbox/index.ts';
import { startClinic } from '../../../connectors/ident/sandbox/index.ts';
import { place } from '../../cli/pipe.ts';

async function portal() {
  const started = await startPortal({ limits: 'off' });
  onTestFinished(() => started.close());
  return started;
}

it('a portal that is not the one the state knows is refused before anything is read or sent', async () => {
  const clinic = await startClinic({ appointments: 3, days: 2 });
  onTestFinished(() => clinic.close());
  const [test, live] = [await portal(), await portal()];
  const derived = {
    version: 1,
    extends: resolve('pipelines/ident-to-bitrix.yaml'),
    name: 'moved',
    connections: { clinic: clinic.settings, portal: { webhook: '${env:WEBHOOK}' } },
  };
  // JSON is YAML.
  const { pipe } = place({ 'moved.yaml': JSON.stringify(derived) });
  const run = (to: typeof test, ...flags: readonly string[]) =>
    pipe(['run', 'moved.yaml', '--param', 'filial=1', ...flags], { WEBHOOK: to.webhook });
  expect(await run(test)).toMatchObject({ exit: 0 });
  const asked = clinic.journal.length;

  const refused = await run(live);
  const [before, now] = [test, live].map(({ webhook }) => new URL(webhook).host);
  expect(refused.exit).toBe(2);
  expect(refused.stderr).toContain(`connection portal led to ${before} so far and leads to ${now} now`);
  expect(await run(live, '--full')).toMatchObject({ exit: 2 });
  expect([clinic.journal.length, live.journal.commands]).toEqual([asked, []]);

  // A state of its own begins at the beginning.
  expect(await run(live, '--state', 'live')).toMatchObject({ exit: 0 });
  expect(live.truth.deals()).toHaveLength(3);

  // The same system under a new name goes on where it was.
  expect((await pipe(['state', 'adopt', 'moved.yaml'])).stdout).toContain('adopted: portal;');
  expect(await run(live)).toMatchObject({ exit: 0 });
  expect(live.truth.deals()).toHaveLength(3);
}, 120_000);
