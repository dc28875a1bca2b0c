import type { Connection, Host } from '../../engine/index.ts';
import { checkFiles } from './check.ts';
import { sourceBlock } from './config.ts';
import type { Settings } from './config.ts';
import { fileSink } from './sink.ts';
import { fileSource } from './source.ts';
import { tableFile } from './table.ts';

export function connect(given: Settings, host: Host): Connection {
  return {
    source(block) {
      const checked = sourceBlock(block);
      return fileSource(tableFile(given, checked, host.folder), checked.key, host);
    },
    sink: () => fileSink(given, host),
    check: (uses, signal) => checkFiles(given, host.folder, uses, signal),
    close: () => Promise.resolve(),
  };
}
