import { enableCompileCache } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import type { PJSON } from '@oclif/core/interfaces';

/** The program as it is installed: in a clone, as a package, or bundled. */
export interface Installation {
  readonly root: string;
  readonly packageJson: PJSON;
  /**
   * Where the commands are, as oclif names such places: all of them, or those alone that the words ask for. oclif loads
   * what it finds there at every start, and all commands together load half of the program.
   */
  readonly commands: (words: readonly string[]) => NonNullable<PJSON['oclif']['commands']>;
  readonly help: string;
}

/** What reads files, or nothing, and is over soon: memory is as Node gives it there, for collecting little is faster. */
const brief: ReadonlySet<string | undefined> = new Set([
  'validate',
  'test',
  'schema',
  '--help',
  '--version',
  undefined,
]);

/** The command line: the words after `pipe`, to the end of the process. */
export async function main({ root, packageJson, commands, help }: Installation): Promise<void> {
  const words = process.argv.slice(2);
  const isBrief = brief.has(words[0]);
  // G8: Node lets garbage grow to several times what a run holds (docs/decisions/garbage.md).
  if (!isBrief) setFlagsFromString('--heap-growing-percent=20');
  enableCompileCache();
  // What a library does that Node will stop allowing is for us to read, not for who runs a pipeline.
  process.noDeprecation = process.env['PIPE_DEBUG'] === undefined;
  const { Config } = await import('@oclif/core/config');
  const { run } = await import('@oclif/core/run');
  const { settings } = await import('@oclif/core/settings');
  // The space for young objects stays as it is by now, until a flow has use for a larger one.
  if (!isBrief) setFlagsFromString('--semi-space-growth-factor=1');

  // oclif would otherwise look for a TypeScript compiler in a clone: Node runs our sources as they are.
  settings.enableAutoTranspile = false;
  const argv = words[0] === 'help' ? [...words.slice(1), '--help'] : words;
  Object.assign(packageJson.oclif, {
    // A script for shells lists all that there are.
    commands: commands(argv[0] === 'completion' ? [] : argv),
    helpClass: { target: help, identifier: 'PipeHelp' },
    topics: {
      queue: { description: 'Records that failed and wait: list, show, retry, drop, export.' },
      state: { description: 'What a pipeline remembers: show, set, reset, adopt, schema.' },
      secret: { description: 'Passwords and webhooks in the vault of this machine: set, list, rm, import.' },
      connector: { description: 'Connectors of a clone: new.' },
      service: { description: 'Runs by itself: install, start, stop, enable, disable, status, uninstall.' },
    },
    additionalHelpFlags: ['-h'],
  });

  const config = await Config.load({ root, pjson: packageJson });
  const { reportUsage } = await import('./report-usage.ts');
  const { onStdoutError } = await import('./write-out.ts');
  const report = (error: unknown) => reportUsage(error, argv, config.commandIDs);

  // oclif listens, too, and throws what the one who wrote is told.
  process.stdout.removeAllListeners('error').on('error', onStdoutError);
  // Nobody could be told, and it is no reason to stop a run.
  process.stderr.on('error', () => undefined);
  process.on('uncaughtException', (error) => {
    report(error);
    process.exit();
  });

  // Commands report every failure themselves; what arrives here is a command that does not exist.
  await run(argv, config).catch(report);
}
