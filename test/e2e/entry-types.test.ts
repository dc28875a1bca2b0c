import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { place } from '../cli/pipe.ts';

const folder = resolve(import.meta.dirname, '../../pipelines');

it.each([
  ['ident-to-bitrix', 'MOBIL', '"MOBILE"'],
  ['ident-to-bitrix', 'CELL', '"FAX" | "HOME" | "MAILING" | "MOBILE" | "OTHER" | "PAGER" | "WORK"'],
  ['ident-to-amocrm', 'MOBILE', '"FAX" | "HOME" | "MOB" | "OTHER" | "WORK" | "WORKDD"'],
])('validate of %s finds the type of a phone that its system does not know: %s', async (name, type, known) => {
  const shipped = (file: string): string => readFileSync(resolve(folder, file), 'utf8');
  const yaml = shipped(`${name}.yaml`).replace(/type: MOB(ILE)?(?= ?\})/, `type: ${type}`);
  const { pipe } = place({ 'a.yaml': yaml, 'a.lock.json': shipped(`${name}.lock.json`) });
  const { exit, stdout } = await pipe(['validate', 'a.yaml', '--json']);
  const findings: readonly { code: string; message: string; fix: string }[] = JSON.parse(stdout).findings;
  const told = findings.filter(({ code }) => code === 'types.unknown_kind');
  expect([exit, told.map(({ message, fix }) => [message, fix])]).toEqual([
    2,
    [[`contact.PHONE has no entries of type "${type}"`, `write ${known}`]],
  ]);
});
