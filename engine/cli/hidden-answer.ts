import { askLine } from './ask-line.ts';

/**
 * A secret from whoever runs us: asked for on a terminal, where what is typed is not shown, else all of stdin without
 * its last line end. undefined: nothing came. Rejects with `SIGINT` where Ctrl+C was the answer.
 */
export async function hiddenAnswer(question: string): Promise<string | undefined> {
  const answer = process.stdin.isTTY ? await askLine(question, { hidden: true }) : await readAll();
  return answer === '' ? undefined : answer;
}

/** PowerShell puts a mark before and a line end behind what it pipes. */
async function readAll(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const part of process.stdin) text += String(part);
  return text.replace(/^\uFEFF/, '').replace(/\r?\n$/, '');
}
