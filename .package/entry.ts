import { dirname } from 'node:path';
import { main } from '../engine/cli/main.ts';
import packageJson from '../package.json' with { type: 'json' };

/** What a bundle starts with; a build that was stopped half-way shows as a version nobody has. */
void main({
  root: dirname(process.execPath),
  packageJson: structuredClone(packageJson),
  commands: () => ({ strategy: 'explicit', target: 'commands', identifier: 'COMMANDS' }),
  help: 'help',
});
