import type { ParameterNames, Parameter, Template } from './template.ts';

/** Who must act: `input` the author of files and flags, `environment` who runs the machine, `data` who owns the record, `bug` us. */
export type ErrorKind = 'input' | 'environment' | 'data' | 'bug';

/** What a code says and what to do about it; the text is complete in both languages. */
export interface MessageSpec {
  readonly kind: ErrorKind;
  readonly en: string;
  readonly ru: string;
  readonly fix: Template;
}

export interface CatalogueEntry extends MessageSpec {
  readonly code: string;
}

/** The parameters a spec's four texts name. */
export type ParametersOf<Spec extends MessageSpec> = {
  readonly [Name in ParameterNames<Spec['en'] | Spec['ru'] | Spec['fix']['en'] | Spec['fix']['ru']>]: Parameter;
};

const entries = new Map<string, CatalogueEntry>();

/** Declares one code; two owners of one code are a bug that shows at import. */
export function declare(code: string, spec: MessageSpec): CatalogueEntry {
  if (entries.has(code)) throw new Error(`message code ${code} is declared twice`);
  const entry = { code, ...spec };
  entries.set(code, entry);
  return entry;
}

export function lookUp(code: string): CatalogueEntry | undefined {
  return entries.get(code);
}

/** Every declared code, in order: the source of docs/errors.md. */
export function catalogue(): readonly CatalogueEntry[] {
  return [...entries.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}
