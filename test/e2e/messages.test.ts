import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FindingsError } from '../../engine/cli/findings-error.ts';
import { prepare } from '../../engine/cli/prepare.ts';
import { validateFiles } from '../../engine/cli/validate-files.ts';
import { textOf } from '../../engine/diagnostics.ts';
import type { Diagnostic } from '../../engine/diagnostics.ts';
import { renderDiagnostic } from '../../engine/messages/code-frame.ts';
import { declareAll } from '../../engine/messages/generate-errors.ts';
import { temporaryFolder } from '../support/folder.ts';
import { messagesOfRun } from './messages-world.ts';

/**
 * Every file of test/messages has one mistake, which its name says, and beside it what is said of it: whole in English,
 * without the line in Russian. `vitest run test/e2e/messages.test.ts -u` writes what is said now.
 */
const corpus = resolve(import.meta.dirname, '../messages');
const before = process.cwd();
afterAll(() => process.chdir(before));

const inFiles = namesIn('files');
const inRecords = namesIn('records');

/** What no file can show by itself. */
const elsewhere = new Map([
  ['config.absent_not_here', 'every shipped sink lists its rows: test/config/cases-meaning.ts'],
  ['config.connection_flag', 'is about a flag that `validate` has not: test/config/cases-block.ts'],
  ['config.connector_broken', 'wants a connector that does not load: test/config/cases-meaning.ts'],
  ['config.not_a_source', 'every shipped connector can be read: test/config/cases-meaning.ts'],
  ['config.not_allowed', 'wants a rule of a connector we have no words for: test/config/cases-block.ts'],
  ['plan.too_many_after_edit', 'wants a run of the mapping before: test/run/run-pipeline.test.ts'],
  ['transform.expression_too_deep', 'wants more than a file anybody reads: test/transform/parse.test.ts'],
  ['transform.unknown_target_field', 'wants the fields of the target: test/transform/compile.test.ts'],
]);

/** language.md §6, in its order. */
const mistakesByName: readonly (readonly [string, string, string])[] = [
  ['bare word for a literal', 'bare-word-for-a-literal', 'transform.literal_word'],
  ['comma inside a flow map', 'comma-in-flow-map', 'config.comma_in_expression'],
  ['[ inside a flow map', 'bracket-in-flow-map', 'config.bracket_in_expression'],
  ['unquoted `: `', 'colon-not-quoted', 'config.colon_in_expression'],
  ['unquoted ` #`', 'hash-not-quoted', 'config.hash_in_expression'],
  ['leading "', 'leading-double-quote', 'config.leading_character'],
  ['leading {', 'leading-brace', 'config.leading_character'],
  ['leading [', 'leading-bracket', 'config.leading_character'],
  ['leading `', 'leading-backquote', 'config.leading_character'],
  ['leading @', 'leading-at', 'config.leading_character'],
  ['leading %', 'leading-percent', 'config.leading_character'],
  ['leading *', 'leading-star', 'config.leading_character'],
  ['leading !', 'leading-exclamation', 'config.leading_character'],
  ['$params.typo', 'param-unknown', 'transform.unknown_param'],
  ['$typo', 'variable-unknown', 'transform.unknown_variable'],
  ['unknown record field', 'record-field-unknown', 'transform.unknown_field'],
  ['$found.X != "Y"', 'not-equal-of-what-may-be-nothing', 'transform.not_equal_nothing'],
  ['$not($found.X)', 'not-of-a-value', 'transform.not_of_value'],
  ['if: $found.CLOSED', 'condition-is-a-value', 'transform.condition_is_value'],
  ['number compared with text id', 'number-compared-with-a-text-id', 'transform.number_with_text'],
  ['by: { F: }', 'rung-with-a-field-left-empty', 'config.by_without_value'],
  ['ddl: public', 'ddl-public', 'config.wrong_value'],
  ['copied file without a new name', 'copy-that-kept-its-name', 'config.same_name'],
  ['absent: delete without within', 'absent-delete-without-within', 'config.delete_without_within'],
  ['key built from nothing', 'key-that-may-be-nothing', 'transform.key_maybe_nothing'],
];

describe('what is said of a broken file', () => {
  it.each(inFiles)('%s', async (name) => {
    process.chdir(join(corpus, 'files'));
    await expect(said(await findingsOf(name))).toMatchFileSnapshot(join(corpus, 'files', `${name}.txt`));
  });

  it.each(mistakesByName)('%s is caught by name', (_mistake, name, code) => {
    expect(codesIn('files', name)).toEqual([code]);
  });

  it.each(inFiles)('`run` refuses %s for nothing that `validate` does not say', async (name) => {
    process.chdir(join(corpus, 'files'));
    const { params, env } = givenIn(name);
    const refused = await prepare(`${name}.yaml`, { param: params }, env).catch((thrown: unknown) => thrown);
    const errors = refused instanceof FindingsError ? refused.findings.filter(isError) : [];
    const found = new Set((await findingsOf(name)).map(placeAndCode));
    expect(errors.map(placeAndCode).filter((each) => !found.has(each))).toEqual([]);
  });
});

describe('what is said of a record, or of a run', () => {
  it.each(inRecords)('%s', async (name) => {
    process.chdir(join(corpus, 'records'));
    const messages = await messagesOfRun(name, temporaryFolder());
    await expect(said(messages)).toMatchFileSnapshot(join(corpus, 'records', `${name}.txt`));
  });
});

it('every code of config, transform and plan is said somewhere, and no other is', async () => {
  const declared = (await declareAll()).map(({ code }) => code);
  const codes = declared.filter((code) => /^(config|transform|plan)\./.test(code));
  const shown = new Set([
    ...inFiles.flatMap((name) => codesIn('files', name)),
    ...inRecords.flatMap((name) => codesIn('records', name)),
  ]);
  expect(codes.filter((code) => !shown.has(code))).toEqual([...elsewhere.keys()]);
  expect([...shown].filter((code) => !declared.includes(code))).toEqual([]);
});

function namesIn(folder: string): readonly string[] {
  return readdirSync(join(corpus, folder))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/** Flags and variables a file is to be read with stand in its first lines. */
function givenIn(name: string): { readonly params: readonly string[]; readonly env: Record<string, string> } {
  const text = readFileSync(`${name}.yaml`, 'utf8');
  const params = [...text.matchAll(/^# pipe validate --param (\S+)/gm)].map(([, param = '']) => param);
  const env = [...text.matchAll(/^# env (\w+)=(\S+)/gm)].map(([, variable = '', value = '']) => [variable, value]);
  const secrets = { IDENT_PASSWORD: 'x', BASE_PASSWORD: 'x', AMO_TOKEN: 'x' };
  const webhook = { BITRIX24_WEBHOOK: 'https://portal.example/rest/1/abc/' };
  return { params, env: { ...secrets, ...webhook, ...Object.fromEntries(env) } };
}

async function findingsOf(name: string): Promise<readonly Diagnostic[]> {
  const { findings } = await validateFiles([`${name}.yaml`], givenIn(name));
  return findings;
}

function said(findings: readonly Diagnostic[]): string {
  const russian = findings.map(({ code, parameters }) => {
    const { message, fix } = textOf(code, parameters, 'ru');
    return `ru: ${message}\n  исправление: ${fix}`;
  });
  return `${[...findings.map((finding) => renderDiagnostic(finding, 'en')), ...russian].join('\n\n')}\n`;
}

function codesIn(folder: string, name: string): readonly string[] {
  const text = readFileSync(join(corpus, folder, `${name}.txt`), 'utf8');
  return [...text.matchAll(/^(?:error|warning) ([a-z]+\.[a-z0-9_]+)(?: {2}\S+)?$/gm)].map(([, code = '']) => code);
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error';
}

function placeAndCode({ code, where }: Diagnostic): string {
  return `${where?.file}:${where?.line}:${where?.column} ${code}`;
}
