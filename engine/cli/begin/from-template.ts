import { stringify } from 'yaml';
import { lockText, readLock } from '../../config/lock-file.ts';
import type { Lock, LockedConnection } from '../../config/lock-file.ts';
import type { Environment } from '../../config/interpolate.ts';
import { loadPipeline } from '../../config/load.ts';
import type { Pipeline } from '../../config/pipeline.ts';
import { choicesFor } from '../../config/nearest.ts';
import type { Connector } from '../../connector.ts';
import { discover } from '../../run/discover.ts';
import { cliErrors } from '../errors.ts';
import { templates, templateText } from '../init.ts';
import type { Template } from '../init.ts';
import { connectorsOf } from '../compile-loaded.ts';
import { shippedFile } from '../shipped.ts';
import { withConnections } from '../with-connections.ts';
import { adaptTemplate } from './adapt-template.ts';
import type { Replacement, Texts } from './adapt-template.ts';
import { readDraft } from './draft.ts';
import type { Begun } from './from-live.ts';
import { withSetting } from './rename.ts';
import { isSecretValue, settingFlags, settingText } from './settings.ts';
import type { GivenConnections } from './settings.ts';

/** A template as it is shipped. */
export async function shippedPipeline({ pipeline }: Template): Promise<Pipeline | undefined> {
  return (await loadPipeline(shippedFile(pipeline), { env: {}, variables: 'optional' })).pipeline;
}

/** The one that reads from such a system alone and writes to such a one alone. */
export async function templateBetween(from: string, to: string): Promise<Template | undefined> {
  for (const template of templates()) {
    const pipeline = await shippedPipeline(template);
    const of = (connection: string): string | undefined => pipeline?.connections.get(connection)?.connector;
    const isIt = pipeline?.flows.every(
      ({ source, targets }) =>
        of(source.connection) === from && targets.every((target) => of(target.connection) === to),
    );
    if (isIt) return template;
  }
  return undefined;
}

export interface FromTemplate extends Begun {
  readonly replaced: readonly Replacement[];
}

export interface NamedTemplate {
  readonly template: Template;
  readonly name: string;
  readonly file: string;
  /** Connections to look into. */
  readonly given: GivenConnections;
}

/** A template with the codes of the systems its connections lead to. */
export async function fromTemplate(
  { template, name, file, given }: NamedTemplate,
  env: Environment,
  signal: AbortSignal,
): Promise<FromTemplate> {
  const known = await shippedPipeline(template);
  const names = [...(known?.connections.keys() ?? [])];
  const looked = [...given.keys()];
  const unknown = looked.find((one) => !names.includes(one));
  if (unknown !== undefined)
    throw cliErrors.unknown_connection.error({
      connection: unknown,
      file: template.pipeline,
      choices: choicesFor(unknown, names),
    });
  const texts = await withSettings(templateText(template, name), given, known);
  const settings = looked.flatMap((one) => settingFlags(one, given.get(one) ?? []));
  const options = { env, settings, leftOut: names.filter((one) => !looked.includes(one)) };
  const pipeline = await readDraft({ text: texts.pipeline, file }, options);
  const connectors = await connectorsOf(pipeline);
  const shipped: Lock = readLock(shippedFile(template.pipeline)).lock ?? { version: 1, connections: {} };
  const found = await withConnections({ pipeline, connectors }, looked, async (open) => {
    const connections: Record<string, LockedConnection> = {};
    for (const each of open.values()) connections[each.name] = await discover(pipeline, each, signal);
    return connections;
  });
  const live: Lock = { version: 1, connections: { ...shipped.connections, ...found } };
  const around = { file, options, connectors, shipped, live, looked };
  const { pipeline: text, unmade, ...adapted } = await adaptTemplate(texts, around);
  return { ...adapted, pipeline: text, lock: lockText(without(unmade, looked, live)) };
}

/** `provision` compiles the pipeline too: what it is to make must not be missed before. */
function without(entities: readonly string[], looked: readonly string[], lock: Lock): Lock {
  const connections = Object.entries(lock.connections).map(([name, connection]) => {
    const kept = Object.entries(connection.entities).filter(([entity]) => !entities.includes(entity));
    return [name, looked.includes(name) ? { ...connection, entities: Object.fromEntries(kept) } : connection] as const;
  });
  return { ...lock, connections: Object.fromEntries(connections) };
}

async function withSettings(texts: Texts, given: GivenConnections, known: Pipeline | undefined): Promise<Texts> {
  const connectors = known ? await connectorsOf(known) : new Map<string, Connector>();
  let { pipeline } = texts;
  for (const [connection, settings] of given) {
    const connector = connectors.get(known?.connections.get(connection)?.connector ?? '');
    for (const setting of settings) {
      // The template has a name for a secret already.
      if (!connector || isSecretValue(setting, connector)) continue;
      const value = stringify(settingText(connection, setting, connector), { lineWidth: 0 }).trimEnd();
      pipeline = withSetting(pipeline, connection, setting.path, value);
    }
  }
  return { ...texts, pipeline };
}
