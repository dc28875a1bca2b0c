export type VendorObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is VendorObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Its JSON; undefined: it is none. */
export function parsedAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Rows of an answer, `_embedded.<name>`; none where it is empty (204); undefined: it is no such answer. */
export function rowsIn(value: unknown, name: string): readonly VendorObject[] | undefined {
  if (value === undefined) return [];
  const embedded = isObject(value) ? value['_embedded'] : undefined;
  const rows: unknown = isObject(embedded) ? embedded[name] : undefined;
  if (!Array.isArray(rows)) return undefined;
  const whole = rows.filter(isObject);
  return whole.length === rows.length ? whole : undefined;
}

/** Whether another page follows (reference 5). */
export function hasNext(value: unknown): boolean {
  const links = isObject(value) ? value['_links'] : undefined;
  return isObject(links) && isObject(links['next']);
}

export function idOf(row: VendorObject): number | undefined {
  const id = row['id'];
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

/** What is wrong with one item of a write: its `request_id`, and code and path of its first error (reference 6). */
export interface Rejected {
  readonly requestId: string | undefined;
  readonly code: string;
  readonly path: string;
}

/** The `validation-errors` of a 400; none where it has no such. */
export function rejectedIn(answer: unknown): readonly Rejected[] {
  const given: unknown = isObject(answer) ? answer['validation-errors'] : undefined;
  if (!Array.isArray(given)) return [];
  return given.filter(isObject).flatMap((one) => {
    const first: unknown = Array.isArray(one['errors']) ? one['errors'][0] : undefined;
    if (!isObject(first)) return [];
    const id = one['request_id'];
    return [
      {
        requestId: typeof id === 'string' || typeof id === 'number' ? String(id) : undefined,
        code: wordOf(first['code']),
        path: wordOf(first['path']),
      },
    ];
  });
}

/** A word of the vendor's, and never a text that might repeat what was sent (G9). */
function wordOf(value: unknown): string {
  return typeof value === 'string' && /^[\w.]{1,120}$/.test(value) ? value : '?';
}
