import { describe, expect, it, onTestFinished } from 'vitest';
import { sandbox } from '../../../connectors/ident/sandbox/index.ts';
import { place } from '../../cli/pipe.ts';
import { shapeErrors } from '../../cli/shape.ts';

/** How many rows a clinic of 30 appointments has by its seed. */
async function clinicOf(seed: number): Promise<Readonly<Record<string, number>>> {
  const clinic = await sandbox.start({ seed, size: 30 });
  onTestFinished(() => clinic.close());
  return (await clinic.counts?.()) ?? {};
}

describe('pipe demo', () => {
  it('tells the whole story, and counts what it did', async () => {
    const { pipe } = place();
    const { exit, stdout, stderr } = await pipe([
      'demo',
      '--appointments',
      '30',
      '--seed',
      '3',
      '--json',
      '--lang',
      'ru',
    ]);
    expect([exit, shapeErrors('demo', stdout)]).toEqual([0, []]);
    const { runs, clinic, portal, changed } = JSON.parse(stdout);
    const written = runs.map((run: { name: string; written: number }) => `${run.name} ${run.written}`);
    expect(written).toEqual(['first 30', 'again 0', `changed ${changed}`]);
    expect([portal.deal, changed]).toEqual([30, 10]);
    const [same, other] = [await clinicOf(3), await clinicOf(1)];
    expect([clinic.Receptions, clinic.Patients]).toEqual([same['Receptions'], same['Patients']]);
    expect(clinic).not.toEqual(other);
    expect(stderr).toContain('Первый запуск: все приёмы новые.\n');
  });

  it('ends with 130 when it is interrupted', async () => {
    const demo = place().start(['demo', '--appointments', '400']);
    await demo.says('First run');
    demo.kill('SIGINT');
    expect((await demo.done).exit).toBe(130);
  });
});
