import { execFile } from 'node:child_process';

export interface Answer {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Calls a program of the system; no shell reads what it is given. Rejects where there is no such program. */
export function call(program: string, given: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    execFile(program, [...given], { windowsHide: true, encoding: 'buffer' }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({ exit: Number(error?.code ?? 0), stdout: textOf(stdout), stderr: textOf(stderr) });
    });
  });
}

/** Programs of a Russian Windows write in its console's code page, 866. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('ibm866').decode(bytes);
  }
}
