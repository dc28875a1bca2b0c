import { describe, expect, it } from 'vitest';
import { place } from './pipe.ts';
import { shapeErrors } from './shape.ts';

async function settingsOf(argv: readonly string[]) {
  const sandbox = place().start(['sandbox', ...argv, '--json']);
  await sandbox.says('\n}\n');
  sandbox.kill('SIGINT');
  const { exit, stdout, stderr } = await sandbox.done;
  expect([exit, stderr, shapeErrors('sandbox', stdout)]).toEqual([0, '', []]);
  return JSON.parse(stdout);
}

describe('pipe sandbox', () => {
  it('listens on a free port until Ctrl+C, with as many rows as asked for', async () => {
    const { connector, settings, facts } = await settingsOf(['mssql', '--size', '3', '--seed', '2']);
    expect([connector, settings.server, facts.join()]).toEqual([
      'mssql',
      '127.0.0.1',
      expect.stringContaining('3 rows'),
    ]);
  });

  it('invents the same records by the same seed, and others by another', async () => {
    const titles = await Promise.all(['1', '1', '2'].map((seed) => dealsOf(seed)));
    expect([titles[0] === titles[1], titles[0] === titles[2]]).toEqual([true, false]);
  });

  it('takes the port it is given, and says when it is taken', async () => {
    const { pipe, start } = place();
    const first = start(['sandbox', 'mssql']);
    await first.says('port: ');
    const port = /port: (\d+)/.exec((await stopped(first)).stdout)?.[1] ?? '';
    const again = start(['sandbox', 'mssql', '--port', port]);
    await again.says(`port: ${port}\n`);
    const refused = await pipe(['sandbox', 'mssql', '--port', port]);
    await stopped(again);
    expect(refused).toEqual({
      exit: 3,
      stdout: '',
      stderr: `error cli.port_taken
  port ${port} is taken
  fix: choose another \`--port\`, or leave it out
`,
    });
  });

  it('names the connectors that have one', async () => {
    const { exit, stderr } = await place().pipe(['sandbox', 'file']);
    expect([exit, stderr.split('\n').slice(0, 2)]).toEqual([
      2,
      ['error cli.no_sandbox', '  connector file has no sandbox'],
    ]);
  });
});

/** What a portal holds, as it tells itself at the address among its facts, without the moments: two portals start at two. */
async function dealsOf(seed: string): Promise<string> {
  const sandbox = place().start(['sandbox', 'bitrix24', '--size', '3', '--seed', seed]);
  await sandbox.says('truth/deals');
  const address = /http:\S+truth\/deals/.exec(sandbox.said())?.[0] ?? '';
  const deals: unknown = await (await fetch(address)).json();
  await stopped(sandbox);
  return JSON.stringify(deals).replaceAll(/"\d{4}-\d\d-\d\dT[^"]*"/g, '""');
}

async function stopped(sandbox: ReturnType<ReturnType<typeof place>['start']>) {
  sandbox.kill('SIGINT');
  return sandbox.done;
}
