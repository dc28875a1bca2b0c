import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encoded, taskXml } from '../../engine/service/task-xml.ts';
import { service } from './service.ts';
import { parseXml, schemaErrors, textAt } from './task-schema.ts';

function task(changes: Parameters<typeof service>[0] = {}) {
  return parseXml(taskXml(service(changes)));
}

describe('the task', () => {
  it.each([['SYSTEM'], ['CLINIC\\pipe']])('55. is valid by the schema of the Task Scheduler, run by %s', (user) => {
    expect(schemaErrors(task({ user }))).toEqual([]);
  });

  it('is not, by our reading of that schema, when something is wrong with it', () => {
    const wrong = taskXml(service())
      .replace('<Enabled>true</Enabled>\n      <StartB', '<StartB')
      .replace(
        '</StopAtDurationEnd>\n      </Repetition>',
        '</StopAtDurationEnd>\n      </Repetition><Enabled>yes</Enabled>',
      )
      .replace('PT2M', 'PT30S')
      .replace('<Count>3</Count>', '');
    expect(schemaErrors(parseXml(wrong))).toEqual([
      'Task/Triggers/TimeTrigger is out of order',
      'Task/Triggers/TimeTrigger/Repetition/Interval = "PT30S"',
      'Task/Triggers/TimeTrigger/Enabled = "yes"',
      'Task/Settings/RestartOnFailure lacks Count',
    ]);
  });

  it.each([
    [120_000, 'PT2M'],
    [1000, 'PT1M'],
    [3_600_000, 'PT60M'],
    [90 * 86_400_000, 'PT44640M'],
  ])('54. is started every so often as the schedule says: %d ms is %s, for ever', (tickMs, interval) => {
    const xml = task({ tickMs });
    expect([
      textAt(xml, 'Triggers/TimeTrigger/Repetition/Interval'),
      textAt(xml, 'Triggers/TimeTrigger/Repetition/Duration'),
      schemaErrors(xml),
    ]).toEqual([interval, undefined, []]);
  });

  it('55. is run as SYSTEM, in one instance, however idle the machine is, also on battery', () => {
    const xml = task();
    const settings = Object.fromEntries(
      [
        'MultipleInstancesPolicy',
        'RunOnlyIfIdle',
        'DisallowStartIfOnBatteries',
        'StopIfGoingOnBatteries',
        'ExecutionTimeLimit',
      ].map((name) => [name, textAt(xml, `Settings/${name}`)]),
    );
    expect(textAt(xml, 'Principals/Principal/UserId')).toBe('S-1-5-18');
    expect(settings).toEqual({
      MultipleInstancesPolicy: 'IgnoreNew',
      RunOnlyIfIdle: 'false',
      DisallowStartIfOnBatteries: 'false',
      StopIfGoingOnBatteries: 'false',
      ExecutionTimeLimit: 'PT12H',
    });
    expect(textAt(xml, 'Settings/IdleSettings/StopOnIdleEnd')).toBe('false');
    expect(textAt(xml, 'Settings/RestartOnFailure/Interval')).toBe('PT1M');
  });

  it('59. is run whether its user is logged on or not', () => {
    expect(textAt(task({ user: 'CLINIC\\pipe' }), 'Principals/Principal/LogonType')).toBe('S4U');
    expect(textAt(task(), 'Principals/Principal/LogonType')).toBe(undefined);
  });

  it('55. calls the program where it lies, in the folder of the pipeline', () => {
    const xml = task();
    expect([
      textAt(xml, 'Actions/Exec/Command'),
      textAt(xml, 'Actions/Exec/Arguments'),
      textAt(xml, 'Actions/Exec/WorkingDirectory'),
    ]).toEqual([
      'C:\\Program Files\\pipe\\node.exe',
      '"C:\\Program Files\\pipe\\pipe.cjs" run C:\\Клиника\\visits.yaml --scheduled --state C:\\Клиника\\.pipe --lang ru',
      'C:\\Клиника',
    ]);
  });

  it('55. hands any path on as it is: what Windows reads back is what was meant', () => {
    const path = fc.string({ unit: fc.constantFrom(...'aЯ \\"&<>\'%^!.'), minLength: 1 });
    fc.assert(
      fc.property(path, path, (script, file) => {
        const xml = task({ program: ['node.exe', script], file });
        expect(schemaErrors(xml)).toEqual([]);
        const given = argumentsOf(textAt(xml, 'Actions/Exec/Arguments') ?? '');
        expect(given.slice(0, 3)).toEqual([script, 'run', file]);
      }),
    );
  });

  it('55. is written in UTF-16 with its mark, as schtasks reads it', () => {
    const bytes = Buffer.from(encoded('<?xml?>\nЯ'));
    expect([...bytes.subarray(0, 4)]).toEqual([0xff, 0xfe, 0x3c, 0x00]);
    expect(bytes.toString('utf16le')).toBe('\uFEFF<?xml?>\r\nЯ');
  });
});

/** The rules of the C runtime: 2n backslashes and a quote are n and a delimiter, 2n + 1 are n and a quote. */
function argumentsOf(line: string): readonly string[] {
  const found: string[] = [];
  let current = '';
  let isQuoted = false;
  let isBegun = false;
  for (let at = 0; at < line.length; at++) {
    const slashes = /^\\*/.exec(line.slice(at))?.[0].length ?? 0;
    if (slashes > 0 && line[at + slashes] === '"') {
      current += '\\'.repeat(Math.floor(slashes / 2));
      isBegun = true;
      at += slashes - 1;
      if (slashes % 2 === 1) {
        current += '"';
        at++;
      }
    } else if (line[at] === '"') {
      isQuoted = !isQuoted;
      isBegun = true;
    } else if (line[at] === ' ' && !isQuoted) {
      if (isBegun) found.push(current);
      [current, isBegun] = ['', false];
    } else {
      current += line[at];
      isBegun = true;
    }
  }
  return isBegun ? [...found, current] : found;
}
