import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import { unknown } from './errors.ts';
import { mapOf, parseQuery, type PhpMap } from './php.ts';

/** Where a call under /rest is going. */
export interface Route {
  readonly userId: string;
  readonly secret: string;
  readonly method: string;
}

/** `/rest/1/secret/crm.deal.get.json/`, doubled slashes and all (reference §1.1, §11.1); undefined for any other path. */
export function routeOf(pathname: string): Route | undefined {
  const [rest, userId, secret, method, ...more] = pathname.split('/').filter((part) => part !== '');
  if (rest !== 'rest' || userId === undefined || secret === undefined || method === undefined) return undefined;
  if (more.length > 0) return undefined;
  return { userId, secret, method: method.replace(/\.json$/, '') };
}

/** Query and body in one, the body having the last word; a GET has no body, whatever it sends (reference §1.2). */
export async function readParams(request: IncomingMessage, query: string): Promise<PhpMap> {
  const body = await bodyOf(request);
  const fromQuery = query === '' ? {} : parseQuery(query);
  if (request.method === 'GET' || body.length === 0) return fromQuery;
  return { ...fromQuery, ...(await parseBody(body, request.headers['content-type'] ?? '')) };
}

/** `buffer` of node:stream/consumers goes by way of a Blob, which takes longer than most of these requests. */
async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  await finished(request, { writable: false });
  return Buffer.concat(pieces);
}

async function parseBody(body: Buffer, contentType: string): Promise<PhpMap> {
  const [type = ''] = contentType.toLowerCase().split(';');
  switch (type.trim()) {
    case 'application/json':
      return parseJson(body.toString());
    case 'application/x-www-form-urlencoded':
      return parseQuery(body.toString());
    case 'multipart/form-data':
      return parseMultipart(body, contentType);
    default:
      throw unknown(`a body of type "${type}"`);
  }
}

function parseJson(text: string): PhpMap {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw unknown('a body that is not JSON');
  }
  const params = mapOf(parsed);
  if (params === undefined) throw unknown('a JSON body that is not an object');
  return params;
}

async function parseMultipart(body: Buffer, contentType: string): Promise<PhpMap> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  const pairs: string[] = [];
  for (const [name, value] of form.entries()) {
    if (typeof value !== 'string') throw unknown(`the file ${name}`);
    pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  }
  return parseQuery(pairs.join('&'));
}
