import type { RunningSandbox } from '../../connector.ts';

export function sandboxData(connector: string, { settings, facts }: RunningSandbox): object {
  return { connector, settings, facts };
}

/** Settings as a connection block takes them, then what it serves. */
export function sandboxText({ settings, facts }: RunningSandbox): string {
  return [...Object.entries(settings).map(([name, value]) => `${name}: ${String(value)}`), ...facts].join('\n');
}
