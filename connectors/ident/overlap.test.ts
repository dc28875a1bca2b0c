import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadPipeline } from '../../engine/config/load.ts';

/** What validate says of this overlap in a clinic of this zone. */
async function said(timezone: string | undefined, overlap: string): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-overlap-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const cursor = { field: 'changedAt', overlap };
  const clinic = {
    connector: 'ident',
    server: 'localhost',
    user: 'u',
    password: '${secret:P}',
    ...(timezone && { timezone }),
  };
  const target = { connection: 'out', file: 'out.csv', fields: { id: 'id' } };
  const pipeline = {
    version: 1,
    name: 'overlap',
    connections: { clinic, out: { connector: 'file' } },
    flows: {
      visits: {
        source: { connection: 'clinic', stream: 'receptions', cursor },
        key: 'id',
        map: { id: 'id' },
        targets: { target },
      },
    },
  };
  const file = join(folder, 'overlap.yaml');
  writeFileSync(file, JSON.stringify(pipeline, undefined, 2));
  const { findings } = await loadPipeline(file, { env: { P: 'p' } });
  return findings.map(({ severity, code, where }) => `${severity} ${code} ${where?.line}`);
}

it('DL-6: validate asks for an overlap of an hour and a margin where the clinic puts its clocks back', async () => {
  expect(await said('Europe/Berlin', '60m')).toEqual(['warning config.short_overlap 23']);
  expect(await said('Europe/Berlin', '75m')).toEqual([]);
  expect(await said('Europe/Moscow', '5m')).toEqual([]);
  expect(await said(undefined, '5m')).toEqual([]);
});
