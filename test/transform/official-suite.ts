import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One case of the official suite, https://github.com/jsonata-js/jsonata/tree/master/test/test-suite */
export interface Case {
  readonly group: string;
  readonly file: string;
  readonly index: number;
  readonly expr: string;
  readonly data?: unknown;
  readonly dataset?: string | null;
  readonly bindings?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly undefinedResult?: boolean;
  readonly code?: string;
  readonly error?: { readonly code: string };
  readonly unordered?: boolean;
}

interface Suite {
  readonly datasets: Readonly<Record<string, unknown>>;
  readonly cases: readonly Case[];
}

/** Where we answer differently on purpose: `group`, `group/file` or `group/file#index`, and why. */
export const ours: Readonly<Record<string, string>> = {
  'function-eval': '$eval is refused: code out of data',
  'function-shuffle': '$shuffle is refused: plans must repeat',
  'function-assert': '$assert is ours: it refuses the record',
  'range-operator/case021.json': 'a list has at most a million items',
  'range-operator/case024.json': 'a list has at most a million items',
  'tail-recursion/case002.json': 'the suite sets its own limit of depth',
  'tail-recursion/case005.json': 'the suite sets its own limit of depth',
  'tail-recursion/case006.json': 'the suite sets its own limit of depth',
};

export const file =
  process.env['PIPE_JSONATA_SUITE'] ?? join(import.meta.dirname, '../../../shared/data/jsonata-suite.json');

export const suite = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Suite) : { datasets: {}, cases: [] };
if (suite.cases.length === 0)
  process.stderr.write(`not run: the JSONata suite is not at ${file} (PIPE_JSONATA_SUITE)\n`);

export function isOurs({ group, file: name }: Case): boolean {
  return group in ours || `${group}/${name}` in ours;
}

export function dataOf(one: Case): unknown {
  return one.dataset ? suite.datasets[one.dataset] : one.data;
}

/** JSONata's code of the error that the case ends with, if it does. */
export function wantedError(one: Case): string | undefined {
  return one.code ?? one.error?.code;
}
