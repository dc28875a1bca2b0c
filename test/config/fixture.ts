import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Type } from 'typebox';
import { loadPipelines } from '../../engine/config/load.ts';
import type { LoadOptions, Loaded } from '../../engine/config/load.ts';
import type { Connector, Field } from '../../engine/connector.ts';
import { textOf } from '../../engine/diagnostics.ts';
import type { Diagnostic } from '../../engine/diagnostics.ts';
import type { Registry } from '../../engine/registry.ts';

/** A pipeline that is wrong in one place. */
export interface Case {
  readonly name: string;
  /** Pieces of the sound pipeline and what stands in their place. */
  readonly change?: readonly (readonly [string, string])[];
  /** Or other files. */
  readonly files?: Files;
  readonly options?: FixtureOptions;
  /** `line:column severity code: message → fix` */
  readonly expect: readonly string[];
}

export type CaseGroups = Readonly<Record<string, readonly Case[]>>;
export type Files = Readonly<Record<string, string | Uint8Array>>;
export type FixtureOptions = Partial<LoadOptions> & { readonly main?: readonly string[] };

/** A sound pipeline: cases change a piece of it. */
export const sound = `version: 1
name: sample
params:
  filial: { type: integer, default: 1 }
connections:
  clinic: { connector: clinic, server: localhost, timezone: Europe/Moscow }
  portal: { connector: crm, webhook: "\${secret:WEBHOOK}" }
  base: { connector: sql, url: "\${secret:BASE_URL}" }
flows:
  visits:
    source: { connection: clinic, stream: visits }
    key: id
    map:
      id: id
      name: name
    targets:
      deal:
        connection: portal
        entity: deal
        key: [ID]
        fields: { ID: id, TITLE: name }
`;

export const environment = { WEBHOOK: 'https://portal.example/rest/1/abc/', BASE_URL: 'postgres://localhost/base' };

const secret = Type.Optional(Type.String({ secret: true }));
const text = Type.Optional(Type.String());

function connector(parts: Pick<Connector, 'name' | 'settings' | 'source' | 'sink'>): Connector {
  return {
    ...parts,
    summary: `${parts.name}, for tests`,
    connect: () => {
      throw new Error('tests of configuration connect to nothing');
    },
  };
}

const visits: readonly Field[] = [
  { name: 'id', type: 'integer', optional: false },
  { name: 'name', type: 'text' },
  { name: 'changedAt', type: 'datetime' },
];

export const testConnectors: readonly Connector[] = [
  connector({
    name: 'clinic',
    settings: Type.Object({
      server: Type.String({ minLength: 1 }),
      port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, default: 1433 })),
      encrypt: Type.Optional(Type.Boolean()),
      timezone: text,
      password: secret,
      proxy: Type.Optional(Type.Object({ host: text, password: secret }, { additionalProperties: false })),
      hosts: Type.Optional(Type.Array(Type.String(), { uniqueItems: true })),
    }),
    source: {
      settings: Type.Object({ stream: Type.Optional(Type.Enum(['visits', 'patients'])), query: text }),
      columns: (block) => (block['stream'] === 'visits' ? visits : undefined),
    },
  }),
  connector({
    name: 'crm',
    settings: Type.Object(
      { webhook: Type.String({ secret: true, pattern: '^https://', description: 'https://portal/rest/user/secret/' }) },
      { additionalProperties: false },
    ),
    source: { settings: Type.Object({ entity: Type.String() }) },
    sink: {
      settings: Type.Object({ entity: Type.Enum(['deal', 'contact']) }),
      entity: (block) => String(block['entity']),
      scan: true,
      deletes: true,
      fieldTypes: { text: {}, number: {}, select: { options: true }, choices: { options: true } },
    },
  }),
  connector({
    name: 'log',
    settings: Type.Object({}),
    sink: { settings: Type.Object({ entity: Type.String() }), entity: (block) => String(block['entity']) },
  }),
  connector({
    name: 'sql',
    settings: Type.Object({ url: Type.String({ secret: true }) }),
    sink: {
      settings: Type.Object({ table: Type.String(), ddl: Type.Optional(Type.Enum(['never', 'create', 'evolve'])) }),
      entity: (block) => String(block['table']),
      scan: true,
    },
  }),
];

export const testRegistry: Registry = {
  connectorNames: () => ['broken', ...testConnectors.map(({ name }) => name)],
  loadConnector: async (name) => {
    if (name === 'broken') throw new Error('a semicolon is missing');
    return testConnectors.find((each) => each.name === name);
  },
};

/** Writes files into a folder and loads those named `main`, or else the first. */
export async function loadFiles(folder: string, files: Files, options: FixtureOptions = {}): Promise<Loaded> {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const { main = Object.keys(files).slice(0, 1), ...rest } = options;
  const paths = main.map((name) => join(folder, name));
  return loadPipelines(paths, { env: environment, registry: testRegistry, ...rest });
}

/** `file:line:column severity code: message → fix`, the folder and the usual file name left out. */
export function inOneLine(finding: Diagnostic, folder: string): string {
  const { severity, code, parameters, where } = finding;
  const { message, fix } = textOf(code, parameters, 'en');
  const place = where ? `${where.file}:${where.line}:${where.column} ` : '';
  return `${place}${severity} ${code}: ${message} → ${fix}`
    .replaceAll(`${folder}/`, '')
    .replace(/^pipeline\.yaml:/, '');
}

/** The sound pipeline with pieces replaced. */
export function changed(...changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((whole, [from, to]) => {
    if (!whole.includes(from)) throw new Error(`the sound pipeline does not hold ${from}`);
    return whole.replace(from, () => to);
  }, sound);
}
