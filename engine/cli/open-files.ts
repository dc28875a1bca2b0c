import { configErrors } from '../config/errors.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { stateFile } from '../state/open-state.ts';
import { openRights } from '../state/readers.ts';
import { vaultPlace } from '../vault/place.ts';
import { cliErrors } from './errors.ts';

/**
 * A warning for each file of a run that holds secrets or personal data and that others may read: `.env`, a pipeline
 * with a secret in plain text, vault and key, the state as it was left.
 */
export function openFiles(
  pipeline: string,
  stateFolder: string,
  findings: readonly Diagnostic[],
): readonly Diagnostic[] {
  const { file, tokenFile, keyFile } = vaultPlace(process.env);
  const literal = findings.filter(({ code }) => code === configErrors.literal_secret.code);
  const state = stateFile(stateFolder, pipeline);
  const written = literal.flatMap(({ where }) => where?.file ?? []);
  const files = ['.env', ...written, file, tokenFile, keyFile, state, `${state}-wal`];
  return openToOthers([...new Set(files)]);
}

export function openToOthers(files: readonly string[]): readonly Diagnostic[] {
  return files.flatMap((each) => {
    const open = openRights(each);
    return open ? cliErrors.open_to_others.finding({ file: each, ...open }, undefined, 'warning') : [];
  });
}
