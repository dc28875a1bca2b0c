import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';

const folder = resolve(import.meta.dirname, '../../schemas/output');

/** What is wrong with an output by its JSON Schema in schemas/output; empty: nothing. */
export function shapeErrors(name: string, output: string): readonly string[] {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true, allowUnionTypes: true });
  for (const file of readdirSync(folder)) ajv.addSchema(JSON.parse(readFileSync(resolve(folder, file), 'utf8')));
  ajv.validate(`${name}.schema.json`, JSON.parse(output));
  return (ajv.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
}
