import { existsSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startPortal } from '../../connectors/bitrix24/sandbox/index.ts';
import type { Desk } from '../../connectors/bitrix24/sandbox/index.ts';
import { startClinic } from '../../connectors/ident/sandbox/index.ts';
import type { Clinic } from '../../connectors/ident/sandbox/index.ts';
import { done, listed, rehearse } from './rehearsal.ts';

const seeds = Array.from({ length: 20 }, (_, index) => index + 1);

const limits = { capacity: 1_000_000, perSecond: 1_000_000 };

/** People who left their phone, and what managers made of some patients before the pipeline came. */
async function madeByHand(clinic: Clinic, seed: number): Promise<(desk: Desk) => void> {
  const people = await clinic.execute(
    `SELECT TOP 6 Surname AS surname, Name AS name, MobilePhone AS phone, CardNumber AS card FROM dbo.Persons
      WHERE Surname IS NOT NULL AND MobilePhone IS NOT NULL ORDER BY ID DESC`,
  ).catch(() => clinic.execute(`SELECT TOP 6 Surname AS surname, Name AS name, MobilePhone AS phone FROM dbo.Persons
      WHERE Surname IS NOT NULL AND MobilePhone IS NOT NULL ORDER BY ID DESC`));
  return (desk) => {
    people.forEach(({ surname, name, phone }, index) => {
      const person = { LAST_NAME: surname, NAME: name, PHONE: [{ VALUE: String(phone), VALUE_TYPE: 'WORK' }] };
      if ((index + seed) % 3 === 0) desk.create('lead', { TITLE: 'Звонок', STATUS_ID: 'NEW', ...person });
      if ((index + seed) % 3 === 1) {
        const contact = desk.create('contact', person);
        desk.create('deal', { TITLE: 'Вручную', CONTACT_ID: contact, STAGE_ID: index % 2 === 0 ? 'NEW' : 'EXECUTING' });
      }
    });
  };
}

describe('G6: what pipe diff lists is what pipe run then does', () => {
  it.each(seeds)('with ident-to-bitrix, seed %d', async (seed) => {
    const clinic = await startClinic({ appointments: 12, seed, days: 7 });
    onTestFinished(() => clinic.close());
    const portal = await startPortal({ limits: 'off', seed: await madeByHand(clinic, seed) });
    onTestFinished(() => portal.close());
    const rehearsal = await rehearse('pipelines/ident-to-bitrix.yaml', {
      param: ['filial=1'],
      sandboxes: { clinic: clinic.settings, portal: { webhook: portal.webhook, limits } },
    });
    const { diff, records } = await rehearsal.diff();
    expect(written(portal.journal.commands)).toEqual([]);
    expect(existsSync(rehearsal.stateFile)).toBe(false);
    const result = await rehearsal.run();
    expect(diff.error).toBeUndefined();
    expect(result.error).toBeUndefined();
    const operations = listed(records);
    expect(operations.length).toBeGreaterThan(8);
    expect(done(rehearsal.sent(), records)).toEqual(operations);
  });
});

function written(commands: readonly { readonly method: string }[]): readonly string[] {
  return commands.map(({ method }) => method).filter((method) => /\.(add|update|delete|set)$/.test(method));
}
