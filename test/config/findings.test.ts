import { describe, expect, it } from 'vitest';
import { catalogue } from '../../engine/messages/catalogue.ts';
import { temporaryFolder } from '../support/folder.ts';
import { blockCases } from './cases-block.ts';
import { meaningCases } from './cases-meaning.ts';
import { yamlCases } from './cases-yaml.ts';
import { changed, inOneLine, loadFiles } from './fixture.ts';

const cases = { ...yamlCases, ...blockCases, ...meaningCases };

describe.each(Object.entries(cases))('findings about %s', (_group, group) => {
  it.each(group)('$name', async ({ change = [], files, options, expect: expected }) => {
    const folder = temporaryFolder();
    const { findings } = await loadFiles(folder, files ?? { 'pipeline.yaml': changed(...change) }, options);
    expect(findings.map((finding) => inOneLine(finding, folder))).toEqual(expected);
  });
});

it('every code of this room has a case', () => {
  const told = Object.values(cases).flatMap((group) => group.map(({ expect: lines }) => lines.join('\n')));
  const codes = catalogue().flatMap(({ code }) => (code.startsWith('config.') ? [code] : []));
  expect(codes.filter((code) => !told.some((lines) => lines.includes(` ${code}: `)))).toEqual([]);
});
