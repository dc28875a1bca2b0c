/**
 * PHP's way with arrays. It has one type for lists and maps, so a request may send either for either, and an answer
 * is a JSON list exactly when its keys are 0..n-1 (reference §1.3, §11.3).
 */
export type PhpMap = Record<string, unknown>;

export function isContainer(value: unknown): value is PhpMap | unknown[] {
  return typeof value === 'object' && value !== null;
}

export function isMap(value: unknown): value is PhpMap {
  return isContainer(value) && !Array.isArray(value);
}

/** A list or a map as a map; undefined for a scalar. */
export function mapOf(value: unknown): PhpMap | undefined {
  return isContainer(value) ? { ...value } : undefined;
}

/** The values of a list or a map; undefined for a scalar. */
export function listOf(value: unknown): readonly unknown[] | undefined {
  return isContainer(value) ? Object.values(value) : undefined;
}

/** The entries of a list or a map; undefined for a scalar. */
export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  return isContainer(value) ? Object.entries(value) : undefined;
}

/** How PHP prints an array with these keys: nothing is `[]`, keys 0..n-1 in order are a list (reference §1.3). */
export function phpArray(entries: readonly (readonly [string, unknown])[]): PhpMap | unknown[] {
  if (entries.every(([key], index) => key === String(index))) return entries.map(([, value]) => value);
  return Object.fromEntries(entries);
}

/**
 * Reads `a[b][0]=1&a[]=2&flag&` as PHP does: brackets raw or percent-encoded, `+` for a space, a trailing `&`, a key
 * without `=` (reference §3, §11.3).
 */
export function parseQuery(query: string): PhpMap {
  const root = emptyMap();
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const split = pair.indexOf('=');
    const key = decode(split < 0 ? pair : pair.slice(0, split));
    insert(root, pathOf(key), split < 0 ? '' : decode(pair.slice(split + 1)));
  }
  return root;
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
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

function insert(root: PhpMap, path: readonly string[], value: string): void {
  let node = root;
  for (const [depth, step] of path.entries()) {
    const key = step === '' && depth > 0 ? nextIndex(node) : step;
    if (depth === path.length - 1) {
      node[key] = value;
      return;
    }
    const child = node[key];
    if (isMap(child)) {
      node = child;
    } else {
      const fresh = emptyMap();
      node[key] = fresh;
      node = fresh;
    }
  }
}

/** Without a prototype: a request may name a parameter `__proto__`. */
function emptyMap(): PhpMap {
  return { __proto__: null };
}

function nextIndex(node: PhpMap): string {
  const used = Object.keys(node).filter((key) => /^\d+$/.test(key));
  return String(used.length === 0 ? 0 : Math.max(...used.map(Number)) + 1);
}
