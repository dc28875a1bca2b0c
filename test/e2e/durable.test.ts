import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startPortal } from '../../connectors/bitrix24/sandbox/index.ts';
import { temporaryFolder } from '../support/folder.ts';

const isTraced = spawnSync('strace', ['-V']).status === 0;
if (!isTraced) process.stderr.write('DL-9: no strace here, so nobody counts what reaches the disk\n');

const rows = 120;
const bin = resolve('engine/cli/bin.ts');

/** One call of the kernel, in the order in which they ended. */
type Call = 'sync of the state' | 'writes sent';

/** `fdatasync(21</…/state.db-wal>) = 0`, `write(19<TCP:[…]>, "POST /rest/…", …)`; -y names what a descriptor is. */
function callOf(line: string): Call | undefined {
  if (/\bf(data)?sync\(\d+<[^>]*\/state\.db-wal>/.test(line)) return 'sync of the state';
  const isSend = /\b(write|writev|sendto|sendmsg)\(\d+<(TCP|socket)/.test(line);
  return isSend && line.includes('crm.contact.add') ? 'writes sent' : undefined;
}

it.skipIf(!isTraced)(
  'DL-9: intents have reached the disk, by an fsync of the state, before every request that writes',
  async () => {
    const portal = await startPortal({ limits: 'off' });
    onTestFinished(() => portal.close());
    const folder = temporaryFolder();
    const people = Array.from({ length: rows }, (_, id) => JSON.stringify({ id, name: `Имя ${id}` }));
    writeFileSync(join(folder, 'people.jsonl'), people.join('\n'));
    writeFileSync(join(folder, 'durable.yaml'), JSON.stringify(pipeline(portal.webhook)));

    const trace = join(folder, 'trace');
    const watched = ['-f', '-y', '-s', '4096', '-e', 'trace=fsync,fdatasync,write,writev,sendto,sendmsg', '-o', trace];
    const child = spawn('strace', [...watched, process.execPath, bin, 'run', 'durable.yaml'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], PIPE_HOME: join(folder, 'home') },
      stdio: 'ignore',
    });
    const [exit] = await once(child, 'exit');
    expect([exit, portal.truth.contacts().length]).toEqual([0, rows]);

    const calls = readFileSync(trace, 'utf8')
      .split('\n')
      .flatMap((line) => callOf(line) ?? []);
    const sends = calls.flatMap((call, at) => (call === 'writes sent' ? [at] : []));
    // The first create goes alone (DL-3) or with the rest, fifty to a request.
    expect(sends.length).toBeGreaterThanOrEqual(Math.ceil(rows / 50));
    // Requests go side by side: each has had a sync of its own before it.
    const syncsBefore = sends.map((at) => calls.slice(0, at).filter((call) => call === 'sync of the state').length);
    expect(syncsBefore.filter((syncs, nth) => syncs < nth + 1)).toEqual([]);
  },
  120_000,
);

/** JSON is YAML. */
function pipeline(webhook: string): object {
  const contact = {
    connection: 'portal',
    entity: 'contact',
    match: [{ name: 'id', by: ['ORIGIN_ID'] }],
    fields: { ORIGIN_ID: 'id', NAME: 'name' },
  };
  return {
    version: 1,
    name: 'durable',
    connections: {
      here: { connector: 'file' },
      portal: { connector: 'bitrix24', webhook, limits: { capacity: 1e6, perSecond: 1e6 } },
    },
    flows: {
      people: {
        source: { connection: 'here', file: 'people.jsonl' },
        key: 'id',
        map: { id: '$string(id)', name: 'name' },
        targets: { contact },
      },
    },
  };
}
