import { readFileSync } from 'node:fs';
import type { AnySchemaObject } from 'ajv/dist/2020.js';
import type { Diagnostic, Severity } from '../diagnostics.ts';
import { PipeError } from '../errors.ts';
import { configErrors } from './errors.ts';
import { entries, items, mapEntries, mapItems, mapScalars } from './node.ts';
import type { MapNode, Node, ScalarNode } from './node.ts';
import { branchesOf, isMap, propertiesOf, typesOf } from './schema-branch.ts';
import { pipelineSchema } from './schema.ts';
import { placeOf } from './source-text.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where references find their values: the environment first, for secrets then the vault. */
export interface ValueSources {
  readonly environment: Environment;
  /** The vault's value of a name, undefined where it has none. Throws a PipeError where the vault cannot be opened. */
  readonly vault?: (name: string) => string | undefined;
}

/** `optional`: a variable without a value is a warning, and nothing is said about what it would have filled. */
export type VariableMode = 'required' | 'optional';

const places = new Set(['connections', 'schedule', 'params']);
const reference = /\$\{(?:env:([A-Za-z_]\w*)(?::-([^}]*))?|secret:([A-Za-z_]\w*))\}/g;
const anyReference = /\$\{(?:env|secret)\b/;

export interface Interpolation {
  readonly root: MapNode;
  readonly findings: readonly Diagnostic[];
}

/**
 * Fills `${env:…}` and `${secret:…}` where the language has them, in the type that is wanted there, and reports them
 * where it has not. Connections, and settings of them (`portal.webhook`), that are `skipped` get their values from
 * elsewhere: nobody asks for their variables.
 */
export function interpolate(
  root: MapNode,
  sources: ValueSources,
  mode: VariableMode,
  skipped: ReadonlySet<string>,
): Interpolation {
  const findings: Diagnostic[] = [];
  const fill = (node: Node): Node => mapScalars(node, (scalar) => fillScalar(scalar, sources, mode, findings));
  const filled = mapEntries(root, ({ key, node }) => {
    if (!places.has(key)) {
      findings.push(...misplaced(node));
      return node;
    }
    const whole = key === 'connections' ? fillBut(node, '', skipped, fill) : fill(node);
    return coerce(whole, propertiesOf(pipelineSchema)[key] ?? {});
  });
  return { root: filled, findings };
}

function fillBut(node: Node, path: string, skipped: ReadonlySet<string>, fill: (node: Node) => Node): Node {
  if (node.kind !== 'map') return fill(node);
  return mapEntries(node, (one) => {
    const own = `${path}${one.key}`;
    return skipped.has(own) ? one.node : fillBut(one.node, `${own}.`, skipped, fill);
  });
}

function misplaced(node: Node): readonly Diagnostic[] {
  if (node.kind !== 'scalar') return [...entries(node).map((each) => each.node), ...items(node)].flatMap(misplaced);
  if (!anyReference.test(node.text)) return [];
  const text = /\$\{[^}]*\}?/.exec(node.text)?.[0] ?? '';
  return [configErrors.reference_not_here.finding({ text }, placeOf(node.span))];
}

function fillScalar(scalar: ScalarNode, sources: ValueSources, mode: VariableMode, findings: Diagnostic[]): ScalarNode {
  const { value: written } = scalar;
  if (typeof written !== 'string' || !written.includes('${')) return scalar;
  const place = placeOf(scalar.span);
  const before = findings.length;
  const malformed = /\$\{[^}]*\}?/.exec(written.replace(reference, ''))?.[0];
  if (malformed !== undefined) findings.push(configErrors.wrong_reference.finding({ text: malformed }, place));
  const names: string[] = [];
  const text = written.replace(reference, (_whole, variable?: string, otherwise?: string, secret?: string) => {
    const name = variable ?? secret ?? '';
    names.push(name);
    const value =
      variable === undefined ? secretValue(name, sources, mode) : plainValue(name, otherwise, sources.environment);
    if (typeof value === 'string') return value;
    const severity: Severity = mode === 'required' ? 'error' : 'warning';
    const missing = variable === undefined ? configErrors.secret_missing : configErrors.variable_missing;
    findings.push(value ? { ...value, where: place } : missing.finding({ variable: name }, place, severity));
    return '';
  });
  const isUndecided = findings.length > before;
  return { ...scalar, value: text, text, variables: { written, names }, ...(isUndecided && { undecided: true }) };
}

/**
 * One that is set to nothing is not set, as with secrets and params: the line `IDENT_USER=` of a copied .env.example is
 * still to be filled. Who means nothing writes `${env:NAME:-}`.
 */
function plainValue(name: string, otherwise: string | undefined, environment: Environment): string | undefined {
  return environment[name] || otherwise;
}

/**
 * `NAME`, the content of the file that `NAME_FILE` names, as container platforms hand secrets over, or what the vault
 * has. One that is set to nothing is not set: the lines of a copied .env.example hide nobody's vault.
 */
function secretValue(name: string, { environment, vault }: ValueSources, mode: VariableMode) {
  const file = environment[`${name}_FILE`];
  if (environment[name]) return environment[name];
  if (file) return fileValue(name, file);
  try {
    return vault?.(name);
  } catch (thrown) {
    // Who only looks at a file, in CI say, needs no vault.
    if (mode === 'required' || !(thrown instanceof PipeError)) throw thrown;
    const { code, parameters } = thrown;
    return { severity: 'warning', code, parameters } satisfies Diagnostic;
  }
}

function fileValue(name: string, file: string): string | Diagnostic | undefined {
  try {
    // Windows' own editors put a mark before what they save.
    return (
      readFileSync(file, 'utf8')
        .replace(/^\uFEFF/, '')
        .replace(/\r?\n$/, '') || undefined
    );
  } catch {
    return configErrors.secret_file_unreadable.finding({ variable: `${name}_FILE` });
  }
}

export interface Reference {
  readonly name: string;
  readonly isSecret: boolean;
  /** What counts without it: `${env:NAME:-otherwise}`. */
  readonly otherwise?: string;
}

/** The variables and secrets a text refers to, whether or not it is a sound pipeline. */
export function references(text: string): readonly Reference[] {
  return [...text.matchAll(reference)].map(([, variable, otherwise, secret]) => ({
    name: variable ?? secret ?? '',
    isSecret: secret !== undefined,
    ...(otherwise !== undefined && { otherwise }),
  }));
}

/** Gives what variables filled in the type the schema wants there; what the author wrote keeps its own. */
export function coerce(node: Node, schema: AnySchemaObject): Node {
  if (node.kind === 'scalar') return node.variables ? coerceScalar(node, typesOf(schema)) : node;
  if (node.kind === 'list') {
    const wanted: unknown = schema['items'];
    return isMap(wanted) ? mapItems(node, (item) => coerce(item, wanted)) : node;
  }
  const branches = [schema, ...branchesOf(schema)];
  return mapEntries(node, (entry) => {
    const own = branches.map((branch) => schemaOfKey(branch, entry.key)).find(isMap);
    return own ? coerce(entry.node, own) : entry.node;
  });
}

function schemaOfKey(schema: AnySchemaObject, key: string): unknown {
  return propertiesOf(schema)[key] ?? schema['additionalProperties'];
}

function coerceScalar(scalar: ScalarNode, wanted: readonly string[]): ScalarNode {
  const { text } = scalar;
  if (wanted.includes('number') && /^-?\d+(\.\d+)?$/.test(text)) return { ...scalar, value: Number(text) };
  if (wanted.includes('boolean') && (text === 'true' || text === 'false')) return { ...scalar, value: text === 'true' };
  return scalar;
}
