import type { AnySchemaObject } from 'ajv/dist/2020.js';
import { configErrors } from './errors.ts';
import { choicesFor } from './nearest.ts';
import { mapEntries } from './node.ts';
import type { Node, ScalarNode } from './node.ts';
import type { ReadParams } from './read-params.ts';
import type { Reader } from './reader.ts';
import { isMap, propertiesOf } from './schema-branch.ts';
import { placeOf } from './source-text.ts';

/** How a setting names a param: `batch: $params.batch`. */
export const paramReference = '^\\$params\\.[\\p{L}_][\\p{L}\\p{N}_]*$';
const reference = new RegExp(paramReference, 'u');

/** Puts the values of params where settings of a schema marked `orParam` name them, before that schema checks them. */
export function fillParams(node: Node, schema: AnySchemaObject, params: ReadParams, reader: Reader): Node {
  if (node.kind === 'scalar') return schema['orParam'] === true ? fillScalar(node, params, reader) : node;
  if (node.kind === 'list') return node;
  const others: unknown = schema['additionalProperties'];
  return mapEntries(node, (entry) => {
    const own = propertiesOf(schema)[entry.key] ?? others;
    return isMap(own) ? fillParams(entry.node, own, params, reader) : entry.node;
  });
}

function fillScalar(scalar: ScalarNode, { params, values, undecided }: ReadParams, reader: Reader): ScalarNode {
  if (!reference.test(scalar.text)) return scalar;
  const name = scalar.text.slice('$params.'.length);
  const variables = { written: scalar.text, names: [scalar.text] };
  const value = values[name];
  if (!params.has(name)) {
    const choices = choicesFor(name, [...params.keys()]);
    reader.report(configErrors.undeclared_param.finding({ name, choices }, placeOf(scalar.span)));
  }
  if ((typeof value === 'string' || typeof value === 'number') && !undecided.has(name))
    return { ...scalar, value, text: String(value), variables };
  return { ...scalar, variables, undecided: true };
}
