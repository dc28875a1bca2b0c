import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { cliErrors } from './errors.ts';

/** Where a result goes that is told as it is made: the file of `--output`, or stdout. */
export interface ResultStream {
  write(text: string): Promise<void>;
  end(): Promise<void>;
}

export async function resultStream(file: string | undefined): Promise<ResultStream> {
  if (file === undefined) {
    return {
      write: async (text) => {
        if (!process.stdout.write(text)) await once(process.stdout, 'drain');
      },
      end: async () => undefined,
    };
  }
  try {
    const handle = await open(file, 'w');
    return {
      write: async (text) => handle.writeFile(text),
      end: async () => handle.close(),
    };
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw cliErrors.unwritable_file.error({ file, reason }, { cause });
  }
}
