import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { connectorNames, loadConnector } from '../../engine/registry.ts';
import { testHost } from '../support/host.ts';
import { fieldCases } from './messages.ts';
import { play } from './play.ts';
import type { Target } from './play.ts';
import { readers } from './readers.ts';

const cases = fieldCases();

it('finds the cases', () => {
  expect(cases.length).toBeGreaterThan(12);
});

// A connector that was removed has no cases.
for (const { sink, open } of readers.filter((reader) => connectorNames().includes(reader.sink))) {
  describe(`the cases of the field in ${sink}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pipe-field-'));
    const { settings, read, close } = await open(folder);
    const connector = await loadConnector(sink);
    if (!connector) throw new Error(`there is no connector ${sink}`);
    const connection = await connector.connect(settings, testHost(folder));
    const target: Target = { sink, connection, read };
    afterAll(async () => {
      await connection.close();
      await close();
      rmSync(folder, { recursive: true, force: true });
    });

    it.each(cases)('$name', async (one) => {
      await play(target, one);
    });
  });
}
