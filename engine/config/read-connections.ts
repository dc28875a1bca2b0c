import type { Connector } from '../connector.ts';
import type { Diagnostic } from '../diagnostics.ts';
import type { Registry } from '../registry.ts';
import { checkShape } from './check-shape.ts';
import { configErrors } from './errors.ts';
import { durationMs } from './duration.ts';
import { coerce } from './interpolate.ts';
import { choicesFor } from './nearest.ts';
import { child, entries, scalars, textAt, toJson, withEntries } from './node.ts';
import type { Entry, MapNode, Node, Path, ScalarNode } from './node.ts';
import type { ConnectionSpec } from './pipeline.ts';
import type { Reader } from './reader.ts';
import { connectionSchema, ownConnectionKeys } from './schema.ts';
import { isMap, propertiesOf, schemaAt, withDefaults } from './schema-branch.ts';
import { unknownKeyFinding } from './shape-findings.ts';
import { placeOf } from './source-text.ts';

export interface LoadedConnectors {
  /** By the name of the connection. */
  readonly connectors: ReadonlyMap<string, Connector | undefined>;
  readonly findings: readonly Diagnostic[];
}

/** Loads the connector each connection names. */
export async function loadConnectors(node: Node | undefined, registry: Registry): Promise<LoadedConnectors> {
  const connectors = new Map<string, Connector | undefined>();
  const findings: Diagnostic[] = [];
  for (const entry of entries(node)) {
    const named = child(entry.node, 'connector');
    const name = textAt(entry.node, 'connector');
    connectors.set(entry.key, undefined);
    if (named?.kind !== 'scalar' || name === undefined || named.undecided) continue;
    try {
      const connector = await registry.loadConnector(name);
      connectors.set(entry.key, connector);
      if (connector) continue;
      const choices = choicesFor(name, registry.connectorNames());
      findings.push(configErrors.unknown_connector.finding({ name, choices }, placeOf(named.span)));
    } catch (thrown) {
      const reason = thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown);
      findings.push(configErrors.connector_broken.finding({ name, reason }, placeOf(named.span)));
    }
  }
  return { connectors, findings };
}

export interface ConnectionFlags {
  /** `name.key=value` as given on the command line. */
  readonly flags: readonly string[];
  /** Settings that take the place of what the file says, e.g. those of a running sandbox. */
  readonly replaced: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Checks each connection against its connector's own schema. */
export function readConnections(
  node: Node | undefined,
  given: ConnectionFlags,
  reader: Reader,
): ReadonlyMap<string, ConnectionSpec> {
  const overridden = withFlags(entries(node), given.flags, reader);
  const specs = new Map<string, ConnectionSpec>();
  for (const entry of overridden) {
    const connector = reader.connectors.get(entry.key);
    const settings = given.replaced[entry.key] ?? readSettings(entry, connector, reader);
    const name = textAt(entry.node, 'connector') ?? '';
    const waitForMs = durationMs(textAt(entry.node, 'waitFor'));
    const place = placeOf(entry.keySpan);
    specs.set(entry.key, {
      name: entry.key,
      connector: name,
      settings,
      ...(waitForMs !== undefined && { waitForMs }),
      place,
    });
  }
  return specs;
}

function readSettings(
  entry: Entry,
  connector: Connector | undefined,
  reader: Reader,
): Readonly<Record<string, unknown>> {
  if (entry.node.kind !== 'map') return {};
  const own = withEntries(
    entry.node,
    entries(entry.node).filter((setting) => !(setting.key in ownConnectionKeys)),
  );
  // The file's own is checked already; what a flag has put there is not.
  const block = { name: `connections.${entry.key}`, node: entry.node, keySpan: entry.keySpan };
  reader.report(...checkShape(connectionSchema, block));
  if (!connector) return asSettings(own);
  const settings = coerce(own, connector.settings);
  reader.report(
    ...unknownKeys(own, connector.settings, block.name, ['waitFor']),
    ...checkShape(connector.settings, { ...block, node: settings }),
  );
  reportLiteralSecrets(entry.key, own, connector, reader);
  return withDefaults(asSettings(settings), connector.settings);
}

function asSettings(node: Node): Readonly<Record<string, unknown>> {
  const json = toJson(node);
  return isMap(json) ? json : {};
}

/** Keys a connector does not have, whether or not its schema says that there are no others. */
export function unknownKeys(
  node: Node,
  schema: object,
  block: string,
  also: readonly string[] = [],
): readonly Diagnostic[] {
  const known = Object.keys(propertiesOf(schema));
  // Such a schema says itself which other keys it takes.
  if ('additionalProperties' in schema) return [];
  return entries(node)
    .filter((entry) => !known.includes(entry.key))
    .map((entry) => unknownKeyFinding(entry.key, block, [...also, ...known], placeOf(entry.keySpan)));
}

// ---- secrets --------------------------------------------------------------------------------------------------------

/** From here on no place shows a line that holds a secret, or may hold one because nobody knows the connector. */
export function hideSecrets(node: Node | undefined, connectors: ReadonlyMap<string, Connector | undefined>): void {
  for (const entry of entries(node)) {
    const connector = connectors.get(entry.key);
    for (const { node: scalar, path } of scalars(entry.node)) {
      const isSecret = !(String(path[0]) in ownConnectionKeys) && (!connector || maySecretStandAt(connector, path));
      if (isSecret && hasLiteral(scalar)) scalar.span.source.hide(scalar.span.start, scalar.span.end);
    }
  }
}

/** Also under a key the connector does not know: it may be a misspelt one. */
function maySecretStandAt(connector: Connector, path: Path): boolean {
  return isSecretAt(connector, path) || !(String(path[0]) in propertiesOf(connector.settings));
}

function isSecretAt(connector: Connector, path: Path): boolean {
  return schemaAt(connector.settings, path)?.['secret'] === true;
}

/** Anything but references without a default. */
function hasLiteral(scalar: ScalarNode): boolean {
  const written = scalar.variables?.written ?? scalar.text;
  return written.replace(/\$\{env:\w+\}|\$\{secret:\w+\}/g, '') !== '';
}

function reportLiteralSecrets(connection: string, settings: MapNode, connector: Connector, reader: Reader): void {
  for (const { node, path } of scalars(settings)) {
    if (!isSecretAt(connector, path) || node.value === null || isFlag(node)) continue;
    const written = node.variables?.written ?? node.text;
    if (written.includes('${secret:') || !hasLiteral(node)) continue;
    const key = String(path.at(-1));
    const variable = variableFor([connection, ...path]);
    const example = `${key}: "\${secret:${variable}}"`;
    reader.report(configErrors.literal_secret.finding({ key, example, variable }, placeOf(node.span), 'warning'));
  }
}

// ---- --connection name.key=value ------------------------------------------------------------------------------------

function withFlags(connections: readonly Entry[], flags: readonly string[], reader: Reader): readonly Entry[] {
  return flags.reduce((list, flag) => withFlag(list, flag, reader), connections);
}

const flagForm = /^([^.=]+)\.([^=]+)=(.*)$/s;

/** What the flags set: `portal.webhook`. */
export function settingsIn(flags: readonly string[]): readonly string[] {
  return flags.flatMap((flag) => {
    const [, name, keys] = flagForm.exec(flag) ?? [];
    return name === undefined || keys === undefined ? [] : [`${name}.${keys}`];
  });
}

function withFlag(connections: readonly Entry[], flag: string, reader: Reader): readonly Entry[] {
  const [, name = '', keys = '', value = ''] = flagForm.exec(flag) ?? [];
  const names = connections.map((entry) => entry.key);
  if (keys === '') reader.report(configErrors.connection_flag.finding({}));
  else if (!names.includes(name)) {
    reader.report(configErrors.unknown_connection.finding({ name, choices: choicesFor(name, names) }));
  }
  return connections.map((entry) =>
    entry.key === name && keys !== '' ? { ...entry, node: setAt(entry.node, keys.split('.'), value, entry) } : entry,
  );
}

/** Its value may be a secret, so that it counts as one made of variables. */
function setAt(node: Node | undefined, keys: readonly string[], text: string, at: Entry): Node {
  const [key, ...rest] = keys;
  if (key === undefined) {
    const variables = { written: `--connection ${at.key}`, names: [] };
    return { kind: 'scalar', span: at.keySpan, value: text, text, variables };
  }
  const map: MapNode = node?.kind === 'map' ? node : { kind: 'map', span: at.keySpan, entries: new Map() };
  const changed: Entry = { key, keySpan: at.keySpan, node: setAt(child(map, key), rest, text, at) };
  return { ...map, entries: new Map([...map.entries, [key, changed]]) };
}

/** What the environment or the vault may call a setting: `portal.webhook` → `PORTAL_WEBHOOK`. */
export function variableFor(path: Path): string {
  const words = path.join('_').replace(/([a-z])([A-Z])/g, '$1_$2');
  return words.replace(/\W/g, '_').toUpperCase();
}

function isFlag(scalar: ScalarNode): boolean {
  return scalar.variables !== undefined && scalar.variables.names.length === 0;
}
