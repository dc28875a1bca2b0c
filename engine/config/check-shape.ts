import type { AnySchemaObject, ErrorObject } from 'ajv/dist/2020.js';
import type { Diagnostic } from '../diagnostics.ts';
import { anything, fits } from './fits.ts';
import type { Schema } from './fits.ts';
import { errorsIn } from './quick-ajv.ts';
import { at, toJson } from './node.ts';
import type { Node, Path } from './node.ts';
import { nearest } from './nearest.ts';
import type { Block, ShapeError } from './block.ts';
import { branchFor, propertiesOf } from './schema-branch.ts';
import { shapeFinding } from './shape-findings.ts';

/**
 * Everything about a block that its schema does not allow, each at its place. Where a schema has forms to choose from
 * (`anyOf`), the one the author began to write is taken and only its errors are told.
 */
export function checkShape(schema: AnySchemaObject, block: Block): readonly Diagnostic[] {
  // An undecided value fits: why it is not known has been reported.
  if (fits(toJson(block.node, anything), schema as Schema)) return [];
  const errors = shapeErrors(schema, toJson(block.node), []);
  return errors
    .filter(({ path }) => !isUndecided(at(block.node, path)))
    .filter((error) => !isMisspelt(error, errors))
    .flatMap((error) => shapeFinding(error, block));
}

function shapeErrors(schema: AnySchemaObject, data: unknown, prefix: Path): readonly ShapeError[] {
  const errors = errorsIn(schema, data);
  const choices = errors.filter((error) => error.keyword === 'anyOf' || error.keyword === 'oneOf');
  const told = errors.filter((error) => !choices.some((choice) => choice !== error && isWithin(error, choice)));
  return told.flatMap((error) => {
    const path = [...prefix, ...pointerPath(error.instancePath, data)];
    const parent: AnySchemaObject = error.parentSchema ?? {};
    if (!choices.includes(error)) return [{ error, schema: parent, path }];
    const branch = branchFor(parent, error.data);
    return branch ? shapeErrors(branch, error.data, path) : [{ error, schema: parent, path }];
  });
}

/** An error of one of the branches of `choice`. */
function isWithin(error: ErrorObject, choice: ErrorObject): boolean {
  const inside = `${error.instancePath}/`.startsWith(`${choice.instancePath}/`);
  return inside && error.schemaPath.startsWith(`${choice.schemaPath}/`);
}

function pointerPath(pointer: string, data: unknown): Path {
  let value = data;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const step = Array.isArray(value) ? Number(key) : key;
      value =
        typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
      return step;
    });
}

function isUndecided(node: Node | undefined): boolean {
  return node?.kind === 'scalar' && node.undecided === true;
}

/** A missing key is not told when the unknown one beside it is its misspelling. */
function isMisspelt(missing: ShapeError, errors: readonly ShapeError[]): boolean {
  const { missingProperty } = missing.error.params as { readonly missingProperty?: string };
  if (missing.error.keyword !== 'required' || missingProperty === undefined) return false;
  return errors.some(({ error, schema, path }) => {
    const { additionalProperty } = error.params as { readonly additionalProperty?: string };
    if (additionalProperty === undefined || path.join('/') !== missing.path.join('/')) return false;
    return nearest(additionalProperty, Object.keys(propertiesOf(schema))) === missingProperty;
  });
}
