import type { AnySchemaObject } from 'ajv/dist/2020.js';
import type { Diagnostic, Place } from '../diagnostics.ts';
import type { Block, ShapeError } from './block.ts';
import { configErrors } from './errors.ts';
import { choicesFor, listed, nearest } from './nearest.ts';
import { at, entry } from './node.ts';
import type { Node, Path, ScalarNode } from './node.ts';
import { branchesOf, isWord, propertiesOf, typeOf, typesOf, wordsOf } from './schema-branch.ts';
import { placeOf } from './source-text.ts';
import { shown, withoutTypographicQuotes } from './wording.ts';

/** One error of Ajv in the words of the file. */
export function shapeFinding(shape: ShapeError, block: Block): readonly Diagnostic[] {
  const { error, path } = shape;
  const params = error.params as Readonly<Record<string, unknown>>;
  switch (error.keyword) {
    case 'additionalProperties':
      return [unknownKey(shape, block, String(params['additionalProperty']))];
    case 'required':
      return [missingKey(shape, block, String(params['missingProperty']))];
    case 'minimum':
      return [
        configErrors.too_small.finding(
          { key: keyOf(path, block), limit: Number(params['limit']) },
          placeAt(shape, block),
        ),
      ];
    case 'maximum':
      return [
        configErrors.too_large.finding(
          { key: keyOf(path, block), limit: Number(params['limit']) },
          placeAt(shape, block),
        ),
      ];
    case 'type':
    case 'anyOf':
    case 'oneOf':
    case 'minLength':
    case 'enum':
    case 'const':
    case 'pattern':
    case 'format':
      return [valueFinding(shape, block)];
    default:
      return [notAllowed(shape, block)];
  }
}

function unknownKey({ schema, path }: ShapeError, block: Block, key: string): Diagnostic {
  const keySpan = entry(at(block.node, path), key)?.keySpan ?? block.keySpan;
  return unknownKeyFinding(key, blockName(block, path), Object.keys(propertiesOf(schema)), placeOf(keySpan));
}

export function unknownKeyFinding(key: string, block: string, known: readonly string[], place: Place): Diagnostic {
  return configErrors.unknown_key.finding({ key, block, choices: choicesFor(key, known) }, place);
}

function missingKey({ schema, path }: ShapeError, block: Block, key: string): Diagnostic {
  const example = exampleOf(key, propertiesOf(schema)[key] ?? {});
  return configErrors.missing_key.finding({ key, block: blockName(block, path), example }, headOf(block, path));
}

/** A value of the wrong type, or of the right type and yet not one that the key takes. */
function valueFinding(shape: ShapeError, block: Block): Diagnostic {
  const { schema, path } = shape;
  const key = keyOf(path, block);
  const node = at(block.node, path);
  const place = placeAt(shape, block);
  const example = exampleOf(key, schema);
  const [around] = path.slice(-2);
  if (node && node.kind !== 'scalar' && typeof around === 'string' && isKeyOfOuterBlock(around, key)) {
    const keySpan = entry(at(block.node, path.slice(0, -1)), key)?.keySpan ?? block.keySpan;
    return configErrors.indented_too_deep.finding({ key, block: around }, placeOf(keySpan));
  }
  if (node?.kind === 'scalar' && (node.value === null || node.value === '')) {
    const [variable] = node.variables?.names ?? [];
    if (variable !== undefined) return configErrors.variable_missing.finding({ variable }, place);
    return noValue(key, example, path, place);
  }
  const written = node?.kind === 'scalar' ? (node.variables?.written ?? node.text) : '';
  const meant = withoutTypographicQuotes(written);
  if (node && meant !== written) {
    const quoted = `${key}: "${node.span.source.isHidden(node.span.start) ? '…' : meant}"`;
    return configErrors.typographic_quotes.finding({ character: written.slice(0, 1), quoted }, place);
  }
  if (node?.kind === 'scalar' && node.variables) return misfit(node, key, schema, place);
  if (typesOf(schema).includes(typeOf(shape.error.data)) || schema['format'] !== undefined) {
    const choices = choicesOf(schema, node);
    return configErrors.wrong_value.finding({ value: shown(node), key, choices }, place);
  }
  return wantsFinding(typesOf(schema)[0] ?? 'string', key, example, place);
}

/** `guard` within `map`: its lines begin too far to the right. */
function isKeyOfOuterBlock(block: string, key: string): boolean {
  const outer = { map: 'require guard targets retry queue', fields: 'match guard rows' }[block];
  return outer?.split(' ').includes(key) ?? false;
}

function noValue(key: string, example: string, path: Path, place: Place): Diagnostic {
  if (path.at(-2) === 'by') return configErrors.by_without_value.finding({ field: key }, place);
  return configErrors.no_value.finding({ key, example }, place);
}

function misfit(node: ScalarNode, key: string, schema: AnySchemaObject, place: Place): Diagnostic {
  const variable = node.variables?.names.join(', ') || (node.variables?.written ?? '');
  const usual: unknown = schema['default'];
  const example = usual === undefined ? choicesOf(schema, undefined) : asYaml(usual);
  const described: unknown = schema['description'];
  const meaning = typeof described === 'string' ? ` (${described})` : '';
  return configErrors.variable_misfit.finding({ variable, key, example: `${example}${meaning}` }, place);
}

function wantsFinding(type: string, key: string, example: string, place: Place): Diagnostic {
  const parameters = { key, example };
  if (type === 'array') return configErrors.wants_list.finding(parameters, place);
  if (type === 'object') return configErrors.wants_map.finding(parameters, place);
  if (type === 'number') return configErrors.wants_number.finding(parameters, place);
  if (type === 'boolean') return configErrors.wants_boolean.finding(parameters, place);
  return configErrors.wants_text.finding(parameters, place);
}

function notAllowed(shape: ShapeError, block: Block): Diagnostic {
  const { error, path } = shape;
  const parameters = {
    key: keyOf(path, block),
    block: block.name || 'pipeline',
    reason: error.message ?? error.keyword,
  };
  return configErrors.not_allowed.finding(parameters, placeAt(shape, block));
}

/** What may be written instead: words, else examples, else a value of the type. */
function choicesOf(schema: AnySchemaObject, node: Node | undefined): string {
  const words = wordsOf(schema).map(String);
  const guess = nearest(node?.kind === 'scalar' ? node.text : '', words);
  if (guess !== undefined) return guess;
  if (isWord(schema)) return listed(words, (word) => word);
  const forms = branchesOf(schema).flatMap(formOf);
  if (forms.length > 0) return listed(forms, (form) => form);
  const examples = examplesOf(schema).map(asYaml);
  if (examples.length > 0) return listed(examples, (example) => example);
  const described: unknown = schema['description'];
  const form = formOf(schema).join(' | ');
  return form === '…' && typeof described === 'string' ? described : form;
}

/** How a form looks in YAML: `{ const: … }`. */
function formOf(schema: AnySchemaObject): readonly string[] {
  const required: unknown = schema['required'];
  if (Array.isArray(required)) return [`{ ${required.map((key) => `${String(key)}: …`).join(', ')} }`];
  if (examplesOf(schema).length > 0) return [asYaml(examplesOf(schema)[0])];
  const words = wordsOf(schema);
  if (words.length > 0) return words.map(String);
  const samples: Readonly<Record<string, string>> = { number: '1', boolean: 'true', array: '[…]', object: '{ … }' };
  return [samples[typesOf(schema)[0] ?? ''] ?? '…'];
}

/** `after: [patients]` */
export function exampleOf(key: string, schema: AnySchemaObject): string {
  const [word] = wordsOf(schema);
  const example = examplesOf(schema)[0] ?? word;
  const value =
    example === undefined ? (branchesOf(schema).flatMap(formOf)[0] ?? formOf(schema)[0] ?? '…') : asYaml(example);
  return `${key}: ${value}`;
}

function examplesOf(schema: AnySchemaObject): readonly unknown[] {
  const examples: unknown = schema['examples'];
  return Array.isArray(examples) ? (examples as readonly unknown[]) : [];
}

/** JSON as people write it in a line of YAML. */
function asYaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(asYaml).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([key, each]) => `${key}: ${asYaml(each)}`);
    return `{ ${pairs.join(', ')} }`;
  }
  return String(value);
}

function placeAt({ path }: ShapeError, block: Block): Place {
  const node = at(block.node, path);
  return node ? placeOf(node.span) : placeOf(block.keySpan);
}

/** The key of a block, or the beginning of a list's item. */
function headOf(block: Block, path: Path): Place {
  const last = path.at(-1);
  if (last === undefined) return placeOf(block.keySpan);
  const parent = at(block.node, path.slice(0, -1));
  const keySpan = entry(parent, String(last))?.keySpan;
  const node = at(block.node, path);
  return placeOf(keySpan ?? node?.span ?? block.keySpan);
}

function keyOf(path: Path, block: Block): string {
  const key = path.findLast((part) => typeof part === 'string');
  return key === undefined ? (block.name.split('.').at(-1) ?? '') : key;
}

function blockName(block: Block, path: Path): string {
  const name = [block.name, ...path.map((part) => (typeof part === 'number' ? `${part + 1}` : part))];
  return name.filter((part) => part !== '').join('.') || 'pipeline';
}
