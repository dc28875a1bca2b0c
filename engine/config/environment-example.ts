import { registry as shippedConnectors } from '../registry.ts';
import type { Connector } from '../connector.ts';
import type { Registry } from '../registry.ts';
import { references } from './interpolate.ts';
import { child, entries, scalars, textAt, toJson } from './node.ts';
import type { Entry, Node, Path } from './node.ts';
import { readPipelineFile } from './read-file.ts';
import { loadConnectors } from './read-connections.ts';
import { schemaAt } from './schema-branch.ts';
import { scheduleSchema } from './schema.ts';

/** A variable that a pipeline reads. */
export interface NamedVariable {
  readonly name: string;
  /** What it sets, in words: those of the param, or of the setting in its connector's schema. */
  readonly about: string;
  readonly isSecret: boolean;
  /** What counts without it; absent: it must be set. */
  readonly otherwise?: string;
}

/** Every variable of a pipeline file, in the order of the file: params, then connections, then the schedule. */
export async function namedVariables(
  file: string,
  registry: Registry = shippedConnectors,
): Promise<readonly NamedVariable[]> {
  const { root } = readPipelineFile(file);
  if (!root) return [];
  const { connectors } = await loadConnectors(child(root, 'connections'), registry);
  const found = [
    ...entries(child(root, 'params')).flatMap(ofParam),
    ...entries(child(root, 'connections')).flatMap((entry) => ofConnection(entry, connectors.get(entry.key))),
    ...ofSchedule(child(root, 'schedule')),
  ];
  return [...new Map(found.reverse().map((variable) => [variable.name, variable])).values()].reverse();
}

/** The text of a pipeline's `.env.example`: copied to `.env` and filled in, it is all the pipeline needs. */
export function environmentExample(variables: readonly NamedVariable[], pipeline: string): string {
  const head = [
    `# What ${pipeline} reads from its environment. Copy this file to .env, beside your copy of the pipeline,`,
    '# and let nobody else read it: chmod 600 .env. A line set to nothing is not set.',
  ];
  return `${[head.join('\n'), ...variables.map(paragraph)].join('\n\n')}\n`;
}

/** What lies beside a pipeline and belongs into no repository. */
export const ignoredFiles = `# Secrets, state with personal data, logs.
.env
.pipe/
logs/
*.log
`;

function paragraph({ name, about, isSecret, otherwise }: NamedVariable): string {
  const secret = `# A secret, better kept in the vault: pipe secret set ${name}`;
  const line = otherwise === undefined ? `${name}=` : `#${name}=${otherwise}`;
  return [`# ${about}`, ...(isSecret ? [secret] : []), line].join('\n');
}

function ofParam(entry: Entry): readonly NamedVariable[] {
  const name = textAt(entry.node, 'env');
  if (name === undefined) return [];
  const [minimum, maximum] = [textAt(entry.node, 'minimum'), textAt(entry.node, 'maximum')];
  const bounds = maximum === undefined ? (minimum === undefined ? '' : ` ≥ ${minimum}`) : ` ${minimum}…${maximum}`;
  const type = textAt(entry.node, 'type');
  const kind = type === undefined || type === 'string' ? '' : ` (${type}${bounds})`;
  const about = `${textAt(entry.node, 'description') ?? entry.key}${kind}`;
  const otherwise = child(entry.node, 'default');
  const isOptional = textAt(entry.node, 'optional') === 'true';
  return [
    {
      name,
      about,
      isSecret: false,
      ...(otherwise ? { otherwise: shown(otherwise) } : isOptional && { otherwise: '' }),
    },
  ];
}

function shown(node: Node): string {
  const value = toJson(node);
  return Array.isArray(value) ? value.join(',') : String(value);
}

function ofConnection({ key, node }: Entry, connector: Connector | undefined): readonly NamedVariable[] {
  return [...scalars(node)].flatMap(({ node: scalar, path }) =>
    variablesOf(scalar.text, aboutSetting(key, path, connector)),
  );
}

function aboutSetting(connection: string, path: Path, connector: Connector | undefined): string {
  const description: unknown = connector && schemaAt(connector.settings, path)?.['description'];
  const setting = `${connection}.${path.join('.')}`;
  return typeof description === 'string' ? `${setting}: ${description}` : setting;
}

function ofSchedule(node: Node | undefined): readonly NamedVariable[] {
  if (!node) return [];
  return [...scalars(node)].flatMap(({ node: scalar, path }) => {
    const key = String(path.at(-1));
    const description: unknown = schemaAt(scheduleSchema, [key])?.['description'];
    return variablesOf(scalar.text, `schedule.${key}: ${String(description)}`);
  });
}

/** A variable may be less than the whole setting: `<AMOCRM_SUBDOMAIN>.amocrm.ru`. */
function variablesOf(text: string, about: string): readonly NamedVariable[] {
  const written = text.replaceAll(/\$\{\w+:(\w+)[^}]*\}/g, '<$1>');
  return references(text).map(({ name, isSecret, otherwise }) => ({
    name,
    about: written === `<${name}>` ? about : `${about}; here ${written}`,
    isSecret,
    ...(otherwise !== undefined && { otherwise }),
  }));
}
