import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/**
 * A secret from whoever runs us: asked for on a terminal, where what is typed is not shown, else all of stdin without
 * its last line end. undefined: nothing came. Rejects with `SIGINT` where Ctrl+C was the answer.
 */
export async function hiddenAnswer(question: string): Promise<string | undefined> {
  const answer = process.stdin.isTTY ? await ask(question) : await readAll();
  return answer === '' ? undefined : answer;
}

async function ask(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 });
  // Only now: what is typed before the terminal is ours, the terminal shows.
  process.stderr.write(question);
  try {
    return await new Promise((answered, stopped) => {
      lines.once('line', answered);
      lines.once('SIGINT', () => stopped('SIGINT'));
      lines.once('close', () => answered(''));
    });
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

/** PowerShell puts a mark before and a line end behind what it pipes. */
async function readAll(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const part of process.stdin) text += String(part);
  return text.replace(/^\uFEFF/, '').replace(/\r?\n$/, '');
}
