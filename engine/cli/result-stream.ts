import { open } from 'node:fs/promises';
import { unwritable } from './unwritable.ts';
import { writeOut } from './write-out.ts';

/** Where a result goes that is told as it is made: the file of `--output`, or stdout. */
export interface ResultStream {
  write(text: string): Promise<void>;
  end(): Promise<void>;
}

export async function resultStream(file: string | undefined): Promise<ResultStream> {
  if (file === undefined) {
    return {
      write: async (text) => {
        await writeOut(text);
      },
      end: async () => undefined,
    };
  }
  const refuse = (cause: unknown): never => {
    throw unwritable(file, cause);
  };
  try {
    const handle = await open(file, 'w');
    return {
      write: (text) => handle.writeFile(text).catch(refuse),
      end: () => handle.close().catch(refuse),
    };
  } catch (cause) {
    return refuse(cause);
  }
}
