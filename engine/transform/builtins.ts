/** How many arguments a function of JSONata takes. */
export interface BuiltIn {
  readonly least: number;
  readonly most: number;
  /**
   * The first argument may be left out and is then the context: `name.$uppercase()`. `value` wants a text or number
   * there, which a whole record never is.
   */
  readonly context?: 'any' | 'value';
}

/** JSONata's own functions (https://docs.jsonata.org/string-functions and following). */
export const builtIns: ReadonlyMap<string, BuiltIn> = new Map([
  ...taking(0, 0, 'millis random'),
  ...taking(0, 1, 'error'),
  ...taking(0, 2, 'now'),
  ...taking(1, 1, 'sum count max min average exists merge reverse type shuffle distinct'),
  ...taking(1, 2, 'join single sort eval'),
  ...taking(1, Infinity, 'zip'),
  ...taking(2, 2, 'map filter append'),
  ...taking(2, 3, 'reduce'),
  ...taking(1, 1, 'boolean not keys spread clone', 'any'),
  ...taking(1, 2, 'string sift', 'any'),
  ...taking(2, 2, 'lookup each', 'any'),
  ...taking(1, 1, 'lowercase uppercase length trim floor ceil abs sqrt number', 'value'),
  ...taking(1, 1, 'base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl', 'value'),
  ...taking(1, 2, 'round formatBase toMillis', 'value'),
  ...taking(1, 3, 'fromMillis', 'value'),
  ...taking(2, 2, 'substringBefore substringAfter formatInteger parseInteger power contains', 'value'),
  ...taking(2, 3, 'substring pad match split formatNumber', 'value'),
  ...taking(3, 4, 'replace', 'value'),
]);

/** Counted with the argument that the context may stand for. */
function taking(least: number, most: number, names: string, context?: BuiltIn['context']): [string, BuiltIn][] {
  return names.split(' ').map((name) => [name, { least, most, ...(context && { context }) }]);
}
