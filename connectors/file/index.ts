import type { Connector } from '../../engine/index.ts';
import { settings, sinkSettings, sourceSettings, targetBlock } from './config.ts';
// What waits in a queue is told in these words where nothing is connected.
import './errors.ts';

const file: Connector<typeof settings> = {
  name: 'file',
  summary: 'reads and writes files of CSV and JSON lines',
  settings,
  source: { settings: sourceSettings },
  sink: { settings: sinkSettings, entity: (block) => targetBlock(block).file, scan: true, deletes: true },
  connect: async (given, host) => (await import('./connection.ts')).connect(given, host),
};

export default file;
