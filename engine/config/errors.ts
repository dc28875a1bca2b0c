export { lockErrors } from './errors-lock.ts';
import { blockErrors } from './errors-block.ts';
import { meaningErrors } from './errors-meaning.ts';
import { yamlErrors } from './errors-yaml.ts';

/** Every finding about a pipeline file short of its expressions. All are for the author of the file. */
export const configErrors = { ...yamlErrors, ...blockErrors, ...meaningErrors };
