/** How many arguments a function of JSONata takes; `context`: the first may be left out and is then the context. */
export interface BuiltIn {
  readonly least: number;
  readonly most: number;
  readonly context: boolean;
}

/** JSONata's own functions (https://docs.jsonata.org/string-functions and following). */
export const builtIns: ReadonlyMap<string, BuiltIn> = new Map([
  ...taking(0, 0, 'millis random'),
  ...taking(1, 1, 'sum count max min average exists merge reverse type shuffle distinct'),
  ...taking(1, 2, 'join single sort eval'),
  ...taking(2, 2, 'map filter append'),
  ...taking(2, 3, 'reduce'),
  ...taking(0, 2, 'now'),
  ...taking(0, 1, 'error'),
  ...taking(1, Infinity, 'zip'),
  ...inContext(1, 'lowercase uppercase length trim floor ceil abs sqrt number boolean not keys spread'),
  ...inContext(1, 'base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl clone'),
  ...inContext(2, 'substringBefore substringAfter formatInteger parseInteger power contains lookup'),
  ...inContext(1, 'string round formatBase sift toMillis', 2),
  ...inContext(2, 'each'),
  ...inContext(1, 'fromMillis', 3),
  ...inContext(2, 'substring pad match split formatNumber', 3),
  ...inContext(3, 'replace', 4),
]);

function taking(least: number, most: number, names: string): [string, BuiltIn][] {
  return names.split(' ').map((name) => [name, { least, most, context: false }]);
}

/** Counted with the first argument. */
function inContext(least: number, names: string, most = least): [string, BuiltIn][] {
  return names.split(' ').map((name) => [name, { least: least - 1, most, context: true }]);
}
