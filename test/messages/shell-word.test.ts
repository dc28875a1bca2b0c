import { expect, it } from 'vitest';
import { shellWord } from '../../engine/messages/shell-word.ts';
import { fill } from '../../engine/messages/template.ts';

it.each([
  ['clinic/приёмы-2.yaml', 'clinic/приёмы-2.yaml'],
  ['C:\\clinic\\visits.yaml', 'C:\\clinic\\visits.yaml'],
  ['my clinic/visits.yaml', '"my clinic/visits.yaml"'],
  ['a&b(1).yaml', '"a&b(1).yaml"'],
])('%s is the word %s of a command', (path, word) => {
  expect(shellWord(path)).toBe(word);
});

it('quotes a file in the commands of a message, and nowhere else', () => {
  const template = { en: '{file}: see `pipe queue list {file}`, then {file}', ru: '{file}' };
  expect(fill(template, { file: 'my clinic/v.yaml' }, 'en')).toBe(
    'my clinic/v.yaml: see `pipe queue list "my clinic/v.yaml"`, then my clinic/v.yaml',
  );
});
