import type { SourceCase, Subject } from './subject.ts';

const rows = 14;

/** A source filled by the sandbox of its own connector, read along one cursor. */
export function onSandbox({
  block,
  field,
  goneKey,
}: Pick<SourceCase, 'block' | 'goneKey'> & { readonly field: string }): Subject {
  return {
    async prepare(connector) {
      const sandbox = await connector.sandbox?.();
      if (!sandbox) throw new Error(`${connector.name} has no sandbox to read from`);
      const running = await sandbox.start({ size: rows });
      return {
        settings: running.settings,
        source: {
          block,
          window: { field, firstMs: 'all', overlapMs: 0, fullMs: 'all' },
          rows,
          ...(goneKey && { goneKey }),
        },
        close: async () => await running.close(),
      };
    },
  };
}
