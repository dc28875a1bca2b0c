import { spawnSync } from 'node:child_process';
import { isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';

/** What a keychain answered: a key or none, or why there is no answer. */
export type KeychainAnswer = { readonly key: Buffer | undefined } | { readonly silent: string };

/** Where keys of vaults lie by the vault's id. Never waits for a person. */
export interface Keychain {
  read(id: string): KeychainAnswer;
  /** `key` in the answer: it was kept. */
  write(id: string, key: Buffer): KeychainAnswer;
}

const patienceMs = 5000;
const asker = fileURLToPath(
  new URL(`./ask-keychain${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
);

/**
 * The keychain of the operating system: Secret Service, Keychain, Credential Manager. Asked in a process of its own,
 * because a locked one waits for somebody to type a password, inside native code that nothing else can end.
 */
export const osKeychain: Keychain = {
  read: (id) => ask({ id }),
  write: (id, key) => ask({ id, key: key.toString('base64') }),
};

/** The key goes over stdin and stdout: arguments and variables of a process can be read by others. */
function ask(question: { readonly id: string; readonly key?: string }): KeychainAnswer {
  if (isSea()) return { silent: 'not from a single executable' };
  const { stdout, status, error } = spawnSync(process.execPath, [asker], {
    input: JSON.stringify(question),
    encoding: 'utf8',
    timeout: patienceMs,
    killSignal: 'SIGKILL',
    windowsHide: true,
  });
  if (error || status !== 0) return { silent: error && 'code' in error ? String(error.code) : `exit ${status}` };
  const { key, silent } = JSON.parse(stdout) as { readonly key?: string; readonly silent?: string };
  return silent === undefined ? { key: key === undefined ? undefined : Buffer.from(key, 'base64') } : { silent };
}
