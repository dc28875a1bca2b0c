import { describe, expect, it } from 'vitest';
import { peopleFiles } from './people.ts';
import { place } from './pipe.ts';
import { shapeErrors } from './shape.ts';

/** Breaks something nobody foresees to break: the name of the machine. */
const noHostname = `import os from 'node:os';
import { syncBuiltinESMExports } from 'node:module';
os.hostname = () => { throw new TypeError('no name'); };
syncBuiltinESMExports();
`;

/** Breaks a server a moment after it began to listen, where no command waits for it. */
const lateFailure = `import net from 'node:net';
const { listen } = net.Server.prototype;
net.Server.prototype.listen = function (...given) {
  this.once('listening', () => setImmediate(() => { throw new TypeError('late'); }));
  return listen.apply(this, given);
};
`;

const broken = { NODE_OPTIONS: '--import=./broken.mjs' };

describe('what nobody foresaw', () => {
  it('is said to be our bug, and how to go on, without a stack', async () => {
    const { pipe } = place({ ...peopleFiles, 'broken.mjs': noHostname });
    const { exit, stdout, stderr } = await pipe(['run', 'people.yaml'], broken);
    // Its kind and place, never its message: that may quote a record.
    expect([exit, stdout, stderr.replace(/\S+:\d+$/m, '<place>')]).toEqual([
      1,
      '',
      `error engine.bug
  pipe itself went wrong: TypeError at <place>
  fix: run again with PIPE_DEBUG=1 and report what it writes; nothing is lost, the next run goes on from the last checkpoint
`,
    ]);
    expect(stderr).toMatch(/ at engine\/\S+\.ts:\d+\n/);
    const data = await pipe(['run', 'people.yaml', '--json'], broken);
    expect([data.exit, data.stderr, shapeErrors('failure', data.stdout)]).toEqual([1, '', []]);
    const debug = await pipe(['run', 'people.yaml', '--lang', 'ru'], { ...broken, PIPE_DEBUG: '1' });
    expect(debug.stderr).toMatch(/^ошибка engine\.bug\n[\s\S]+\nTypeError: no name\n {4}at .*broken\.mjs:3/);
  });

  it('is said so too where no command waits for it', async () => {
    const { pipe } = place({ 'broken.mjs': lateFailure });
    const plain = await pipe(['sandbox', 'mssql'], broken);
    expect([plain.exit, plain.stderr.split('\n').slice(0, 2)]).toEqual([
      1,
      ['error engine.bug', '  pipe itself went wrong: TypeError'],
    ]);
    expect(plain.stderr).not.toContain('    at ');
    const debug = await pipe(['sandbox', 'mssql'], { ...broken, PIPE_DEBUG: '1' });
    expect(debug.stderr).toMatch(/\nTypeError: late\n {4}at .*broken\.mjs:4/);
  });
});
