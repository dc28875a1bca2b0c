import type { Options } from 'ajv/dist/2020.js';

/**
 * Options with which Ajv is ready in a third of the time: a file is checked once, so that compiling its schemas takes
 * longer than checking with them. Whether those are schemas at all is the conformance suite's to say, not each start's.
 */
export const quickAjv = {
  strict: false,
  logger: false,
  validateSchema: false,
  code: { optimize: false },
} as const satisfies Options;
