import { onTestFinished } from 'vitest';
import { startPortal } from '../../../connectors/bitrix24/sandbox/index.ts';
import type { Portal, PortalOptions } from '../../../connectors/bitrix24/sandbox/index.ts';
import { loadPipeline } from '../../../engine/config/load.ts';
import type { Connector } from '../../../engine/connector.ts';
import { textOf } from '../../../engine/diagnostics.ts';
import { loadConnector } from '../../../engine/registry.ts';
import type { RunOptions } from '../../../engine/run/context.ts';
import type { RunResult } from '../../../engine/run/run-pipeline.ts';
import { compile } from '../../../engine/transform/compile.ts';
import type { CompiledPipeline } from '../../../engine/transform/compiled.ts';
import { stand } from '../../support/harness.ts';
import type { Stand } from '../../support/harness.ts';

/** A shipped pipeline between a sandbox portal and a real data base, on a clock of its own. */
export interface Copying {
  readonly portal: Portal;
  readonly desk: Stand;
  readonly compiled: CompiledPipeline;
  run(options?: Partial<RunOptions>): Promise<RunResult>;
  /** Calls a method as another program would, past the pipeline. */
  call(method: string, params: unknown): Promise<unknown>;
  /** The counts of a flow, or of all of them: `{ cities: { created: 6, … } }`. */
  counts(result: RunResult): Readonly<Record<string, unknown>>;
}

export interface CopyingOptions {
  readonly file: string;
  readonly database: { readonly connection: string; readonly settings: Readonly<Record<string, unknown>> };
  readonly portal?: PortalOptions;
  readonly params?: readonly string[];
}

export async function startCopying({ file, database, portal: given, params = [] }: CopyingOptions): Promise<Copying> {
  const connectors = new Map<string, Connector>();
  for (const name of ['bitrix24', 'mysql', 'postgres']) {
    const connector = await loadConnector(name);
    if (connector) connectors.set(name, connector);
  }
  const desk = await stand([...connectors.values()], 'copying');
  onTestFinished(() => desk.close());
  const portal = await startPortal({ now: desk.clock.now, limits: 'off', ...given });
  onTestFinished(() => portal.close());
  const { pipeline, findings } = await loadPipeline(file, {
    env: {},
    params,
    sandboxes: {
      portal: { webhook: portal.webhook, limits: { capacity: 1_000_000, perSecond: 1_000_000 } },
      [database.connection]: database.settings,
    },
  });
  const compilation = pipeline && compile(pipeline);
  const errors = [...findings, ...(compilation?.findings ?? [])].filter(({ severity }) => severity === 'error');
  const compiled = compilation?.pipeline;
  if (!compiled)
    throw new Error(errors.map(({ code, parameters }) => textOf(code, parameters, 'en').message).join('\n'));
  return {
    portal,
    desk,
    compiled,
    run: (options = {}) => desk.run(compiled, options),
    call: async (method, body) => {
      const response = await fetch(`${portal.webhook}${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return await response.json();
    },
    counts: ({ flows }) =>
      Object.fromEntries(
        flows.map(({ name, created, updated, unchanged, skipped, queued, rejected }) => [
          name,
          { created, updated, unchanged, skipped, failed: queued + rejected },
        ]),
      ),
  };
}
