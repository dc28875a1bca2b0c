import { cpSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { startPortal } from '../../../connectors/bitrix24/sandbox/index.ts';
import { place } from '../../cli/pipe.ts';
import type { Place } from '../../cli/pipe.ts';
import { shapeErrors } from '../../cli/shape.ts';

const files = {
  'deals.csv': 'id,title\n1,Один\n2,Два\n',
  'deals.yaml': `version: 1
name: deals
connections:
  desk: { connector: file }
  portal: { connector: bitrix24, webhook: "\${secret:PORTAL_WEBHOOK}" }
flows:
  deals:
    source: { connection: desk, file: deals.csv, key: [id] }
    key: id
    targets:
      deal:
        connection: portal
        entity: deal
        match: [{ name: title, by: [TITLE] }]
        fields: { TITLE: title }
`,
};

interface Machine extends Place {
  readonly on: (...argv: readonly string[]) => ReturnType<Place['pipe']>;
}

function machine(webhook: string): Machine {
  const one = place(files);
  const on = (...argv: readonly string[]) => one.pipe(argv, { PORTAL_WEBHOOK: webhook });
  return { ...one, on };
}

it('DL-21 a pipeline copied to a second machine stops there until `pipe state adopt`', async () => {
  const portal = await startPortal({ limits: 'off' });
  onTestFinished(() => portal.close());
  const [first, second] = [machine(portal.webhook), machine(portal.webhook)];
  expect((await first.on('run', 'deals.yaml')).exit).toBe(0);
  cpSync(first.path('.pipe'), second.path('.pipe'), { recursive: true });
  const shown = await second.on('state', 'show', 'deals.yaml', '--json');
  expect(shapeErrors('state-show', shown.stdout)).toEqual([]);
  const { instance: mine, copiedFrom } = JSON.parse(shown.stdout);
  const other = copiedFrom.instance;
  const stopped = await second.on('run', 'deals.yaml', '--full');
  expect([stopped.exit, portal.truth.deals().length]).toEqual([3, 2]);
  expect(stopped.stderr).toContain('the state of pipeline deals was begun on another machine');
  expect(stopped.stderr).toContain(`error run.other_instance
  deal 1 in connection portal was created in the last 24 hours by instance ${other} of this pipeline; this is instance ${mine}
  fix: end the other copy; where it has ended for good, \`pipe state adopt deals.yaml\` takes its rows for yours
`);
  const adopted = await second.on('state', 'adopt', 'deals.yaml', '--json');
  expect([shapeErrors('state-adopt', adopted.stdout), JSON.parse(adopted.stdout)]).toEqual([
    [],
    { systems: [], adopted: [other] },
  ]);
  const run = await second.on('run', 'deals.yaml', '--full');
  expect([run.exit, portal.truth.deals().length]).toEqual([0, 2]);
});
