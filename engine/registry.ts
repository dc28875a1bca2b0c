import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Connector } from './connector.ts';

/** Where connectors come from; tests hand in their own. */
export interface Registry {
  /** Sorted. */
  connectorNames(): readonly string[];
  /** undefined: there is none of that name. Rejects with whatever the connector's module throws at import. */
  loadConnector(name: string): Promise<Connector | undefined>;
}

/** Beside this file's folder, both in the source tree and in dist/. */
const folder = new URL('../connectors/', import.meta.url);
const indexFile = import.meta.url.endsWith('.ts') ? 'index.ts' : 'index.js';

/** A folder is a connector when it has an index; `_mssql` and its like are shared code. */
export function connectorNames(): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((each) => each.isDirectory() && isName(each.name) && existsSync(indexOf(each.name)))
    .map((each) => each.name)
    .sort();
}

const loaded = new Map<string, Promise<Connector | undefined>>();

/** Asked for each connection of each file; looked for once. */
export function loadConnector(name: string): Promise<Connector | undefined> {
  const known = loaded.get(name) ?? load(name);
  loaded.set(name, known);
  return known;
}

async function load(name: string): Promise<Connector | undefined> {
  if (!isName(name) || !existsSync(indexOf(name))) return undefined;
  const module: unknown = await import(indexOf(name).href);
  const connector = typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
  if (!isConnector(connector))
    throw new TypeError(`${fileURLToPath(indexOf(name))} has no connector as its default export`);
  return connector;
}

export const registry: Registry = { connectorNames, loadConnector };

function indexOf(name: string): URL {
  return new URL(`${name}/${indexFile}`, folder);
}

function isName(name: string): boolean {
  return /^[a-z][a-z0-9-]*$/.test(name);
}

function isConnector(value: unknown): value is Connector {
  return typeof value === 'object' && value !== null && 'name' in value && 'settings' in value && 'connect' in value;
}
