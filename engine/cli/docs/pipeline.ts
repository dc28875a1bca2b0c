import type { NamedVariable } from '../../config/environment-example.ts';
import type { Brake, Flow, Pipeline, ScheduleEntry } from '../../config/pipeline.ts';
import type { Language } from '../../messages/template.ts';
import { diagram } from './diagram.ts';
import { blocks, code, duration, list, plain, table } from './markdown.ts';
import { tablesText } from './tables.ts';
import type { DocumentedTable } from './tables.ts';
import { targetText } from './target.ts';
import { valueText } from './values.ts';
import { words } from './words.ts';
import type { Words } from './words.ts';

/** A pipeline as Markdown: the same text as long as nothing changes. No secret, no value of this machine is in it. */
export function pipelineText(
  pipeline: Pipeline,
  variables: readonly NamedVariable[],
  tables: readonly DocumentedTable[],
  language: Language,
): string {
  const say = words[language];
  const { name, description, schedule, flows } = pipeline;
  return blocks(
    `# ${name}`,
    description === undefined ? '' : plain(description),
    diagram(pipeline),
    schedule.length > 0 ? `## ${say.schedule}\n\n${list(schedule.map((entry) => entryText(entry, say)))}` : '',
    brakesText(pipeline, say),
    variables.length > 0 ? `## ${say.variables}\n\n${variablesTable(variables, say)}` : '',
    ...flows.map((flow) => flowText(flow, say)),
    tables.length > 0 ? `## ${say.tables}\n\n${tablesText(tables, say)}` : '',
  );
}

function entryText(entry: ScheduleEntry, say: Words): string {
  const { flows, mode } = entry;
  const zone = entry.on === 'cron' && entry.timezone !== undefined ? ` ${say.by} ${entry.timezone}` : '';
  const when = entry.on === 'time' ? `${say.every} ${duration(entry.everyMs)}` : `${code(entry.cron)}${zone}`;
  const which = flows ? `: ${flows.map(code).join(', ')}` : '';
  return `${when}${which}${mode === 'full' ? `, ${say.full}` : ''}`;
}

function brakesText({ brakes }: Pipeline, say: Words): string {
  const kinds = (['creates', 'updates', 'deletes'] as const).flatMap((kind) => {
    const brake = brakes[kind];
    return brake ? [`${say.kinds[kind]} ${amount(brake, say)}`] : [];
  });
  return kinds.length === 0 ? '' : `${say.brakes}\n\n${list(kinds)}`;
}

function amount(brake: Brake, say: Words): string {
  return 'rows' in brake ? `${brake.rows} ${say.rows}` : `${Math.round(brake.share * 1000) / 10} % ${say.ofRows}`;
}

function variablesTable(variables: readonly NamedVariable[], say: Words): string {
  return table(
    [say.variable, say.about, say.otherwise],
    variables.map(({ name, about, isSecret, otherwise }) => [
      code(name),
      `${plain(about)}${isSecret ? ` (${say.secret})` : ''}`,
      otherwise === undefined ? say.wanted : code(otherwise),
    ]),
  );
}

function flowText(flow: Flow, say: Words): string {
  const { name, enabled, after, require, guards, targets, map } = flow;
  const entries = [...(map?.values() ?? [])];
  return blocks(
    `## ${say.flow} ${code(name)}`,
    enabled ? `${say.only} ${code(enabled.text)}.` : '',
    after.length > 0 ? `${say.after} ${after.map(code).join(', ')}.` : '',
    sourceText(flow, say),
    `### ${say.record}`,
    map
      ? table(
          [say.field, say.value],
          entries.map((entry) => [code(entry.name), valueText(entry.value)]),
        )
      : say.asRead,
    `${say.key}: ${code(flow.key)}.`,
    require.length > 0 ? `${say.required} ${require.map(({ field }) => code(field)).join(', ')}.` : '',
    guards.length > 0
      ? `${say.guards}\n\n${list(guards.map((guard) => `${code(guard.if.text)} → **${guard.skip}**`))}`
      : '',
    ...targets.map((target) => targetText(target, say)),
  );
}

/** The connector's own keys as the file has them: none of them is a secret. */
function sourceText({ source }: Flow, say: Words): string {
  const { connection, block, window } = source;
  const what = Object.entries(block).map(([key, value]) =>
    code(`${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`),
  );
  const read = `${say.reads} ${what.join(', ')} ${say.from} **${connection}**`;
  if (!window) return `${read}, ${say.allOfIt}.`;
  const { field, firstMs, overlapMs } = window;
  return `${read}, ${say.cursor} ${code(field)}: ${say.first} ${code(duration(firstMs))}, ${say.overlap} ${code(duration(overlapMs))}.`;
}
