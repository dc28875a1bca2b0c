import { choicesFor, listed } from '../../config/nearest.ts';
import { configErrors } from '../../config/errors.ts';
import { propertiesOf } from '../../config/schema-branch.ts';
import type { Connector } from '../../connector.ts';
import { connectorNames, loadConnector } from '../../registry.ts';
import { cliErrors } from '../errors.ts';
import { initErrors } from './errors.ts';
import { templateNamed, templates, templateWanted } from '../init.ts';
import type { Template } from '../init.ts';
import type { Side } from './from-live.ts';
import { templateBetween } from './from-template.ts';
import { mainKey } from './settings.ts';

/** What a project begins with: shipped files, or two systems as they are. */
export type Beginning = { readonly template: Template } | { readonly from: Side; readonly to: Side };

export interface BeginFlags {
  readonly template?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly funnel?: string | undefined;
}

/** Asks one thing; '' where there is no answer. Absent: nobody is there. */
export type Ask = (question: Question) => Promise<string>;

export type Question =
  | { readonly kind: 'template'; readonly names: readonly string[] }
  | { readonly kind: 'connector'; readonly role: 'from' | 'to'; readonly names: readonly string[] }
  | { readonly kind: 'what'; readonly role: 'from' | 'to'; readonly key: string; readonly about: string }
  | { readonly kind: 'look'; readonly names: readonly string[] }
  | { readonly kind: 'setting'; readonly of: string; readonly about: string; readonly isSecret: boolean }
  | { readonly kind: 'name'; readonly standard: string };

export async function chooseBeginning(flags: BeginFlags, ask: Ask | undefined): Promise<Beginning> {
  const { template, from, to, funnel } = flags;
  if (template !== undefined) {
    const other = (['from', 'to', 'funnel'] as const).find((name) => flags[name] !== undefined);
    if (other) throw cliErrors.flag_beside.error({ flag: '--template', other: `--${other}` });
    return { template: templateNamed(template) };
  }
  if (from === undefined && to === undefined && funnel === undefined) return await askBeginning(ask);
  if (from === undefined)
    throw cliErrors.flag_alone.error({ flag: to === undefined ? '--funnel' : '--to', other: '--from' });
  if (to === undefined) throw cliErrors.flag_alone.error({ flag: '--from', other: '--to' });
  return await between(from, to, funnel, ask);
}

async function askBeginning(ask: Ask | undefined): Promise<Beginning> {
  if (!ask) throw templateWanted();
  const all = templates();
  const names = all.map(({ name }) => name);
  const answer = await ask({ kind: 'template', names });
  if (answer !== '' && Number(answer) !== all.length + 1)
    return { template: all[Number(answer) - 1] ?? templateNamed(answer) };
  const from = await ask({ kind: 'connector', role: 'from', names: connectorNames() });
  const to = await ask({ kind: 'connector', role: 'to', names: connectorNames() });
  return { from: await sideOf('from', from, '', ask), to: await sideOf('to', to, from, ask) };
}

/** Without a word of what is read and written, the shipped pipeline between two such systems is meant. */
async function between(from: string, to: string, funnel: string | undefined, ask: Ask | undefined): Promise<Beginning> {
  const template =
    from.includes(':') || to.includes(':') || funnel !== undefined ? undefined : await templateBetween(from, to);
  if (template) return { template };
  return { from: await sideOf('from', from, '', ask), to: await sideOf('to', to, from, ask) };
}

async function sideOf(role: 'from' | 'to', given: string, other: string, ask: Ask | undefined): Promise<Side> {
  const [connectorName = '', ...rest] = given.split(':');
  const connector = await connectorNamed(connectorName);
  const ability = role === 'from' ? connector.source : connector.sink;
  if (!ability) {
    const facts = { name: connector.name, connector: connector.name };
    throw (role === 'from' ? configErrors.not_a_source : configErrors.not_a_target).error(facts);
  }
  const name = other.split(':')[0] === connector.name ? `${connector.name}2` : connector.name;
  const what = rest.join(':') || (await askWhat(role, connector, ability.settings, ask));
  return { connector, name, what };
}

async function connectorNamed(name: string): Promise<Connector> {
  const connector = await loadConnector(name);
  if (connector) return connector;
  throw configErrors.unknown_connector.error({ name, choices: choicesFor(name, connectorNames()) });
}

async function askWhat(
  role: 'from' | 'to',
  connector: Connector,
  settings: object,
  ask: Ask | undefined,
): Promise<string> {
  const key = mainKey(settings);
  const schema = propertiesOf(settings)[key] ?? {};
  const words: unknown = schema['enum'];
  const choices = Array.isArray(words)
    ? listed(words.map(String), (word) => word)
    : String(schema['description'] ?? '');
  const answer = await ask?.({ kind: 'what', role, key: `${connector.name}.${key}`, about: choices });
  if (answer) return answer;
  throw initErrors.what_wanted.error({ flag: `--${role}`, connector: connector.name, key, choices });
}
