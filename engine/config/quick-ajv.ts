import { createRequire } from 'node:module';
import type { AnySchemaObject, Ajv2020, ErrorObject, Options, ValidateFunction } from 'ajv/dist/2020.js';
import type * as Library from 'ajv/dist/2020.js';
import type * as Formats from 'ajv-formats/dist/formats.js';

/**
 * Options with which Ajv is ready in a third of the time: a file is checked once, so that compiling its schemas takes
 * longer than checking with them. Whether those are schemas at all is the conformance suite's to say, not each start's.
 */
const quickAjv = {
  strict: false,
  logger: false,
  validateSchema: false,
  meta: false,
  code: { optimize: false },
  allErrors: true,
  verbose: true,
} as const satisfies Options;

let ajv: Ajv2020 | undefined;
const compiled = new WeakMap<object, ValidateFunction>();

/** What is wrong with data that does not fit. Ajv is loaded with the first of it, not with the program. */
export function errorsIn(schema: AnySchemaObject, data: unknown): readonly ErrorObject[] {
  ajv ??= load();
  const validate = compiled.get(schema) ?? ajv.compile(schema);
  compiled.set(schema, validate);
  return validate(data) ? [] : (validate.errors ?? []);
}

function load(): Ajv2020 {
  const { Ajv2020 } = createRequire(import.meta.url)('ajv/dist/2020.js') as typeof Library;
  const { fullFormats } = createRequire(import.meta.url)('ajv-formats/dist/formats.js') as typeof Formats;
  return new Ajv2020({ ...quickAjv, formats: fullFormats });
}
