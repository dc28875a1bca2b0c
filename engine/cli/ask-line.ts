import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/**
 * A line that is typed on the terminal, asked for on stderr; '' where the input ended. Rejects with `SIGINT` where Ctrl+C
 * was the answer.
 */
export async function askLine(question: string, { hidden }: { readonly hidden: boolean }): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const output = hidden ? nowhere : process.stderr;
  const lines = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
  // Only now: what is typed before the terminal is ours, the terminal shows.
  if (hidden) process.stderr.write(question);
  else lines.setPrompt(question);
  try {
    return await new Promise((answered, stopped) => {
      lines.once('line', answered);
      lines.once('SIGINT', () => stopped('SIGINT'));
      lines.once('close', () => answered(''));
      if (!hidden) lines.prompt();
    });
  } finally {
    lines.close();
    if (hidden) process.stderr.write('\n');
  }
}
