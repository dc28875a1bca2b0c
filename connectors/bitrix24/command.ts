/** A value as PHP takes it: text, numbers, and lists and maps of them. Flags and dates were turned into text before. */
export type Param = string | number | readonly Param[] | Params;
export interface Params {
  readonly [name: string]: Param;
}

/** One method call, alone or inside a batch. */
export interface Command {
  readonly method: string;
  readonly params: Params;
}

/**
 * Whether a batch can carry the command. A query has no way to say "an empty list", and the portal takes `$result[…]`
 * in any value of a batch for the result of an earlier command, whoever wrote that text.
 */
export function fitsBatch({ params }: Command): boolean {
  return Object.values(params).every(fits);
}

function fits(value: Param): boolean {
  if (typeof value !== 'object') return !String(value).includes('$result[');
  const inner: readonly Param[] = Object.values(value);
  return inner.length > 0 && inner.every(fits);
}

/**
 * The command as a batch carries it: `crm.deal.get?id=5`. Inside a JSON body the query is encoded once
 * (https://apidocs.bitrix24.com/settings/how-to-call-rest-api/data-encoding.html); a raw `+` would arrive as a space.
 */
export function encodeCommand({ method, params }: Command): string {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(params)) addPairs(pairs, encode(name), value);
  return `${method}?${pairs.join('&')}`;
}

/** `key` is encoded, with its brackets. */
function addPairs(pairs: string[], key: string, value: Param): void {
  if (typeof value !== 'object') pairs.push(`${key}=${encode(String(value))}`);
  else for (const [name, inner] of Object.entries<Param>(value)) addPairs(pairs, `${key}%5B${encode(name)}%5D`, inner);
}

/** Half of a surrogate pair, as a text cut in two has it, is no character: it goes out as U+FFFD. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** Every text that goes out with the parameters: what an error must not repeat. */
export function textsOf(value: Param): readonly string[] {
  if (typeof value === 'object') return Object.values(value).flatMap(textsOf);
  return [String(value)];
}
