import { expect, it } from 'vitest';
import type { CatalogueEntry } from '../../engine/messages/catalogue.ts';
import { declareAll, errorsPage } from '../../engine/messages/generate-errors.ts';
import { parameterNames } from '../../engine/messages/template.ts';

const entries = await declareAll();

/** `code: text` of every text that a rule does not like. */
function offenders(texts: (entry: CatalogueEntry) => readonly string[], isFine: (text: string) => boolean) {
  return entries.flatMap((entry) =>
    texts(entry)
      .filter((text) => !isFine(text))
      .map((text) => `${entry.code}: ${text}`),
  );
}

const all = ({ en, ru, fix }: CatalogueEntry) => [en, ru, fix.en, fix.ru];
const russian = ({ ru, fix }: CatalogueEntry) => [ru, fix.ru];

it('a code is its owner and what is wrong', () => {
  const codes = entries.map(({ code }) => code);
  expect(codes.filter((code) => !/^[a-z][a-z0-9]*\.[a-z][a-z0-9_]*$/.test(code))).toEqual([]);
});

it('both languages have the same parameters', () => {
  const differ = entries.filter(
    ({ en, ru, fix }) =>
      parameterNames(en).join(' ') !== parameterNames(ru).join(' ') ||
      parameterNames(fix.en).join(' ') !== parameterNames(fix.ru).join(' '),
  );
  expect(differ.map(({ code }) => code)).toEqual([]);
});

it('a text is one line and does not end in a full stop', () => {
  expect(offenders(all, (text) => /^\S(?:.*[^\s.!])?$/.test(text))).toEqual([]);
});

it('Russian texts are Russian', () => {
  const withoutParameters = (text: string) => text.replace(/\{[a-zA-Z]+\}/g, '');
  expect(offenders(russian, (text) => /[а-яё]/i.test(text) || !/[a-z]/i.test(withoutParameters(text)))).toEqual([]);
});

it('no text blames or begs', () => {
  expect(offenders(all, (text) => !/\b(?:invalid|failed to|please)\b|пожалуйста/i.test(text))).toEqual([]);
});

it('the page of errors tells every code once', () => {
  const told = [...errorsPage(entries).matchAll(/^### (\S+)$/gm)].map(([, code]) => code);
  expect(told).toEqual(entries.map(({ code }) => code));
});
