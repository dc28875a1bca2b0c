import { connect } from '../../../connectors/bitrix24/connection.ts';
import bitrix24 from '../../../connectors/bitrix24/index.ts';
import type { Connector, Host } from '../../../engine/index.ts';
import { runPipeline } from '../../../engine/run/run-pipeline.ts';
import { openPortalBook } from '../../../engine/state/portal-book.ts';
import { openState } from '../../../engine/state/open-state.ts';
import { compiled } from '../../support/harness.ts';
import { tableSystem } from '../../support/table-connector.ts';
import { sharedTime, type SharedTime } from './shared-time.ts';
import { memoryTokens } from '../../support/tokens.ts';

/** One pipeline as a process of its own: `records` new deals into the portal, on the time its parent keeps. */
export interface PipelineTask {
  readonly folder: string;
  readonly webhook: string;
  readonly name: string;
  readonly records: number;
  readonly batch: number;
  readonly start: number;
}

const task = JSON.parse(process.argv[2] ?? '{}') as PipelineTask;
const time = sharedTime(task.start);
const rows = tableSystem('rows', []);
rows.rows = Array.from({ length: task.records }, (_, index) => ({ id: index + 1 }));
const portal = {
  ...bitrix24,
  connect: (settings, host) => connect(settings, counting(host, time)),
} satisfies Connector<typeof bitrix24.settings>;
const connectors: readonly Connector[] = [rows.connector, portal];
const pipeline = await compiled(
  `
version: 1
name: ${task.name}
connections:
  rows: { connector: rows }
  portal: { connector: bitrix24, webhook: ${task.webhook} }
flows:
  visits:
    source: { connection: rows, batch: ${task.batch} }
    key: id
    map: { id: '"${task.name}" & id' }
    targets:
      deal:
        connection: portal
        entity: deal
        key: [ORIGIN_ID]
        match: [{ name: visit, by: [ORIGIN_ID] }]
        fields: { ORIGIN_ID: id, TITLE: id }
`,
  connectors,
);
const book = await openPortalBook(task.folder, time);
const state = await openState(':memory:', { pipeline: task.name, clock: time });
const { exitCode, flows, error } = await runPipeline({
  compiled: pipeline,
  connectors: new Map(connectors.map((connector) => [connector.name, connector])),
  options: { full: false, allow: new Set() },
  state,
  book,
  tokens: memoryTokens(),
  lease: { verify: () => undefined, release: () => undefined },
  clock: time,
  signal: new AbortController().signal,
  emit: () => undefined,
});
await state.close();
await book.close();
process.send?.(time.state());
process.send?.({ done: { exitCode, created: flows[0]?.created, error: error?.message } });
process.disconnect();

/** Tells the clock of every request that is under way. */
function counting(host: Host, clock: SharedTime): Host {
  return {
    ...host,
    admit: async (charge, signal) => {
      const admission = await host.admit(charge, signal);
      clock.sent();
      return {
        ended: (measured) => {
          admission.ended(measured);
          clock.received();
        },
      };
    },
  };
}
