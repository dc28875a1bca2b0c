import { describe, expect, it, onTestFinished } from 'vitest';
import { startClinic } from '../../../connectors/ident/sandbox/index.ts';
import { place } from '../../cli/pipe.ts';
import { shapeErrors } from '../../cli/shape.ts';

/** Two streams of a clinic into files; the portal stands beside and nobody has its webhook. */
function yaml(port: number, user: string): string {
  return `version: 1
name: clinic
connections:
  clinic: { connector: ident, server: 127.0.0.1, port: ${port}, user: ${user}, password: p, encrypt: false }
  desk: { connector: file }
  portal: { connector: bitrix24, webhook: "\${secret:BITRIX24_WEBHOOK}" }
flows:
  branches:
    source: { connection: clinic, stream: branches }
    key: id
    targets:
      out: { connection: desk, file: branches.csv, fields: { id: id, name: name } }
  services:
    source: { connection: clinic, stream: services }
    key: id
    targets:
      out: { connection: desk, file: services.csv, fields: { id: id, folder: folder } }
`;
}

async function checkAs(user: string, deny: readonly string[], flags: readonly string[] = []) {
  const clinic = await startClinic({ appointments: 1, logins: [{ user, password: 'p', readOnly: true, deny }] });
  onTestFinished(() => clinic.close());
  const { pipe } = place({ 'clinic.yaml': yaml(clinic.settings.port, user) });
  const { stdout, ...rest } = await pipe(['check', 'clinic.yaml', '--connection', 'clinic', ...flags]);
  const port = String(clinic.settings.port);
  return { ...rest, stdout: stdout.replaceAll(port, 'PORT').replace(/ {2}✓ (clock|часы).*\n/, '') };
}

describe('pipe check --connection of an IDENT', () => {
  it('warns of what only some bases have, says what rows then lack, and ends with 0', async () => {
    const deny = ['ServiceFolders.ID_ServiceCategories', 'ServiceCategories'];
    const { exit, stdout, stderr } = await checkAs('poor', deny);
    expect([exit, stderr]).toEqual([0, expect.not.stringContaining('error')]);
    expect(stdout).toBe(`clinic
  ✓ login: poor reads PZ on 127.0.0.1:PORT, SQL Server 11.0.7001.0
  ✓ table dbo.OwnCompanies: 2 columns can be read
  ✓ table dbo.ServiceItems: 2 columns can be read
  ✓ table dbo.ServiceItemPrices: 3 columns can be read
  ✓ table dbo.ServiceItemContents: 3 columns can be read
  ! table dbo.ServiceFolders: 2 columns can be read
    warning ident.columns_not_there
      the login reads no ID_ServiceCategories in table dbo.ServiceFolders; what rows lack: services (folder, category)
      fix: if this IDENT has them, grant SELECT on the whole table; else there is nothing to do
  ! table dbo.ServiceCategories: 0 columns can be read
    warning ident.columns_not_there
      the login reads no ID, Name in table dbo.ServiceCategories; what rows lack: services (folder, category)
      fix: if this IDENT has them, grant SELECT on the whole table; else there is nothing to do
`);
  });

  it('names every column and table that a stream needs and the login cannot see, and ends with 3', async () => {
    const { exit, stdout } = await checkAs(
      'blind',
      ['ServiceItems.Name', 'ServiceItemPrices', 'OwnCompanies.ID'],
      ['--json'],
    );
    expect([exit, shapeErrors('check', stdout)]).toEqual([3, []]);
    const { connections } = JSON.parse(stdout);
    const errors = connections[0].results.flatMap(({ ok, error }: { ok: boolean; error?: { message: string } }) =>
      ok ? [] : [error?.message],
    );
    expect(errors).toEqual([
      'the login sees no ID in table dbo.OwnCompanies',
      'the login sees no Name in table dbo.ServiceItems',
      'the login sees no table dbo.ServiceItemPrices',
    ]);
  });

  it('says the same in Russian', async () => {
    const { exit, stdout } = await checkAs('poor', ['ServiceCategories'], ['--lang', 'ru']);
    expect(exit).toBe(0);
    expect(stdout).toContain(`  ! таблица dbo.ServiceCategories: читаются столбцы: 0
    предупреждение ident.columns_not_there
      учётная запись не читает ID, Name в таблице dbo.ServiceCategories; чего не будет в строках: services (folder, category)
`);
  });
});
