import { existsSync, globSync, statSync } from 'node:fs';
import { casesErrors } from '../cases/errors.ts';
import { runTest } from '../cases/run-test.ts';
import type { TestResult } from '../cases/run-test.ts';
import { exitCodes } from '../errors.ts';
import { registry } from '../registry.ts';

/**
 * The test files that are meant: those named, those beside pipelines that are named, those in folders that are named;
 * nothing named: those of pipelines/ and of this folder.
 */
export function testFiles(given: readonly string[]): readonly string[] {
  const files = given.length === 0 ? [...testsIn('pipelines'), ...testsIn('.')] : given.flatMap(testsOf);
  if (files.length === 0) throw casesErrors.no_tests.error({ file: 'pipelines/*.test.yaml' });
  return [...new Set(files)];
}

function testsOf(path: string): readonly string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return testsIn(path);
  const file = /\.test\.ya?ml$/.test(path) ? path : path.replace(/\.(ya?ml)$/, '.test.$1');
  if (!existsSync(file)) throw casesErrors.no_tests.error({ file });
  return [file];
}

function testsIn(folder: string): readonly string[] {
  const prefix = folder === '.' ? '' : `${folder}/`;
  return globSync('*.test.{yaml,yml}', { cwd: folder })
    .sort()
    .map((name) => `${prefix}${name}`);
}

export async function runTests(files: readonly string[]): Promise<readonly TestResult[]> {
  const results: TestResult[] = [];
  for (const file of files) results.push(await runTest(file, registry));
  return results;
}

/** 2 where a file is broken, 4 where something is not as expected: the work was done, and somebody has to look. */
export function testExitCode(results: readonly TestResult[]): number {
  if (results.some(({ findings }) => findings.length > 0)) return exitCodes.input;
  return results.some(({ cases }) => cases.some(({ differences }) => differences.length > 0)) ? exitCodes.data : 0;
}
