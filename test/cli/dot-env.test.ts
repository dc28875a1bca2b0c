import { describe, expect, it } from 'vitest';
import { readDotEnv } from '../../engine/cli/dot-env.ts';
import { peopleFiles, peopleYaml } from './people.ts';
import { place } from './pipe.ts';

describe('.env', () => {
  it.each([
    ['A=1\nB = two words \n# C=3\n\nexport D=4', { A: '1', B: 'two words', D: '4' }, []],
    ['A=\'x#y\'\nB="one\ntwo"\nC=`z`', { A: 'x#y', B: 'one\ntwo', C: 'z' }, []],
    ['A=1\r\nB=2\r\n', { A: '1', B: '2' }, []],
    ['A 1\nB=2', { B: '2' }, ['cli.env_line 1']],
    ['A=1\nB="2\nC=3', { A: '1', C: '3' }, ['cli.env_quote 2']],
    ['A=abc#12\nB=abc # why', { A: 'abc', B: 'abc' }, ['cli.env_comment 1']],
    ['A=#12', { A: '' }, []],
  ])('%j is read as far as it can be', (text, values, findings) => {
    const read = readDotEnv(text);
    expect(read.values).toEqual(values);
    expect(read.findings.map(({ code, parameters }) => `${code} ${parameters['line']}`)).toEqual(findings);
    expect(read.findings.every(({ severity, where }) => severity === 'warning' && where === undefined)).toBe(true);
  });

  it('of the working directory fills what the environment lacks, and a broken line is named', async () => {
    const yaml = peopleYaml.replace('connector: file }', 'connector: file, folder: "${env:PEOPLE_FOLDER}" }');
    const { 'people.yaml': _yaml, ...data } = peopleFiles;
    const moved = Object.fromEntries(Object.entries(data).map(([name, text]) => [`data/${name}`, text]));
    const { pipe } = place({ ...moved, 'people.yaml': yaml, '.env': 'PEOPLE_FOLDER=data\nPASSWORD geheim\n' });
    const filled = await pipe(['check', 'people.yaml', '--lang', 'ru']);
    expect([filled.exit, filled.stderr]).toEqual([
      0,
      'предупреждение cli.env_line\n  строка 2 файла .env — не ИМЯ=значение, она пропущена\n' +
        '  исправление: напишите ИМЯ=значение, а перед комментарием — #\n',
    ]);
    const real = await pipe(['check', 'people.yaml'], { PEOPLE_FOLDER: 'elsewhere' });
    expect([real.exit, real.stdout.includes('elsewhere')]).toEqual([3, true]);
  });

  it('is read as PowerShell writes it', async () => {
    const yaml = peopleYaml.replace('default: 1', 'env: BRANCH');
    const { pipe } = place({
      ...peopleFiles,
      'people.yaml': yaml,
      '.env': Buffer.from('\uFEFFBRANCH=7\r\n', 'utf16le'),
    });
    const { exit, stdout } = await pipe(['validate', 'people.yaml']);
    expect([exit, stdout]).toEqual([0, expect.stringContaining('1 file: 0 errors, 0 warnings;')]);
  });
});
