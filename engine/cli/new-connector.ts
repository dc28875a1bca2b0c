import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { connectorNames } from '../registry.ts';
import { cliErrors } from './errors.ts';
import { writeNew } from './init.ts';
import { connectorFiles } from './new-connector-files.ts';
import { shippedFile } from './shipped.ts';

/** No folder of Windows can be called so: https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const device = /^(?:con|prn|aux|nul|(?:com|lpt)\d)$/;

/** Writes the folder of a new connector into the clone this program runs from; a package holds no sources to add to. */
export function newConnector(name: string): {
  readonly name: string;
  readonly folder: string;
  readonly written: readonly string[];
} {
  const contract = shippedFile('engine/connector.ts');
  if (!existsSync(contract)) throw cliErrors.not_a_clone.error({});
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || device.test(name)) throw cliErrors.connector_name.error({ name });
  if (connectorNames().includes(name)) throw cliErrors.connector_there.error({ name });
  const root = dirname(dirname(contract));
  return { name, folder: root, written: writeNew(root, connectorFiles(name)).written };
}
