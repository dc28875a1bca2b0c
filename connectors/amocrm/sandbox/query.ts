/** What a query string says, as PHP reads it: `a[b][0]=1` is a map in a map. */
export interface QueryMap {
  [key: string]: QueryValue;
}

export type QueryValue = string | QueryMap;

/** `a[b]=1&a[b][]=2&a%5Bc%5D=3&flag&`, brackets raw or percent-encoded, `+` for a space (reference §11.11). */
export function parseQuery(text: string): QueryMap {
  const root = emptyMap();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const split = pair.indexOf('=');
    const key = decode(split < 0 ? pair : pair.slice(0, split));
    insert(root, pathOf(key), split < 0 ? '' : decode(pair.slice(split + 1)));
  }
  return root;
}

/** The values of `filter[id]=1`, `filter[id][]=1&filter[id][]=2` alike (reference §5). */
export function valuesOf(value: QueryValue | undefined): readonly string[] {
  if (value === undefined) return [];
  if (typeof value === 'string') return [value];
  return Object.values(value).filter((one) => typeof one === 'string');
}

export function mapAt(map: QueryMap, key: string): QueryMap {
  const value = map[key];
  return value === undefined || typeof value === 'string' ? emptyMap() : value;
}

export function textAt(map: QueryMap, key: string): string | undefined {
  const value = map[key];
  return typeof value === 'string' ? value : undefined;
}

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

function pathOf(key: string): readonly string[] {
  const open = key.indexOf('[');
  if (open <= 0 || !key.endsWith(']')) return [key];
  return [key.slice(0, open), ...key.slice(open + 1, -1).split('][')];
}

function insert(root: QueryMap, path: readonly string[], value: string): void {
  let node = root;
  for (const [depth, step] of path.entries()) {
    const key = step === '' && depth > 0 ? String(Object.keys(node).length) : step;
    const child = node[key];
    if (depth === path.length - 1) node[key] = value;
    else if (child !== undefined && typeof child !== 'string') node = child;
    else {
      const fresh = emptyMap();
      node[key] = fresh;
      node = fresh;
    }
  }
}

/** Without a prototype: a request may name a parameter `__proto__`. */
function emptyMap(): QueryMap {
  return { __proto__: null } as unknown as QueryMap;
}
