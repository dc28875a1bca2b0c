import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openRights, readersIn } from '../../engine/state/readers.ts';
import { temporaryFolder } from '../support/folder.ts';

it.runIf(process.platform !== 'win32').each([
  [0o600, undefined],
  [0o400, undefined],
  [0o644, 'mode 644'],
  [0o640, 'mode 640'],
  [0o602, 'mode 602'],
])('11. A file of ours with mode %o', (mode, rights) => {
  const file = join(temporaryFolder(), 'my file');
  writeFileSync(file, '');
  chmodSync(file, mode);
  expect(openRights(file)).toEqual(rights && { rights, command: `chmod 600 "${file}"` });
});

it('11. A file of a folder that a group shares is the group’s, not everybody’s', () => {
  const folder = temporaryFolder();
  chmodSync(folder, 0o2770);
  const file = join(folder, 'key');
  writeFileSync(file, '');
  chmodSync(file, 0o660);
  expect(openRights(file)).toBe(undefined);
  chmodSync(file, 0o664);
  expect(openRights(file)?.rights).toBe('mode 664');
});

it('11. A file that is not there, or cannot be looked at, is no reason to stop', () => {
  const folder = temporaryFolder();
  symlinkSync('itself', join(folder, 'itself'));
  expect([openRights(join(folder, 'nothing')), openRights(join(folder, 'itself'))]).toEqual([undefined, undefined]);
});

/** Rights as Windows writes them; a file under %ProgramData% first. */
it.each([
  ['D:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;0x1200a9;;;BU)', ['Users']],
  ['D:PAI(A;;FA;;;SY)(A;;FA;;;BA)', []],
  ['D:(A;;FA;;;WD)(A;;FR;;;AU)', ['Everyone', 'Authenticated Users']],
  ['D:(A;;FA;;;S-1-1-0)(A;;GR;;;WD)', ['Everyone']],
  // May write or be deleted, not be read; inherited by files in a folder only; a refusal.
  ['D:(A;;0x100116;;;BU)(A;;SD;;;WD)(A;OICIIO;GA;;;WD)(D;;FA;;;WD)', []],
  ['D:(A;;FA;;;S-1-5-21-1-2-3-1001)', []],
  ['', []],
])('11. By the Windows rights %s it may be read by %j', (sddl, readers) => {
  expect(readersIn(sddl)).toEqual(readers);
});
