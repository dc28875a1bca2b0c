import { readFileSync } from 'node:fs';

/** Reads one question from stdin, answers it on stdout: a program for `keychain.ts` alone. */

interface Question {
  readonly id: string;
  /** Base64. Given: keep it. */
  readonly key?: string;
}

const service = 'pipe vault';

async function answer({ id, key }: Question): Promise<object> {
  try {
    const { Entry } = await import('@napi-rs/keyring');
    // Unpinned it falls back to the kernel's keyring, which forgets everything when the machine or session ends.
    const entry = new Entry(service, id, { linux: { store: 'secret-service' } });
    if (key !== undefined) entry.setPassword(key);
    const kept = entry.getPassword();
    return kept === null ? {} : { key: kept };
  } catch (thrown) {
    return { silent: thrown instanceof Error ? thrown.message.slice(0, 100) : 'unknown' };
  }
}

const question = JSON.parse(readFileSync(0, 'utf8')) as Question;
process.stdout.write(JSON.stringify(await answer(question)));
