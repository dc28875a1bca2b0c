import { existsSync, globSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runTest } from '../../engine/cases/run-test.ts';
import { registry } from '../../engine/registry.ts';

const folder = resolve(import.meta.dirname, '../../pipelines');
const pipelines = globSync('*.yaml', { cwd: folder })
  .filter((name) => !name.endsWith('.test.yaml'))
  .sort();

describe.each(pipelines)('the mapping tests of %s', (name) => {
  const file = resolve(folder, name.replace('.yaml', '.test.yaml'));

  it('are as expected, without a network or a variable, and reach every rung, guard and table entry', async () => {
    expect(existsSync(file)).toBe(true);
    const { findings, cases, missed } = await runTest(file, registry);
    expect(findings).toEqual([]);
    expect(cases.filter(({ differences }) => differences.length > 0)).toEqual([]);
    expect(missed.filter(({ kind }) => kind !== 'fields').map((one) => one.name)).toEqual([]);
  });
});
