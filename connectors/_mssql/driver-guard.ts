/**
 * tedious leaves the `error` event of its token parser unheard (lib/token/token-stream-parser.js, 19.2), so one
 * garbled byte in an answer would end the process. We hear it and break that connection, whose request then fails
 * like any other on a lost connection.
 */
export function watchParser(connection: object): void {
  const create: unknown = Reflect.get(connection, 'createTokenStreamParser');
  if (typeof create !== 'function') return;
  Reflect.set(connection, 'createTokenStreamParser', (...given: unknown[]): unknown => {
    const parser: unknown = Reflect.apply(create, connection, given);
    const tokens: unknown = Reflect.get(Object(parser), 'parser');
    const socket: unknown = Reflect.get(connection, 'socket');
    on(tokens, 'error', (error) => destroy(socket, error));
    sendAtOnce(socket);
    return parser;
  });
}

/**
 * tedious takes a server's "no encryption" for an answer though `encrypt` is on, and sends the password in clear. We
 * stop before: `refuse` is called and nothing is sent.
 */
export function refusePlainLogin(connection: object, refuse: () => void): void {
  const login: unknown = Reflect.get(connection, 'sendLogin7Packet');
  if (typeof login !== 'function') return;
  let secure = false;
  on(connection, 'secure', () => {
    secure = true;
  });
  Reflect.set(connection, 'sendLogin7Packet', (...given: unknown[]): unknown => {
    if (!secure) {
      refuse();
      throw Object.assign(new Error('the server does not encrypt'), { code: 'EPLAIN' });
    }
    const sent: unknown = Reflect.apply(login, connection, given);
    return sent;
  });
}

/**
 * tedious writes a request in pieces and leaves Nagle's algorithm on: each request then waits for the delayed
 * acknowledgement of the one before, 40 ms on Linux.
 */
function sendAtOnce(socket: unknown): void {
  const setNoDelay: unknown = Reflect.get(Object(socket), 'setNoDelay');
  if (typeof setNoDelay === 'function') Reflect.apply(setNoDelay, socket, [true]);
}

function on(emitter: unknown, event: string, listener: (error: unknown) => void): void {
  const add: unknown = Reflect.get(Object(emitter), 'on');
  if (typeof add === 'function') Reflect.apply(add, emitter, [event, listener]);
}

function destroy(socket: unknown, error: unknown): void {
  const end: unknown = Reflect.get(Object(socket), 'destroy');
  if (typeof end === 'function')
    Reflect.apply(end, socket, [Object.assign(new Error('unreadable answer', { cause: error }), { code: 'EANSWER' })]);
}
