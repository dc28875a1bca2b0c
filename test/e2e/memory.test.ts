import { resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startPortal } from '../../connectors/bitrix24/sandbox/index.ts';
import { startClinic } from '../../connectors/ident/sandbox/index.ts';
import { place } from '../cli/pipe.ts';

/** Says, after each batch, what is really alive in the process: the garbage is collected first. */
const watcher = `import v8 from 'node:v8';
import vm from 'node:vm';
v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');
const write = process.stderr.write.bind(process.stderr);
process.stderr.write = (text, ...rest) => {
  if (/ - receptions: read /.test(String(text))) {
    collect();
    write('alive ' + process.memoryUsage().heapUsed + '\\n');
  }
  return write(text, ...rest);
};
`;

it('G8: a run over both wires holds no more after five thousand appointments than after one thousand', async () => {
  const clinic = await startClinic({ appointments: 5_000, days: 7 });
  onTestFinished(() => clinic.close());
  const portal = await startPortal({ limits: 'off' });
  onTestFinished(() => portal.close());
  const derived = {
    version: 1,
    extends: resolve('pipelines/ident-to-bitrix.yaml'),
    name: 'memory',
    connections: {
      clinic: clinic.settings,
      portal: { webhook: portal.webhook, limits: { capacity: 1e6, perSecond: 1e6 } },
    },
  };
  // JSON is YAML.
  const { pipe } = place({ 'memory.yaml': JSON.stringify(derived), 'watcher.mjs': watcher });
  const { exit, stderr } = await pipe(['run', 'memory.yaml', '--param', 'filial=1'], {
    NODE_OPTIONS: '--import=./watcher.mjs',
  });
  const alive = [...stderr.matchAll(/^alive (\d+)$/gm)].map((match) => Number(match[1]) / 1024 / 1024);
  expect([exit, alive.length, portal.truth.deals().length]).toEqual([0, 5, 5_000]);
  expect((alive.at(-1) ?? 0) - (alive.at(0) ?? 0)).toBeLessThan(8);
}, 180_000);
