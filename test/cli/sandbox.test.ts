import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { peopleFiles, peopleYaml } from './people.ts';
import { place } from './pipe.ts';
import { shapeErrors } from './shape.ts';

/** A check of one connection needs a pipeline around it, and no more of it than that. */
const withPortal = peopleYaml.replace(
  '  desk: { connector: file }\n',
  '  desk: { connector: file }\n  portal: { connector: bitrix24, webhook: "${secret:PORTAL_WEBHOOK}" }\n',
);

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

  it('serves the portal over HTTPS too, to those who trust the file it names', async () => {
    const { pipe, start } = place({ ...peopleFiles, 'people.yaml': withPortal });
    const sandbox = start(['sandbox', 'bitrix24', '--size', '1']);
    await sandbox.says('NODE_EXTRA_CA_CERTS=');
    const [, webhook = '', ca = ''] = /(https:\S+), .*NODE_EXTRA_CA_CERTS=(\S+)/.exec(sandbox.said()) ?? [];
    const check = (env: Readonly<Record<string, string>>) =>
      pipe(['check', 'people.yaml', '--connection', 'portal'], { PORTAL_WEBHOOK: webhook, ...env });
    const [stranger, trusted] = [await check({}), await check({ NODE_EXTRA_CA_CERTS: ca })];
    await stopped(sandbox);
    expect([stranger.exit, stranger.stdout]).toEqual([
      3,
      `portal
  ✗ error bitrix24.certificate_untrusted
      ${new URL(webhook).host} shows a certificate this machine does not trust (UNABLE_TO_VERIFY_LEAF_SIGNATURE)
      fix: check the address in the webhook; when your own authority signs for it, name its PEM file in NODE_EXTRA_CA_CERTS and start pipe again
`,
    ]);
    expect([trusted.exit, trusted.stdout]).toEqual([0, expect.stringContaining('✓ login: user 1')]);
    expect(existsSync(ca)).toBe(false);
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
