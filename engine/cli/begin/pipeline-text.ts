import { stringify } from 'yaml';
import type { Field } from '../../connector.ts';
import type { Entry, Mapping, Written } from './mapping.ts';

/** What a new pipeline is called and connects. */
export interface Frame {
  readonly name: string;
  readonly description: string;
  /** YAML of the two connections, two spaces in. */
  readonly connections: string;
  readonly flow: string;
  readonly target: string;
  readonly from: { readonly connection: string; readonly block: Readonly<Record<string, string | number>> };
  readonly to: { readonly connection: string; readonly block: Readonly<Record<string, string | number>> };
  /** The first run makes the table. */
  readonly isMade: boolean;
}

/** A flow as far as it must be written for its connections to be opened. */
export function frameText(frame: Frame): string {
  return [
    ...head(frame, false),
    ...source(frame, []),
    '    key: id',
    ...target(frame),
    '        key: [id]',
    '        fields: all',
    '',
  ].join('\n');
}

export function pipelineText(frame: Frame, mapping: Mapping, columns: readonly Field[]): string {
  return [
    ...head(frame, isZoned(mapping)),
    ...source(frame, columns),
    `    key: ${scalar(mapping.key)}${mapping.isKeyGuessed ? ' # nobody says so: see that no two rows share it' : ''}`,
    ...mapLines(mapping),
    ...target(frame),
    ...identityLines(frame, mapping),
    ...fieldLines(mapping),
    '',
  ].join('\n');
}

function head({ name, description, connections }: Frame, zoned: boolean): readonly string[] {
  return [
    'version: 1',
    `name: ${scalar(name)}`,
    `description: ${scalar(description)}`,
    '',
    ...(zoned
      ? [
          'params:',
          '  timezone: { type: string, default: Europe/Moscow, description: zone of the clocks of the source }',
          '',
        ]
      : []),
    'connections:',
    connections,
    '',
    '# It runs when it is told to, until there is a schedule:',
    '# schedule: [{ every: 30m }]',
    '',
    'flows:',
  ];
}

function isZoned({ map = [] }: Mapping): boolean {
  return map.some(({ value }) => typeof value === 'string' && value.includes('$params.timezone'));
}

function source({ flow, from }: Frame, columns: readonly Field[]): readonly string[] {
  const stamp = columns.find(({ name, type }) => type === 'datetime' && /chang|modif|updat|измен/i.test(name));
  const hint = stamp && [
    '      # Read whole each time. If every change moves this column, only what changed can be read:',
    `      # cursor: { field: ${scalar(stamp.name)}, first: all, overlap: 5m }`,
  ];
  return [
    `  ${scalar(flow)}:`,
    '    source:',
    `      connection: ${scalar(from.connection)}`,
    ...blockLines(from.block, 6),
    ...(hint ?? []),
  ];
}

function target({ target: name, to, isMade }: Frame): readonly string[] {
  return [
    '    targets:',
    `      ${scalar(name)}:`,
    `        connection: ${scalar(to.connection)}`,
    ...blockLines(to.block, 8),
    ...(isMade ? ['        ddl: create # it is not there: the first run makes it'] : []),
  ];
}

function blockLines(block: Frame['to']['block'], indent: number): readonly string[] {
  return Object.entries(block).map(([key, value]) => `${' '.repeat(indent)}${key}: ${scalar(value)}`);
}

// ---- map ------------------------------------------------------------------------------------------------------------

function mapLines({ map, require, idle, funnel }: Mapping): readonly string[] {
  if (!map) return [];
  const named = idle.map(({ name, type }) => `${comment(name)} (${type})`);
  return [
    '    map:',
    ...map.flatMap((entry) => entryLines(entry, funnel?.value)),
    ...(named.length > 0 ? wrapped('      # In no field yet: ', named) : []),
    ...(require.length > 0 ? [`    require: [${require.map(scalar).join(', ')}]`] : []),
  ];
}

function entryLines({ name, value }: Entry, funnel: string | undefined): readonly string[] {
  if (typeof value === 'string') return [`      ${scalar(name)}: ${scalar(value)}`];
  return [
    `      ${scalar(name)}:`,
    `        from: ${scalar(value.from)}`,
    `        table: # left what ${comment(value.from)} says, right a stage${funnel === undefined ? '' : ` of funnel ${comment(funnel)}`}: fill in`,
    ...value.rows.map(([said, stage]) => `          ${scalar(said)}: ${scalar(stage)}`),
    `        otherwise: { const: ${constant(value.otherwise)}, warn: true }`,
  ];
}

// ---- target ---------------------------------------------------------------------------------------------------------

function identityLines({ isMade }: Frame, { targetKey, lacking }: Mapping): readonly string[] {
  const names = lacking.map(({ name }) => comment(name)).join(', ');
  const missing =
    lacking.length > 0 && !isMade
      ? [`        missing: skip # a new row must have ${names}: fill in below, then take this away`]
      : [];
  if (targetKey.length > 0) return [`        key: [${targetKey.map(flowScalar).join(', ')}]`, ...missing];
  return [
    '        # Its rows are found again by the mark they get when they are made. Those people made by hand have none:',
    '        # say with `match` how to find them, or there will be two of each.',
    ...missing,
  ];
}

function fieldLines({ fields, renamedKey, key, free, funnel }: Mapping): readonly string[] {
  if (fields === 'all' && renamedKey === undefined) return ['        fields: all'];
  if (fields === 'all')
    return ['        fields:', '          "*": all', `          ${scalar(renamedKey ?? '')}: ${scalar(key)}`];
  const others =
    funnel && funnel.others.length > 0 ? [`          # Other funnels: ${funnel.others.map(comment).join(', ')}`] : [];
  return [
    '        fields:',
    ...(fields.length === 0 ? ['          {}'] : fields.map(writtenLine)),
    ...others,
    ...free.map((field) => `          # ${comment(scalar(field.name))}:${about(field)}`),
  ];
}

function writtenLine({ field, value, once }: Written): string {
  const content = typeof value === 'string' ? `value: ${scalar(value)}` : `const: ${constant(value.const)}`;
  const isPlain = typeof value === 'string' && once !== true;
  const written = isPlain ? scalar(value) : `{ ${content}${once ? ', write: create' : ''} }`;
  return `          ${scalar(field.name)}: ${written}${field.title === undefined || field.title === field.name ? '' : ` # ${comment(field.title)}`}`;
}

/** What people see of a field: title, type, the first of its options. */
function about({ title, name, type, required, options = [] }: Field): string {
  const shown = options.slice(0, 6).map(({ text }) => comment(text));
  const choices =
    shown.length === 0 ? '' : `: ${[...shown, ...(options.length > shown.length ? ['…'] : [])].join(' | ')}`;
  const words = [
    title === name ? undefined : title && comment(title),
    `${required ? 'required, ' : ''}${type}${choices}`,
  ];
  return ` # ${words.filter(Boolean).join(', ')}`;
}

function wrapped(first: string, words: readonly string[]): readonly string[] {
  const lines: string[] = [];
  let line = first;
  for (const [index, word] of words.entries()) {
    const next = `${word}${index < words.length - 1 ? ', ' : ''}`;
    if (line.length + next.length > 118) {
      lines.push(line.trimEnd());
      line = '      #   ';
    }
    line += next;
  }
  return [...lines, line];
}

/** As YAML takes it in a block. */
function scalar(value: string | number): string {
  return stringify(value, { lineWidth: 0, defaultStringType: 'PLAIN' }).trimEnd();
}

/** Within `[ ]` and `{ }`, where a comma ends it. */
function flowScalar(value: string): string {
  return /[,[\]{}]/.test(value) ? JSON.stringify(value) : scalar(value);
}

/** Ids of funnels are texts that look like numbers. */
function constant(value: string): string {
  return /^[\p{L}][\p{L}\p{N} _-]*$/u.test(value) ? scalar(value) : JSON.stringify(value);
}

/** Names of other people's fields may hold anything. */
function comment(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 80);
}
