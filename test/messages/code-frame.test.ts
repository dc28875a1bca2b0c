import { expect, it } from 'vitest';
import { configErrors } from '../../engine/config/errors.ts';
import { renderDiagnostic } from '../../engine/messages/code-frame.ts';

const place = { file: 'pipelines/deals.yaml', line: 14, column: 7, length: 9, text: '      batchsize: 50' };
const unknown = configErrors.unknown_key.finding(
  { key: 'batchsize', block: 'flows.deals.source', choices: '"batch"' },
  place,
);

it('a finding has its place, the fact, the line and one thing to do', () => {
  expect(renderDiagnostic(unknown, 'en')).toBe(`error config.unknown_key  pipelines/deals.yaml:14:7
  "batchsize" is not a key of flows.deals.source
  14 |       batchsize: 50
     |       ^^^^^^^^^
  fix: write "batch"`);
});

it('the same finding in Russian', () => {
  expect(renderDiagnostic(unknown, 'ru')).toBe(`ошибка config.unknown_key  pipelines/deals.yaml:14:7
  «batchsize» — не ключ блока flows.deals.source
  14 |       batchsize: 50
     |       ^^^^^^^^^
  исправление: напишите "batch"`);
});

it('a line that may hold a secret is not shown', () => {
  const { text: _text, ...hidden } = place;
  expect(renderDiagnostic({ ...unknown, where: hidden }, 'en'))
    .toBe(`error config.unknown_key  pipelines/deals.yaml:14:7
  "batchsize" is not a key of flows.deals.source
  fix: write "batch"`);
});

it('a finding about a flag has no place', () => {
  const finding = configErrors.param_flag.finding({ text: 'filial' }, undefined, 'warning');
  expect(renderDiagnostic(finding, 'en')).toBe(`warning config.param_flag
  "filial" is not what --param takes
  fix: write --param name=value`);
});

it.each([
  ['Cyrillic', 'Пол: mael', 6, 4, '     ^^^^'],
  ['emoji', '😀: mael', 4, 4, '    ^^^^'],
  ['a tab', '\tx: mael', 5, 4, '\t   ^^^^'],
  ['nothing to mark', 'x:', 3, 1, '  ^'],
])('the mark stands under its text after %s', (_what, text, column, length, mark) => {
  const finding = { ...unknown, where: { file: 'a.yaml', line: 1, column, length, text } };
  expect(renderDiagnostic(finding, 'en').split('\n')[3]).toBe(`    | ${mark}`);
});

it('of a line without an end what stands around the mark is shown', () => {
  const where = {
    file: 'a.yaml',
    line: 1,
    column: 1001,
    length: 4,
    text: `${'a'.repeat(1000)}mael${'b'.repeat(9000)}`,
  };
  expect(
    renderDiagnostic({ ...unknown, where }, 'en')
      .split('\n')
      .slice(2, 4),
  ).toEqual([`  1 | …${'a'.repeat(60)}mael${'b'.repeat(176)}…`, `    | ${' '.repeat(61)}^^^^`]);
  const whole = { ...where, column: 1, length: 10_000 };
  expect(
    renderDiagnostic({ ...unknown, where: whole }, 'en')
      .split('\n')
      .slice(2, 4),
  ).toEqual([`  1 | ${'a'.repeat(240)}…`, `    | ${'^'.repeat(241)}`]);
});

it('a code whose connector is gone stands alone', () => {
  expect(renderDiagnostic({ severity: 'error', code: 'gone.lost', parameters: {}, where: place }, 'en')).toBe(
    `error gone.lost  pipelines/deals.yaml:14:7
  14 |       batchsize: 50
     |       ^^^^^^^^^`,
  );
});
