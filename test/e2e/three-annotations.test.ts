import { copyFileSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { place } from '../cli/pipe.ts';

const pipelines = resolve(import.meta.dirname, '../../pipelines');
const file = 'ident-to-bitrix.yaml';

/** Where a text stands, as far as the end of its line. */
function placeIn(text: string, words: string): string {
  const before = text.slice(0, text.indexOf(words)).split('\n');
  const [line, column] = [before.length, [...(before.at(-1) ?? '')].length + 1];
  const end = column + [...(words.split('\n')[0] ?? '')].length;
  return `line=${line},endLine=${line},col=${column},endColumn=${end}`;
}

it('an edit that breaks a stage, a field code and a type gets three annotations at their columns, offline', async () => {
  const edited = readFileSync(join(pipelines, file), 'utf8')
    .replace('Завершен: UC_NO40X0', 'Завершен: UC_NO4OX0')
    .replace('UF_CRM_1769008996: doctor', 'UF_CRM_1769008969: doctor')
    .replace('OPPORTUNITY: amount', 'OPPORTUNITY: fullName');
  const { pipe, path } = place({ [file]: edited });
  copyFileSync(join(pipelines, 'ident-to-bitrix.lock.json'), path('ident-to-bitrix.lock.json'));
  const { exit, stdout } = await pipe(['validate', file, '--format', 'github']);
  const errors = stdout.split('\n').filter((line) => line.startsWith('::error '));
  expect([exit, errors]).toEqual([
    2,
    [
      `::error file=${file},${placeIn(edited, 'UC_NO4OX0')},title=types.unknown_option::"UC_NO4OX0" is no option of deal.STAGE_ID; write "UC_NO40X0", or \`pipe discover --lock\``,
      `::error file=${file},${placeIn(edited, 'fullName\n          IS_MANUAL')},title=types.wrong_type::deal.OPPORTUNITY takes number, and this is text (name); convert it: $number(…)`,
      `::error file=${file},${placeIn(edited, 'UF_CRM_1769008969')},title=transform.unknown_target_field::deal has no field "UF_CRM_1769008969"; write "UF_CRM_1769008996", or \`pipe discover --lock\``,
    ],
  ]);
});
