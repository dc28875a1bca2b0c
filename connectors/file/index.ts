import type { Connector, Host } from '../../engine/index.ts';
import { checkFiles } from './check.ts';
import { settings, sinkSettings, sourceBlock, sourceSettings, targetBlock } from './config.ts';
import type { Settings } from './config.ts';
import { fileSink } from './sink.ts';
import { fileSource } from './source.ts';
import { tableFile } from './table.ts';

const file: Connector<typeof settings> = {
  name: 'file',
  summary: 'reads and writes files of CSV and JSON lines',
  settings,
  source: { settings: sourceSettings },
  sink: { settings: sinkSettings, entity: (block) => targetBlock(block).file, scan: true, deletes: true },
  connect,
};

export default file;

function connect(given: Settings, host: Host): ReturnType<typeof file.connect> {
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
