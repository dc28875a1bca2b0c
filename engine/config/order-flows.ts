import { configErrors } from './errors.ts';
import { choicesFor } from './nearest.ts';
import { child, entries } from './node.ts';
import type { Entry, Node } from './node.ts';
import type { Flow } from './pipeline.ts';
import { textsIn } from './reader.ts';
import type { NamedText, Reader } from './reader.ts';
import { placeOf } from './source-text.ts';

/** Flows in order of execution: those named in `after` first, else the order of the file. */
export function orderFlows(flows: readonly Flow[]): readonly Flow[] {
  const ordered = new Set<Flow>();
  const open = new Set<Flow>();
  const place = (flow: Flow): void => {
    if (ordered.has(flow) || open.has(flow)) return;
    open.add(flow);
    for (const other of flows) if (flow.after.includes(other.name)) place(other);
    ordered.add(flow);
  };
  for (const flow of flows) place(flow);
  return [...ordered];
}

/** `after` names flows of the file and never leads back. */
export function checkAfter(node: Node | undefined, reader: Reader): void {
  const flows = entries(node);
  const names = flows.map(({ key }) => key);
  const reported = new Set<string>();
  for (const flow of flows) {
    for (const { text, span } of afterOf(flow)) {
      const circle = circleThrough(flow.key, text, flows);
      if (!names.includes(text)) {
        const choices = choicesFor(
          text,
          names.filter((name) => name !== flow.key),
        );
        reader.report(configErrors.unknown_flow.finding({ name: text, choices }, placeOf(span)));
      } else if (circle && !reported.has(circle.toSorted().join(' '))) {
        reported.add(circle.toSorted().join(' '));
        const shown = [...circle, flow.key].join(' → ');
        reader.report(configErrors.after_in_a_circle.finding({ circle: shown }, placeOf(span)));
      }
    }
  }
}

/** The flows on the shortest way from `from` over `next` back to `from`. */
function circleThrough(from: string, next: string, flows: readonly Entry[]): readonly string[] | undefined {
  let ways: readonly (readonly string[])[] = [[from, next]];
  const seen = new Set<string>();
  while (ways.length > 0) {
    const done = ways.find((way) => way.at(-1) === from);
    if (done) return done.slice(0, -1);
    ways = ways.flatMap((way) => {
      const last = way.at(-1) ?? '';
      if (seen.has(last)) return [];
      seen.add(last);
      const flow = flows.find(({ key }) => key === last);
      return flow ? afterOf(flow).map(({ text }) => [...way, text]) : [];
    });
  }
  return undefined;
}

function afterOf(flow: Entry): readonly NamedText[] {
  return textsIn(child(flow.node, 'after'));
}
