import { spawn } from 'node:child_process';

/** Whoever opens an address in the browser of a person, by platform; none takes the address through a shell. */
const openers: Partial<Record<NodeJS.Platform, readonly [program: string, ...args: string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
  linux: ['xdg-open'],
};

/** Tries; the address is printed as well, so that it need not succeed. */
export function openBrowser(url: string, platform = process.platform): void {
  const [program, ...args] = openers[platform] ?? [];
  if (program === undefined) return;
  spawn(program, [...args, url], { detached: true, stdio: 'ignore', windowsHide: true })
    .on('error', () => undefined)
    .unref();
}
