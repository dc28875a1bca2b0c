import { basename, dirname, join } from 'node:path';
import type { Environment } from '../../config/interpolate.ts';
import { namedVariables } from '../../config/environment-example.ts';
import { readLock } from '../../config/lock-file.ts';
import { variableFor } from '../../config/read-connections.ts';
import type { Diagnostic } from '../../diagnostics.ts';
import { choicesFor } from '../../config/nearest.ts';
import { cliErrors } from '../errors.ts';
import { checkName, projectFiles, templateText, writeNew } from '../init.ts';
import type { NewPipeline, WrittenFiles } from '../init.ts';
import { fromVault } from '../from-vault.ts';
import { shippedFile } from '../shipped.ts';
import type { Replacement } from './adapt-template.ts';
import { chooseBeginning } from './choose.ts';
import type { Ask, BeginFlags, Beginning } from './choose.ts';
import { withDraft } from './draft.ts';
import { fromLive } from './from-live.ts';
import { fromTemplate, shippedPipeline } from './from-template.ts';
import { aboutSetting, givenConnections, wantedSettings } from './settings.ts';
import type { GivenConnections, Setting } from './settings.ts';

export interface BeginOptions extends BeginFlags {
  /** A folder, or the file of the new pipeline. */
  readonly place: string;
  readonly name?: string | undefined;
  readonly connection?: readonly string[] | undefined;
  readonly env: Environment;
  readonly ask?: Ask;
  readonly signal: AbortSignal;
}

/** What `pipe init` did. */
export interface BegunProject extends WrittenFiles {
  readonly folder: string;
  /** Absent: it was made from two systems as they are. */
  readonly template?: string;
  readonly name: string;
  readonly replaced: readonly Replacement[];
  /** Systems were asked: beside the pipeline lies what they said. */
  readonly isLive: boolean;
  readonly findings: readonly Diagnostic[];
}

/** Writes a new project, or nothing at all. */
export async function begin(options: BeginOptions): Promise<BegunProject> {
  const { place, ask } = options;
  const isFile = /\.ya?ml$/i.test(place);
  const folder = isFile ? dirname(place) : place;
  const beginning = await chooseBeginning(options, ask);
  const given = await connectionsFor(beginning, options);
  const standard = 'template' in beginning ? beginning.template.name : `${beginning.from.name}-to-${beginning.to.name}`;
  const named = options.name ?? (isFile ? basename(place).replace(/\.ya?ml$/i, '') : undefined);
  const name = named ?? ((await nameAsked(options, standard)) || standard);
  const file = join(folder, `${name}.yaml`);
  checkName(name, file);
  const { project, ...more } = await projectOf(beginning, name, file, given, options);
  const files = await projectFiles(project, folder);
  return { folder, name, ...more, ...writeNew(folder, files) };
}

async function nameAsked({ ask, template, from }: BeginOptions, standard: string): Promise<string> {
  return template === undefined && from === undefined && ask ? await ask({ kind: 'name', standard }) : '';
}

async function projectOf(
  beginning: Beginning,
  name: string,
  file: string,
  given: GivenConnections,
  options: BeginOptions,
): Promise<Pick<BegunProject, 'template' | 'replaced' | 'isLive' | 'findings'> & { readonly project: NewPipeline }> {
  if ('template' in beginning) {
    const { template } = beginning;
    const { data } = template;
    const plain = { template: template.name, replaced: [], isLive: false, findings: [] };
    const texts = templateText(template, name);
    if (given.size === 0) return { ...plain, project: { name, data, ...texts } };
    const env = await answered(texts.pipeline, [...given.keys()], options);
    const { replaced, findings, ...begun } = await fromTemplate({ template, name, file, given }, env, options.signal);
    return { template: template.name, replaced, isLive: true, findings, project: { name, data, ...begun } };
  }
  const { from, to } = beginning;
  const pair = { name, file, from, to, given, funnel: options.funnel };
  const { findings, ...begun } = await fromLive(pair, options.env, options.signal);
  return { replaced: [], isLive: true, findings, project: { name, ...begun } };
}

// ---- connections ----------------------------------------------------------------------------------------------------

/** What the flags say of connections, and on a terminal what is typed. */
async function connectionsFor(beginning: Beginning, options: BeginOptions): Promise<GivenConnections> {
  const given = new Map(givenConnections(options.connection ?? []));
  if ('template' in beginning) {
    const isKnown = readLock(shippedFile(beginning.template.pipeline)).lock !== undefined;
    if (!options.ask || !isKnown || given.size > 0 || options.template !== undefined) return given;
    const names = [...((await shippedPipeline(beginning.template))?.connections.keys() ?? [])];
    const answer = await options.ask({ kind: 'look', names });
    return new Map(
      answer
        .split(/[\s,]+/)
        .filter(Boolean)
        .map((name) => [name, []]),
    );
  }
  const sides = [beginning.from, beginning.to];
  const names = sides.map((side) => side.name);
  const unknown = [...given.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw cliErrors.unknown_connection.error({
      connection: unknown,
      file: options.place,
      choices: choicesFor(unknown, names),
    });
  for (const { name, connector } of sides) {
    const settings: Setting[] = [...(given.get(name) ?? [])];
    for (const key of wantedSettings(connector, settings)) {
      const { about, isSecret } = aboutSetting(connector, key);
      if (!options.ask || holds(options.env, variableFor([name, key]), isSecret)) continue;
      const value = await options.ask({ kind: 'setting', of: `${name}.${key}`, about, isSecret });
      if (value) settings.push({ path: [key], value });
    }
    given.set(name, settings);
  }
  return given;
}

/** With what is typed for the variables of these connections; nobody writes it down. */
async function answered(text: string, names: readonly string[], { env, ask }: BeginOptions): Promise<Environment> {
  if (!ask) return env;
  const typed: Record<string, string> = {};
  for (const { name, about, isSecret, otherwise } of await withDraft(text, namedVariables)) {
    const isOfThese = names.some((one) => about.startsWith(`${one}.`));
    if (!isOfThese || otherwise !== undefined || holds(env, name, isSecret)) continue;
    const value = await ask({ kind: 'setting', of: name, about, isSecret });
    if (value) typed[name] = value;
  }
  return { ...env, ...typed };
}

function holds(env: Environment, name: string, isSecret: boolean): boolean {
  if (env[name] || env[`${name}_FILE`]) return true;
  return isSecret && fromVault()(name) !== undefined;
}
