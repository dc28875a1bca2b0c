import type { Pipeline } from '../../config/pipeline.ts';

/** A Mermaid diagram: systems as cylinders, flows between them, look-ups dotted. */
export function diagram({ connections, flows }: Pipeline): string {
  const nodeOf = new Map([...connections.keys()].map((name, index) => [name, `c${index}`]));
  const systems = [...connections.values()].map(
    ({ name, connector }) => `  ${nodeOf.get(name)}[("${label(name)}<br>${label(connector)}")]`,
  );
  const arrows = flows.flatMap(({ name, source, targets, after }, index) => [
    `  f${index}["${label(name)}"]`,
    `  ${nodeOf.get(source.connection)} --> f${index}`,
    ...targets.map(({ name: target, connection, fields }) => {
      return `  f${index} ${fields ? '-->' : '-.->'}|"${label(target)}"| ${nodeOf.get(connection)}`;
    }),
    ...after.map((earlier) => `  f${flows.findIndex((flow) => flow.name === earlier)} ~~~ f${index}`),
  ]);
  return ['```mermaid', 'flowchart LR', ...systems, ...arrows, '```'].join('\n');
}

function label(text: string): string {
  return text.replaceAll('"', '#quot;');
}
