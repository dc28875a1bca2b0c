import { stringify } from 'yaml';
import { configErrors } from '../../config/errors.ts';
import { variableFor } from '../../config/read-connections.ts';
import { propertiesOf, schemaAt } from '../../config/schema-branch.ts';
import type { Connector } from '../../connector.ts';

/** `webhook` and what it is to be: a value, or `env:NAME` for a variable that holds it. */
export interface Setting {
  readonly path: readonly string[];
  readonly value: string;
}

/** By connection what `--connection name` or `--connection name.key=value` said of it, in order. */
export type GivenConnections = ReadonlyMap<string, readonly Setting[]>;

const flagForm = /^([^.=]+)(?:\.([^=]+)=(.*))?$/s;

export function givenConnections(flags: readonly string[]): GivenConnections {
  const given = new Map<string, readonly Setting[]>();
  for (const flag of flags) {
    const [, name, keys, value] = flagForm.exec(flag) ?? [];
    if (name === undefined) throw configErrors.connection_flag.error({});
    const setting = keys === undefined ? [] : [{ path: keys.split('.'), value: value ?? '' }];
    given.set(name, [...(given.get(name) ?? []), ...setting]);
  }
  return given;
}

/** `env:NAME`, or as a file has it. */
const referenceForm = /^(?:env:|\$\{(?:env|secret):)([A-Za-z_]\w*)\}?$/;

/** What a file says of a setting. A secret is never among it: only the name of the variable that holds one. */
export function settingText(connection: string, { path, value }: Setting, connector: Connector): string {
  const isSecret = schemaOf(connector, path)['secret'] === true;
  const named = referenceForm.exec(value)?.[1];
  if (isSecret) return `\${secret:${named ?? variableFor([connection, ...path])}}`;
  return named === undefined ? value : `\${env:${named}}`;
}

/** A secret itself, and no reference to one. */
export function isSecretValue({ path, value }: Setting, connector: Connector): boolean {
  return schemaOf(connector, path)['secret'] === true && !referenceForm.test(value);
}

/** What the system is asked with meanwhile, as `--connection` flags: values that are no references. */
export function settingFlags(connection: string, settings: readonly Setting[]): readonly string[] {
  return settings
    .filter(({ value }) => !referenceForm.test(value))
    .map(({ path, value }) => `${connection}.${path.join('.')}=${value}`);
}

/** Settings that nobody gave and the connector wants; of one that wants none by itself, its first secret. */
export function wantedSettings(connector: Connector, given: readonly Setting[]): readonly string[] {
  const { settings } = connector;
  const required = (settings.required ?? []).map(String);
  const keys = new Set(given.map(({ path }) => path[0]));
  const isSecret = (key: string): boolean => schemaOf(connector, [key])['secret'] === true;
  const hasOwn = [...keys].some((key) => key !== undefined && !required.includes(key));
  const login = hasOwn || required.some(isSecret) ? undefined : Object.keys(settings.properties).find(isSecret);
  return [...required, ...(login === undefined ? [] : [login])].filter((key) => !keys.has(key));
}

/** The block of a connection, two spaces in. */
export function connectionText(name: string, connector: Connector, given: readonly Setting[]): string {
  const wanted = wantedSettings(connector, given).map((key) => ({
    path: [key],
    value: `env:${variableFor([name, key])}`,
  }));
  const block: Record<string, unknown> = { connector: connector.name };
  for (const setting of [...given, ...wanted]) {
    const text = settingText(name, setting, connector);
    place(block, setting.path, typed(text, schemaOf(connector, setting.path)));
  }
  return stringify({ [name]: block }, { lineWidth: 0 })
    .trimEnd()
    .replaceAll(/^/gm, '  ');
}

export function aboutSetting(
  connector: Connector,
  key: string,
): { readonly about: string; readonly isSecret: boolean } {
  const schema = schemaOf(connector, [key]);
  return { about: String(schema['description'] ?? key), isSecret: schema['secret'] === true };
}

function schemaOf(connector: Connector, path: readonly string[]): Readonly<Record<string, unknown>> {
  return schemaAt(connector.settings, path) ?? {};
}

function typed(text: string, { type }: Readonly<Record<string, unknown>>): unknown {
  if ((type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return type === 'boolean' && /^(true|false)$/.test(text) ? text === 'true' : text;
}

function place(block: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    block[key] = value;
    return;
  }
  const held = block[key];
  const inner: Record<string, unknown> = typeof held === 'object' && held !== null ? { ...held } : {};
  place(inner, rest, value);
  block[key] = inner;
}

/** `orders`, or `list=77` where the connector knows that key: the block of a source or target. */
export function blockOf(settings: object, what: string): Readonly<Record<string, string | number>> {
  const known = propertiesOf(settings);
  const [, key = '', value = ''] = /^(\w+)=(.*)$/s.exec(what) ?? [];
  const schema = known[key];
  if (schema === undefined) return { [mainKey(settings)]: what };
  return { [key]: schema['type'] === 'integer' && /^\d+$/.test(value) ? Number(value) : value };
}

/** What such a block names first: `stream`, `table`, `entity`, `file`. */
export function mainKey(settings: object): string {
  return Object.keys(propertiesOf(settings))[0] ?? '';
}
