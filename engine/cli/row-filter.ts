import { readFile } from 'node:fs/promises';
import type { Test } from '../transform/compiled.ts';
import { compileTest } from '../transform/compile-test.ts';
import { cliErrors } from './errors.ts';

/** `--only`: a condition over the source row, or `@file` that holds one (PowerShell eats quotes). */
export async function compileOnly(given: string): Promise<Test> {
  const text = given.startsWith('@') ? await expressionFile(given.slice(1)) : given;
  return compileTest(text, '--only');
}

async function expressionFile(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '').trim();
  } catch (cause) {
    throw cliErrors.unreadable_file.error(
      { file, reason: cause instanceof Error ? cause.message : String(cause) },
      { cause },
    );
  }
}

const time = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** `--since`, `--until`: a day or a time, with or without a zone; without one it is the source's own. */
export function timeFlag(flag: string, value: string): string {
  if (!time.test(value) || Number.isNaN(Date.parse(value))) throw cliErrors.bad_time.error({ flag, value });
  return value.length === 10 ? `${value}T00:00:00` : value.replace(' ', 'T');
}
