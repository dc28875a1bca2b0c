import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { expect, it } from 'vitest';
import { loadPipeline } from '../../engine/config/load.ts';
import type { Diagnostic } from '../../engine/diagnostics.ts';
import { connectorNames, registry } from '../../engine/registry.ts';
import type { Registry } from '../../engine/registry.ts';
import { inOneLine } from './fixture.ts';

/** The four complete files of the language's definition; they lie beside the repository, not in it. */
const folder = process.env['PIPE_DRAFTS'] ?? join(import.meta.dirname, '../../../shared/design/pipelines');
const drafts = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.yaml')) : [];
if (drafts.length === 0) process.stdout.write(`skipped: the draft pipelines are not at ${folder}\n`);

/** What the drafts themselves have wrong. */
const known: Readonly<Record<string, readonly string[]>> = {
  'bitrix-dictionaries-to-mysql.yaml': [
    '55:10 warning config.named_by_column: "ID" is the name of the column: the record calls it "id" → write id',
  ],
};

const open = Type.Object({}, { additionalProperties: true });

/** Connectors that take whatever their blocks hold. */
const anyConnector: Registry = {
  connectorNames: () => [],
  loadConnector: async (name) => ({
    name,
    summary: 'anything, for tests',
    settings: open,
    source: { settings: open },
    sink: { settings: open, entity: (block) => String(block['entity'] ?? block['table']), scan: true, deletes: true },
    connect: () => {
      throw new Error('tests of configuration connect to nothing');
    },
  }),
};

function linesOf(findings: readonly Diagnostic[], file: string): readonly string[] {
  return findings.map((finding) => inOneLine(finding, folder).replace(`${file}:`, ''));
}

const missing = new Set(['config.variable_missing', 'config.secret_missing', 'config.param_missing']);

function withoutVariables(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  return findings.filter(({ code }) => !missing.has(code));
}

it.skipIf(drafts.length > 0)('the draft pipelines are not here to be read', ({ skip }) => skip(`not at ${folder}`));

it.each(drafts)('the language of the draft %s is understood', async (file) => {
  const options = { env: {}, variables: 'optional', registry: anyConnector } as const;
  const { pipeline, findings } = await loadPipeline(join(folder, file), options);
  expect(linesOf(withoutVariables(findings), file)).toEqual(known[file] ?? []);
  expect(pipeline?.flows.every(({ targets }) => targets.length > 0)).toBe(true);
});

it.for(drafts)('the draft %s suits the connectors it names', async (file, { skip }) => {
  const { pipeline, findings } = await loadPipeline(join(folder, file), { env: {}, variables: 'optional', registry });
  const connectors = [...(pipeline?.connections.values() ?? [])].map(({ connector }) => connector);
  const absent = connectors.filter((connector) => !connectorNames().includes(connector));
  const unwritten = findings.flatMap(({ parameters }) => (parameters['key'] === 'stream' ? [parameters['value']] : []));
  const untargeted = findings.flatMap(({ code, parameters }) =>
    code === 'config.not_a_target' ? [`a target in ${String(parameters['connector'])}`] : [],
  );
  const needed = new Set([...absent, ...unwritten, ...untargeted]);
  if (needed.size > 0) {
    process.stdout.write(`skipped: ${file} needs ${[...needed].join(', ')}\n`);
    skip();
  }
  expect(linesOf(withoutVariables(findings), file)).toEqual(known[file] ?? []);
});
