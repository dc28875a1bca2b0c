import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { place } from '../../cli/pipe.ts';
import { parseXml, schemaErrors, textAt } from '../../service/task-schema.ts';
import { root } from '../../support/clone.ts';

const shipped = readFileSync(join(root, 'pipelines/ident-to-bitrix.yaml'), 'utf8');

/** The task that `--print` shows for Windows. */
async function taskOf(yaml: string) {
  const { pipe } = place({ 'ident-to-bitrix.yaml': yaml });
  const { stdout } = await pipe([
    'service',
    'install',
    'ident-to-bitrix.yaml',
    '--print',
    '--for',
    'windows',
    '--json',
  ]);
  const { steps } = JSON.parse(stdout) as { steps: readonly { text?: string; call?: readonly string[] }[] };
  const xml = parseXml(steps.find(({ text }) => text !== undefined)?.text ?? '');
  return { xml, call: steps.find(({ call }) => call !== undefined)?.call };
}

it('54. the shipped pipeline is a task of every two minutes, by its own schedule', async () => {
  const { xml, call } = await taskOf(shipped);
  expect([schemaErrors(xml), textAt(xml, 'Triggers/TimeTrigger/Repetition/Interval')]).toEqual([[], 'PT2M']);
  expect(call?.slice(0, 4)).toEqual(['schtasks', '/Create', '/TN', 'pipe\\ident-to-bitrix']);
});

it('54. another interval in its schedule is another interval of the task', async () => {
  const { xml } = await taskOf(shipped.replace('SYNC_INTERVAL:-2m', 'SYNC_INTERVAL:-3m'));
  expect(textAt(xml, 'Triggers/TimeTrigger/Repetition/Interval')).toBe('PT3M');
});
