import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { connectorNames } from '../registry.ts';
import { cliErrors } from './errors.ts';
import { writeNew } from './init.ts';
import { connectorFiles } from './new-connector-files.ts';
import { shippedFile } from './shipped.ts';

/** Writes the folder of a new connector into the clone this program runs from; a package holds no sources to add to. */
export function newConnector(name: string): {
  readonly name: string;
  readonly folder: string;
  readonly written: readonly string[];
} {
  const contract = shippedFile('engine/connector.ts');
  if (!existsSync(contract)) throw cliErrors.not_a_clone.error({});
  if (!/^[a-z][a-z0-9-]*$/.test(name)) throw cliErrors.connector_name.error({ name });
  if (connectorNames().includes(name)) throw cliErrors.file_there.error({ file: join('connectors', name) });
  const root = dirname(dirname(contract));
  return { name, folder: root, written: writeNew(root, connectorFiles(name)).written };
}
