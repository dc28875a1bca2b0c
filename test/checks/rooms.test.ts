import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forbidden } from './rooms.ts';

describe('forbidden', () => {
  it.each([
    ['engine/run/run.ts', '../plan/diff.ts'],
    ['engine/run/run.ts', '../state/ports.ts'],
    ['engine/cli/commands/run.ts', '../../run/run.ts'],
    ['engine/config/load.ts', './positions.ts'],
    ['engine/errors.ts', './messages/catalogue.ts'],
    ['engine/index.ts', './connector.ts'],
    ['engine/plan/diff.ts', 'node:crypto'],
    ['connectors/file/source.ts', '../../engine/index.ts'],
    ['connectors/mssql/source.ts', '../_sql/identifiers.ts'],
    ['connectors/ident/sandbox/tables.ts', './people.ts'],
    ['connectors/file/file.test.ts', '../../test/support/folder.ts'],
    ['test/plan/diff.test.ts', '../../engine/run/run.ts'],
    ['test/e2e/deals.test.ts', '../../connectors/bitrix24/index.ts'],
  ])('%s may import %s', (from, specifier) => {
    expect(forbidden(from, specifier)).toBe(undefined);
  });

  it.each([
    ['engine/plan/diff.ts', '../run/run.ts', 'plan may import only the rooms below it, and run is not'],
    ['engine/state/sqlite.ts', '../events/events.ts', 'state may import only the rooms below it, and events is not'],
    ['engine/cli/bin.ts', '../server/daemon.ts', 'cli may import only the rooms below it, and server is not'],
    ['engine/errors.ts', './connector.ts', 'errors may import only the rooms below it, and connector is not'],
    ['engine/plan/diff.ts', '../index.ts', 'engine/index.ts is for connectors: import the room itself'],
    ['engine/attic/old.ts', '../errors.ts', 'add the room to the floors in test/checks/rooms.ts'],
    [
      'engine/cli/bin.ts',
      '../../connectors/file/index.ts',
      'the engine never imports a connector: engine/registry.ts loads it by folder name',
    ],
    ['engine/run/run.ts', '../../test/support/folder.ts', 'the engine never imports tests'],
    ['connectors/file/sink.ts', '../mssql/client.ts', 'connectors never import each other'],
    ['connectors/_sql/rows.ts', '../mssql/client.ts', 'connectors never import each other'],
    ['connectors/file/sink.ts', '../../engine/errors.ts', 'of the engine a connector imports engine/index.ts alone'],
    ['connectors/file/sink.ts', './sink.test.ts', 'a connector never imports tests'],
    [
      'connectors/file/sink.test.ts',
      '../mssql/client.ts',
      'tests outside e2e and chaos load connectors through engine/registry.ts, so that removing one leaves them green',
    ],
    [
      'test/run/run.test.ts',
      '../../connectors/file/index.ts',
      'tests outside e2e and chaos load connectors through engine/registry.ts, so that removing one leaves them green',
    ],
  ])('%s may not import %s', (from, specifier, why) => {
    expect(forbidden(from, specifier)).toBe(why);
  });
});

describe('oxlint with the rule rooms/imports', () => {
  let folder = '';
  const violations = {
    'engine/plan/import.ts': `import { run } from '../run/run.ts';\nrun();\n`,
    'engine/plan/type.ts': `export type Run = import('../run/run.ts').Run;\n`,
    'engine/plan/reexport.ts': `export * from '../run/run.ts';\n`,
    'engine/plan/dynamic.ts': `export const load = () => import('../run/run.ts');\n`,
    'connectors/file/sink.ts': `import type { Pool } from '../mssql/client.ts';\nexport type Sink = Pool;\n`,
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pipe-rooms-'));
    const plugin = resolve(import.meta.dirname, 'oxlint-rooms.ts');
    write('.oxlintrc.json', JSON.stringify({ jsPlugins: [plugin], rules: { 'rooms/imports': 'error' } }));
    write('engine/run/run.ts', `import { diff } from '../plan/diff.ts';\nexport const run = () => diff();\n`);
    for (const [path, text] of Object.entries(violations)) write(path, text);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('names each violating file and no other', () => {
    const oxlint = resolve(import.meta.dirname, '../../node_modules/oxlint/bin/oxlint');
    const run = spawnSync(process.execPath, [oxlint, '--format=unix'], { cwd: folder, encoding: 'utf8' });
    const found = run.stdout.split('\n').filter((line) => line.includes('rooms(imports)'));
    expect(found.map((line) => line.slice(0, line.indexOf(':'))).sort()).toEqual(Object.keys(violations).sort());
    expect(run.status).toBe(1);
  });

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
});
