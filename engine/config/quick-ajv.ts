import { Ajv2020 } from 'ajv/dist/2020.js';
import type { AnySchemaObject, ErrorObject, Options, ValidateFunction } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';

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
  formats: fullFormats,
} as const satisfies Options;

// Within `not` Ajv writes no errors, which is half of the code that it compiles.
const wrong = validators({}, (schema) => ({ not: schema, $defs: schema['$defs'] as unknown }));
const strict = validators({ allErrors: true, verbose: true }, (schema) => schema);

/** Whether there is nothing to find. Most is right, and this takes a fraction of the time of `errorsIn`. */
export function isRight(schema: AnySchemaObject, data: unknown): boolean {
  return !wrong(schema)(data);
}

export function errorsIn(schema: AnySchemaObject, data: unknown): readonly ErrorObject[] {
  const validate = strict(schema);
  return validate(data) ? [] : (validate.errors ?? []);
}

/** Each schema is compiled once, and Ajv itself made when the first one is. */
function validators(
  options: Options,
  form: (schema: AnySchemaObject) => AnySchemaObject,
): (schema: AnySchemaObject) => ValidateFunction {
  let ajv: Ajv2020 | undefined;
  const compiled = new WeakMap<object, ValidateFunction>();
  return (schema) => {
    ajv ??= new Ajv2020({ ...quickAjv, ...options });
    const known = compiled.get(schema) ?? ajv.compile(form(schema));
    compiled.set(schema, known);
    return known;
  };
}
