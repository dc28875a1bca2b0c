import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One parameter, or one key of an object. `base` is what its type comes down to. */
export interface Named {
  readonly name: string;
  readonly base: 'integer' | 'number' | 'string' | 'char' | 'boolean' | 'array' | 'object' | 'any';
  readonly required: boolean | 'unknown';
  /** `#/defs/<name>`: what the keys of this object, or of the objects in this list, may be. */
  readonly ref?: string;
  /** The keys are names of fields, not of parameters. */
  readonly dynamic?: { readonly allowed: boolean };
}

/** A method as the official documentation describes it, read by machine from its page. */
export interface MethodPage {
  readonly method: string;
  readonly params: readonly Named[];
  readonly defs: Readonly<Record<string, { readonly fields: readonly Named[] }>>;
  readonly returns?: readonly { readonly name: string }[];
  readonly resultExample?: Readonly<Record<string, unknown>>;
  /** Names of fields the page mentions; `UF_CRM_...` stands for all of a kind. */
  readonly entityFields?: readonly string[];
}

export interface Documentation {
  /** In any case: the portal does not mind (reference §1.1). */
  page(method: string): MethodPage | undefined;
  /** Keys of `time` in any example: pages of different ages show six to eight of them. */
  readonly timeKeys: ReadonlySet<string>;
}

/** Rows by entity, as the simulator of the documentation's authors serves them. */
export type SampleRows = Readonly<Record<string, readonly unknown[]>>;

export const file =
  process.env['PIPE_BITRIX24_METHODS'] ?? join(import.meta.dirname, '../../../../shared/data/bitrix24-methods.json');

/** Beside the methods, and there whenever they are. */
export function readSampleRows(): SampleRows {
  const text = readFileSync(join(dirname(file), 'bitrix24-dataset.json'), 'utf8');
  return (JSON.parse(text) as { readonly entities: SampleRows }).entities;
}

/** Undefined where the shared material does not lie beside the clone. */
export function readDocumentation(): Documentation | undefined {
  if (!existsSync(file)) return undefined;
  const { methods } = JSON.parse(readFileSync(file, 'utf8')) as { methods: Readonly<Record<string, MethodPage>> };
  const pages = Object.values(methods);
  const byName = new Map(pages.map((page) => [page.method.toLowerCase(), page]));
  return {
    page: (method) => byName.get(method.toLowerCase()),
    timeKeys: new Set(pages.flatMap(({ resultExample }) => Object.keys(Object(resultExample?.['time'])))),
  };
}
