/**
 * The driver's pool logs in once to see whether it can, throws that connection away, and logs in again for the first
 * statement (mssql, lib/base/connection-pool.js, 12: `_connect`). Here the first statement gets the connection there is.
 * Gives what ends it, should no statement come.
 */
export function keepFirstConnection(pool: object): () => void {
  const create: unknown = Reflect.get(pool, '_poolCreate');
  const destroy: unknown = Reflect.get(pool, '_poolDestroy');
  if (typeof create !== 'function' || typeof destroy !== 'function') return () => undefined;
  let tried = false;
  let kept: unknown;
  const taken = (): unknown => {
    const connection = kept;
    kept = undefined;
    return connection;
  };
  Reflect.set(pool, '_poolDestroy', async (connection: unknown): Promise<unknown> => {
    if (tried) {
      const ended: unknown = Reflect.apply(destroy, pool, [connection]);
      return ended;
    }
    tried = true;
    kept = connection;
    return undefined;
  });
  // One that ended meanwhile is told by the pool's own look at it, like any other that waited.
  Reflect.set(pool, '_poolCreate', async (): Promise<unknown> => {
    const ready = taken();
    if (ready !== undefined) return ready;
    const made: unknown = Reflect.apply(create, pool, []);
    return made;
  });
  return () => {
    const connection: unknown = taken();
    if (connection !== undefined) void Reflect.apply(destroy, pool, [connection]);
  };
}
