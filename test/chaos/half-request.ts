import { Socket } from 'node:net';

type Chunks = readonly { readonly chunk: Buffer | string; readonly encoding: BufferEncoding }[];
type Done = (error?: Error | null) => void;

/** Sends no more than half of the `nth` request that writes to a portal; `then` runs when that half is the kernel's. */
export function cutRequests(nth: number, then: () => void): void {
  let seen = 0;
  // What a socket has corked comes here in one piece: head and body of a request.
  const { _writev: writeAll, _write: writeOne } = Socket.prototype;
  Socket.prototype._writev = function write(chunks: Chunks, done: Done) {
    const bytes = Buffer.concat(
      chunks.map(({ chunk, encoding }) => (typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk)),
    );
    if (!isWriting(bytes)) return writeAll?.call(this, [...chunks], done);
    seen += 1;
    if (seen !== nth) return writeAll?.call(this, [...chunks], done);
    writeOne.call(this, bytes.subarray(0, bytes.length / 2), 'buffer' as BufferEncoding, done);
    return then();
  };
}

function isWriting(bytes: Buffer): boolean {
  const text = bytes.toString('latin1');
  if (/^(POST|PATCH) \/api\/v4\//.test(text)) return true;
  return /^POST .*\/rest\//.test(text) && /crm\.[a-z.]+\.(add|update|set)[?.]/.test(text);
}
