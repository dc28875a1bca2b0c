import type { EntityDescription, Row } from '../../engine/connector.ts';
import { loadPipeline } from '../../engine/config/load.ts';
import { FindingsError } from '../../engine/cli/findings-error.ts';
import type { Diagnostic, Place } from '../../engine/diagnostics.ts';
import { loadConnector } from '../../engine/registry.ts';
import { compile } from '../../engine/transform/compile.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { stand } from '../support/harness.ts';
import { entityOf, putRow, tableSystem } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';

/** What every file of test/messages/records meets: one visit of an invented clinic, and a CRM with some rows. */
const visit: Row = {
  id: 1,
  name: 'Кедров',
  phone: '12345',
  birth: '31.02.1990',
  seen: '2026-03-01T10:00:00',
  tag: 'none',
  sum: 100,
  items: { product: 'Осмотр' },
  stamp: 1,
};

const text = (...names: readonly string[]) => names.map((name) => ({ name, type: 'text' as const }));

const descriptions: readonly EntityDescription[] = [
  {
    entity: 'deal',
    id: 'ID',
    fields: [
      ...text('VISIT', 'TITLE', 'STAGE'),
      { name: 'SUM', type: 'number' },
      { name: 'CREATED', type: 'datetime', readOnly: true },
    ],
    lists: [{ name: 'products', fields: text('PRODUCT') }],
  },
  {
    entity: 'lead',
    id: 'ID',
    fields: [...text('VISIT', 'TITLE', 'ORIGIN', 'MARK'), { name: 'SUM', type: 'number' }],
    lists: [],
    tag: { origin: 'ORIGIN', key: 'MARK' },
  },
  { entity: 'stage', id: 'ID', fields: text('NAME'), lists: [] },
];

/** What has to happen between two runs for a message to be due. */
const between: Readonly<Record<string, (crm: TableSystem) => void>> = {
  'row-of-ours-that-nothing-finds': (crm) => {
    delete entityOf(crm, 'lead').rows.get('1')?.['VISIT'];
  },
};

/** Runs a file and gives what was said of its record, or of the run. `folder`: where its data base comes to lie. */
export async function messagesOfRun(name: string, folder: string): Promise<readonly Diagnostic[]> {
  const crm = tableSystem('tables', descriptions);
  crm.rows = [visit];
  for (const key of ['a', 'b']) putRow(crm, 'deal', { TITLE: key, VISIT: key });
  for (const key of ['a', 'b']) putRow(crm, 'stage', { NAME: 'Кедров', ID: key });
  const sqlite = await loadConnector('sqlite');
  const connectors = [crm.connector, ...(sqlite ? [sqlite] : [])];
  const pipeline = await compiledFile(`${name}.yaml`, connectors, folder);
  const desk = await stand(connectors, name);
  try {
    let result = await desk.run(pipeline);
    const change = between[name];
    if (change) {
      change(crm);
      result = await desk.run(pipeline, { full: true });
    }
    const queued = await desk.state.queue({ open: true });
    const ofRun = result.error ? [result.error] : [];
    return [...ofRun.map(asFinding), ...queued.map(({ error }) => asFinding(error))];
  } finally {
    await desk.close();
  }
}

function asFinding({
  code,
  parameters,
  where,
}: Pick<Diagnostic, 'code' | 'parameters'> & { where?: Place | undefined }) {
  return { severity: 'error' as const, code, parameters, ...(where && { where }) };
}

async function compiledFile(
  file: string,
  connectors: Parameters<typeof stand>[0],
  folder: string,
): Promise<CompiledPipeline> {
  const registry = {
    connectorNames: () => connectors.map(({ name }) => name),
    loadConnector: async (name: string) => connectors.find((connector) => connector.name === name),
  };
  const { pipeline, findings } = await loadPipeline(file, { env: {}, registry });
  const compilation = pipeline && compile({ ...pipeline, folder });
  if (!compilation?.pipeline) throw new FindingsError([...findings, ...(compilation?.findings ?? [])]);
  return compilation.pipeline;
}
