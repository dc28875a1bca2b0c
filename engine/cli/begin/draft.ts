import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { configErrors } from '../../config/errors.ts';
import { loadPipeline } from '../../config/load.ts';
import type { Environment } from '../../config/interpolate.ts';
import type { Lock } from '../../config/lock-file.ts';
import type { Pipeline } from '../../config/pipeline.ts';
import type { Connector } from '../../connector.ts';
import type { Diagnostic } from '../../diagnostics.ts';
import { compile } from '../../transform/compile.ts';
import { knowledgeFrom } from '../../transform/knowledge.ts';
import { FindingsError } from '../findings-error.ts';
import { fromVault } from '../from-vault.ts';

/** A pipeline that nobody has written yet. */
export interface Draft {
  readonly text: string;
  /** Where it is to be: its paths are read from there, and findings name it. */
  readonly file: string;
}

export interface DraftOptions {
  readonly env: Environment;
  /** `name.key=value` */
  readonly settings: readonly string[];
  /** Connections that are not looked into: their variables are not asked for. */
  readonly leftOut: readonly string[];
}

/** Lays a text down as a file that is gone afterwards. */
export async function withDraft<Result>(text: string, use: (file: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'pipe-init-'));
  try {
    const file = join(folder, 'draft.yaml');
    await writeFile(file, text, { mode: 0o600 });
    return await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Throws all findings that keep its connections from being opened. */
export async function readDraft({ text, file }: Draft, options: DraftOptions): Promise<Pipeline> {
  return await withDraft(text, async (draft) => {
    const { pipeline, findings } = await loadPipeline(draft, {
      env: options.env,
      vault: fromVault(),
      connections: options.settings,
      sandboxes: Object.fromEntries(options.leftOut.map((name) => [name, {}])),
      variables: 'optional',
    });
    const wrong = findings.filter(isInTheWay).map((finding) => placedIn(finding, file));
    if (!pipeline || wrong.length > 0) throw new FindingsError(wrong);
    return { ...pipeline, file, folder: dirname(resolve(file)) };
  });
}

/** What a new pipeline says of itself beside what the systems said. */
export function compileDraft(
  pipeline: Pipeline,
  connectors: ReadonlyMap<string, Connector>,
  lock: Lock,
): readonly Diagnostic[] {
  return compile(pipeline, knowledgeFrom(pipeline, connectors, lock)).findings.map((finding) =>
    placedIn(finding, pipeline.file),
  );
}

const { variable_missing: noVariable, secret_missing: noSecret, secret_file_unreadable: noFile } = configErrors;
const missing = new Set([noVariable.code, noSecret.code, noFile.code]);

/** Params get their values when it runs; the connections are opened now. */
function isInTheWay({ code, severity }: Diagnostic): boolean {
  return severity === 'error' || isMissing(code);
}

/** The vault may be shut, too. */
function isMissing(code: string): boolean {
  return missing.has(code) || code.startsWith('vault.');
}

function placedIn(finding: Diagnostic, file: string): Diagnostic {
  const severe = isMissing(finding.code) ? { severity: 'error' as const } : {};
  return { ...finding, ...severe, ...(finding.where && { where: { ...finding.where, file } }) };
}
