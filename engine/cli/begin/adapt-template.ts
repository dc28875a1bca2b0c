import type { Lock, LockedConnection } from '../../config/lock-file.ts';
import { listed } from '../../config/nearest.ts';
import type { Connector, Field, FieldOption } from '../../connector.ts';
import type { Diagnostic } from '../../diagnostics.ts';
import { typeErrors } from '../../transform/infer/errors.ts';
import { transformErrors } from '../../transform/errors.ts';
import { initErrors } from './errors.ts';
import { compileDraft, readDraft } from './draft.ts';
import type { DraftOptions } from './draft.ts';
import { edited, renamed, revalued } from './rename.ts';
import { folded, nearestTitles } from './words.ts';

/** A code of the template and the one that has its name in the live system. */
export interface Replacement {
  readonly entity: string;
  /** The field whose option it is. */
  readonly field?: string;
  readonly title: string;
  readonly was: string;
  readonly is: string;
}

export interface Texts {
  readonly pipeline: string;
  readonly test?: string;
}

export interface Adapted extends Texts {
  readonly replaced: readonly Replacement[];
  /** What is not there under any code, and whatever else does not fit. */
  readonly findings: readonly Diagnostic[];
  /** Entities that `provision` is to make fields of: until then nobody may hold the live one against the pipeline. */
  readonly unmade: readonly string[];
}

export interface Adapting {
  readonly file: string;
  readonly options: DraftOptions;
  readonly connectors: ReadonlyMap<string, Connector>;
  /** What the codes of the template are called. */
  readonly shipped: Lock;
  /** The systems that were looked into, the others as shipped. */
  readonly live: Lock;
  /** Connections that were looked into. */
  readonly looked: readonly string[];
}

/** Codes of fields and options, looked up in the live system by what people call them there. */
export async function adaptTemplate(template: Texts, around: Adapting): Promise<Adapted> {
  const fields = (await lackingIn(template, around)).flatMap((lack) => ('option' in lack ? [] : [lack]));
  const renames = unambiguous(
    fields.flatMap((lack) => replacementOf(lack) ?? []),
    around,
  );
  const rename = (text: string): string => renames.reduce((done, { was, is }) => renamed(done, was, is), text);
  const first = { pipeline: rename(template.pipeline), ...(template.test && { test: rename(template.test) }) };
  const options = (await lackingIn(first, around)).flatMap((lack) => ('option' in lack ? [lack] : []));
  const found = options.flatMap((lack) => {
    const replacement = replacementOf(lack);
    return replacement && lack.finding.where ? [{ ...replacement, where: lack.finding.where }] : [];
  });
  const values = new Map(found.map(({ was, is }) => [was, is]));
  const texts = {
    pipeline: edited(first.pipeline, found),
    ...(first.test && { test: revalued(first.test, values) }),
  };
  const chosen = found.map(({ where: _where, ...replacement }) => replacement);
  const replaced = [...new Map([...renames, ...chosen].map((each) => [JSON.stringify(each), each])).values()];
  return { ...texts, replaced, ...(await leftIn(texts, around)) };
}

// ---- what lacks -----------------------------------------------------------------------------------------------------

interface Lack {
  readonly finding: Diagnostic;
  readonly connection: string;
  readonly entity: string;
  /** As the template's portal has it; where it is an option, the field it is one of. */
  readonly field: Field;
  /** Fields of the live entity. */
  readonly fields: readonly Field[];
}

interface LackingOption extends Lack {
  readonly option: FieldOption;
  readonly options: readonly FieldOption[];
}

async function findingsIn({ pipeline: text }: Texts, around: Adapting): Promise<readonly Diagnostic[]> {
  const pipeline = await readDraft({ text, file: around.file }, around.options);
  return compileDraft(pipeline, around.connectors, around.live);
}

async function lackingIn(texts: Texts, around: Adapting): Promise<readonly (Lack | LackingOption)[]> {
  const findings = await findingsIn(texts, around);
  return findings.flatMap((finding) => lackOf(finding, around) ?? []);
}

/** Findings of names and options that the template's own portal has and the live one has not. */
function lackOf(finding: Diagnostic, around: Adapting): Lack | LackingOption | undefined {
  const { code, parameters } = finding;
  const text = (name: string): string => String(parameters[name]);
  switch (code) {
    case transformErrors.unknown_target_field.code:
      return fieldLack(finding, text('entity'), text('name'), around);
    case typeErrors.not_provisioned.code:
      return fieldLack(finding, text('entity'), text('field'), around);
    case typeErrors.unknown_option.code:
    case typeErrors.other_funnel.code:
      return optionLack(finding, text('value'), around, { entity: text('entity'), field: text('field') });
    case typeErrors.never_this.code:
      return optionLack(finding, text('value'), around);
    default:
      return undefined;
  }
}

function fieldLack(finding: Diagnostic, entity: string, name: string, around: Adapting): Lack | undefined {
  for (const connection of around.looked) {
    const field = fieldsOf(around.shipped.connections[connection], entity).find((one) => one.name === name);
    const fields = ownNames(fieldsOf(around.live.connections[connection], entity));
    if (field && fields.length > 0) return { finding, connection, entity, field, fields };
  }
  return undefined;
}

interface Owner {
  readonly entity: string;
  readonly field: string;
}

function optionLack(
  finding: Diagnostic,
  value: string,
  { looked, shipped, live }: Adapting,
  owner?: Owner,
): LackingOption | undefined {
  for (const connection of looked) {
    for (const [entity, { fields: known }] of Object.entries(shipped.connections[connection]?.entities ?? {})) {
      if (owner && owner.entity !== entity) continue;
      for (const field of known) {
        if (owner && owner.field !== field.name) continue;
        const option = field.options?.find(({ id, text }) => id === value || text === value);
        const fields = fieldsOf(live.connections[connection], entity);
        const options = fields.find(({ name }) => name === field.name)?.options ?? [];
        if (option && options.length > 0) {
          const sameFunnel = options.filter(({ within }) => within?.value === option.within?.value);
          return {
            finding,
            connection,
            entity,
            field,
            fields,
            option,
            options: sameFunnel.length > 0 ? sameFunnel : options,
          };
        }
      }
    }
  }
  return undefined;
}

function fieldsOf(connection: LockedConnection | undefined, entity: string): readonly Field[] {
  return connection?.entities[entity]?.fields ?? [];
}

/** Without the codes and ids by which a field goes too. */
function ownNames(fields: readonly Field[]): readonly Field[] {
  const names = new Set(fields.map(({ name }) => name));
  return fields.filter(({ name, title }) => title === undefined || title === name || !names.has(title));
}

// ---- what takes its place -------------------------------------------------------------------------------------------

function replacementOf(lack: Lack | LackingOption): Replacement | undefined {
  const { entity, field } = lack;
  if ('option' in lack) {
    const { option, options } = lack;
    const named = [...new Set(options.filter(({ text }) => folded(text) === folded(option.text)).map(({ id }) => id))];
    const [is] = named;
    if (is === undefined || named.length > 1) return undefined;
    return { entity, field: field.name, title: option.text, was: String(lack.finding.parameters['value']), is };
  }
  const title = titleOf(field);
  const named = lack.fields.filter((one) => folded(titleOf(one)) === folded(title) && one.type === field.type);
  const [only] = named;
  return only && named.length === 1 ? { entity, title, was: field.name, is: only.name } : undefined;
}

function titleOf({ name, title }: Field): string {
  return title ?? name;
}

/** A code that means something else in another entity stays: text by text nobody could tell them apart. */
function unambiguous(replacements: readonly Replacement[], { looked, live }: Adapting): readonly Replacement[] {
  const entities = looked.flatMap((name) => Object.values(live.connections[name]?.entities ?? {}));
  const isElsewhere = (was: string): boolean => entities.some(({ fields }) => fields.some(({ name }) => name === was));
  const whole = [...new Map(replacements.map((each) => [`${each.was} ${each.is}`, each])).values()];
  return whole.filter(({ was, is }) => !isElsewhere(was) && whole.every((one) => one.was !== was || one.is === is));
}

// ---- what is left ---------------------------------------------------------------------------------------------------

/** Each lack once, by what people call it; fields that `provision` makes together; other findings as they are. */
async function leftIn(texts: Texts, around: Adapting): Promise<Pick<Adapted, 'findings' | 'unmade'>> {
  const findings = await findingsIn(texts, around);
  const made = new Map(findings.flatMap((finding) => (isMade(finding) ? [[fieldKey(finding), finding] as const] : [])));
  const told = new Map<string, Diagnostic>();
  for (const finding of findings) {
    if (made.has(fieldKey(finding))) continue;
    const lack = finding.code === typeErrors.not_provisioned.code ? undefined : lackOf(finding, around);
    const said = lack ? nearestOf(lack) : finding;
    const key = lack ? JSON.stringify(said.parameters) : JSON.stringify(said);
    if (!told.has(key)) told.set(key, said);
  }
  const fields = [...made.values()].map(({ parameters }) => `${parameters['entity']}.${parameters['field']}`);
  const together = initErrors.to_provision.finding(
    { fields: fields.join(', '), file: around.file },
    undefined,
    'warning',
  );
  const unmade = [...new Set([...made.values()].map(({ parameters }) => String(parameters['entity'])))];
  return { findings: [...told.values(), ...(fields.length > 0 ? [together] : [])], unmade };
}

/** The mapping says how to make it, and no other field is called almost so. */
function isMade({ code, parameters }: Diagnostic): boolean {
  return code === typeErrors.not_provisioned.code && !String(parameters['known']).startsWith('"');
}

/** Of which field of which entity a finding is that there is none. */
function fieldKey({ code, parameters }: Diagnostic): string {
  const isUnknown = code === transformErrors.unknown_target_field.code;
  const isUnmade = code === typeErrors.not_provisioned.code;
  const field = isUnknown ? parameters['name'] : isUnmade ? parameters['field'] : undefined;
  return JSON.stringify([field === undefined ? code : '', parameters['entity'], field]);
}

function nearestOf(lack: Lack | LackingOption): Diagnostic {
  const { finding, connection, entity, field } = lack;
  const facts = { connection, entity };
  if ('option' in lack) {
    const known = alike(lack.option.text, new Map(lack.options.map(({ id, text }) => [id, text])));
    const named = { ...facts, field: titleOf(field), option: lack.option.id, title: lack.option.text, known };
    return initErrors.option_not_there.finding(named, finding.where, 'warning');
  }
  const named = { ...facts, field: field.name, title: titleOf(field) };
  // Where the template's own has no title, fields go by what people call them.
  const titled = lack.fields.flatMap(({ name, title = field.title === undefined ? name : '', readOnly }) =>
    title !== '' && !readOnly ? [[name, title] as const] : [],
  );
  if (titled.length === 0) return initErrors.field_to_make.finding(named, finding.where, 'warning');
  const known = alike(named.title, new Map(titled));
  return initErrors.field_not_there.finding({ ...named, known }, finding.where, 'warning');
}

/** Codes with the titles most like this one, or else all there are. */
function alike(title: string, titles: ReadonlyMap<string, string>): string {
  const near = nearestTitles(title, [...titles.values()]);
  const shown = [...titles].filter(([, one]) => near.length === 0 || near.includes(one));
  const names = new Map(shown.map(([code, one]) => [code, code === one ? code : `${code} (${one})`]));
  return listed([...names.keys()], (code) => names.get(code) ?? code);
}
