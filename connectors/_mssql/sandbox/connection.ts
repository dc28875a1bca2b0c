import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { writeDescription } from './describe-result.ts';
import { ProtocolError, SqlError } from './errors.ts';
import { type Fault, type FaultDesk, sqlErrorOf } from './faults.ts';
import { javascriptValue } from './javascript-values.ts';
import type { OpenEntry } from './journal.ts';
import { readLogin, type LoginRequest } from './login.ts';
import { type ByteSink, type Message, MessageReader, MessageWriter, PACKET } from './packets.ts';
import { answerPrelogin, type Encryption } from './prelogin.ts';
import { readBatch, readCall, readTransaction, type Request, type Script } from './requests.ts';
import type { Session } from './session.ts';
import { INT } from './sql/sql-types.ts';
import { openTlsTunnel } from './tls.ts';
import {
  environment,
  writeDone,
  writeError,
  writeInfo,
  writeLoginAck,
  writeReturnStatus,
  writeReturnValue,
} from './tokens.ts';
import { WireSink } from './wire-sink.ts';

export interface ConnectionOptions {
  readonly encryption: Encryption;
  readonly secureContext: SecureContext | undefined;
  /** A session for this login, or the error that refuses it. */
  readonly logIn: (login: LoginRequest) => Session;
  readonly database: string;
  readonly faults: FaultDesk;
  readonly record: (session: Session, sql: string, parameters: Readonly<Record<string, unknown>>) => OpenEntry;
  /** Called once, when the connection and its session are gone. */
  readonly ended: () => void;
}

const FIRST_PACKET_SIZE = 4096;

/** One client from its first byte to its last. Anything unexpected ends the connection, never the process. */
export class ClientConnection {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  #reader = new MessageReader();
  #sink: ByteSink;
  #packetSize = FIRST_PACKET_SIZE;
  #session: Session | undefined;
  #preloginDone = false;
  /** Messages are answered one after the other. */
  #work: Promise<void> = Promise.resolve();
  #running: WireSink | undefined;
  #attentions = 0;
  #ignoreAttention: boolean | number = false;
  readonly #prepared = new Map<number, Script>();
  #handles = 0;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#sink = byteSink(socket);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#closed());
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Resolves when the last statement has let go of the data base. */
  async ended(): Promise<void> {
    await this.#work;
  }

  /** The session ends after the statement that is running; its stream is told to stop. */
  #closed(): void {
    if (this.#running !== undefined) this.#running.cancelled = true;
    this.#enqueue(() => {
      this.#session?.close();
      this.#session = undefined;
      this.#options.ended();
    });
  }

  #receive(chunk: Buffer): void {
    try {
      for (const message of this.#reader.push(chunk)) this.#accept(message);
    } catch {
      this.#socket.destroy();
    }
  }

  #accept(message: Message): void {
    if (message.type === PACKET.attention) this.#attend();
    else this.#enqueue(() => this.#handle(message));
  }

  #enqueue(task: () => Promise<void> | void): void {
    this.#work = this.#work.then(task).catch(() => {
      // A message that made no sense, or a fault of ours: the client must not wait for an answer.
      this.#socket.destroy();
    });
  }

  /** The running request ends early, then the attention is acknowledged in a message of its own. */
  #attend(): void {
    if (this.#ignoreAttention === true) return;
    if (typeof this.#ignoreAttention === 'number') {
      setTimeout(() => this.#obey(), this.#ignoreAttention).unref();
      return;
    }
    this.#obey();
  }

  #obey(): void {
    this.#attentions++;
    if (this.#running !== undefined) this.#running.cancelled = true;
    this.#enqueue(() => {
      this.#attentions--;
      this.#reply((writer) => writeDone(writer, 'done', { attention: true }));
    });
  }

  #reply(write: (writer: MessageWriter) => void): void {
    const writer = new MessageWriter(this.#sink, PACKET.reply, this.#packetSize);
    write(writer);
    writer.end();
  }

  async #handle(message: Message): Promise<void> {
    if (!this.#preloginDone) return this.#prelogin(message);
    if (this.#session === undefined) return this.#login(message);
    if (message.reset) {
      this.#session.reset();
      this.#prepared.clear();
    }
    await this.#answer(this.#session, message);
  }

  #prelogin({ type, body }: Message): void {
    if (type !== PACKET.prelogin) throw new ProtocolError('the first message is no pre-login');
    const answer = answerPrelogin(body, this.#options.encryption);
    this.#reply((writer) => writer.bytes(answer.body));
    this.#preloginDone = true;
    if (answer.refuse) this.#socket.end();
    else if (answer.tls) this.#startTls();
  }

  #startTls(): void {
    const { secureContext } = this.#options;
    if (secureContext === undefined) throw new ProtocolError('TLS was promised but is off');
    const tunnel = openTlsTunnel(secureContext, (bytes) => this.#socket.write(bytes));
    this.#socket.removeAllListeners('data');
    this.#socket.on('data', (chunk: Buffer) => {
      try {
        tunnel.receive(chunk);
      } catch {
        this.#socket.destroy();
      }
    });
    this.#socket.on('close', () => tunnel.plain.destroy());
    this.#socket.on('drain', () => tunnel.drained());
    tunnel.plain.on('error', () => this.#socket.destroy());
    tunnel.plain.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#reader = new MessageReader();
    this.#sink = byteSink(tunnel.plain);
  }

  #login({ type, body }: Message): void {
    if (type !== PACKET.login) throw new ProtocolError('no login after the pre-login');
    const login = readLogin(body);
    let session: Session;
    try {
      const refusal = sqlErrorOf(this.#options.faults.login(login.user));
      if (refusal !== undefined) throw refusal;
      session = this.#options.logIn(login);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      this.#refuse(error, login.user);
      return;
    }
    this.#session = session;
    this.#reply((writer) => {
      const { database } = this.#options;
      writer.bytes(environment.database(database));
      writeInfo(writer, 5701, `Changed database context to '${database}'.`);
      writer.bytes(environment.collation());
      writer.bytes(environment.language('us_english'));
      writeInfo(writer, 5703, 'Changed language setting to us_english.');
      writeLoginAck(writer);
      writer.bytes(environment.packetSize(login.packetSize));
      writeDone(writer, 'done', {});
    });
    this.#packetSize = login.packetSize;
  }

  /** A data base that cannot be opened makes the login fail too; both are told. */
  #refuse(error: SqlError, user: string): void {
    this.#reply((writer) => {
      writeError(writer, error);
      if (error.number !== 18_456) {
        writeError(writer, new SqlError(18_456, `Login failed for user '${user}'.`, { severity: 14 }));
      }
      writeDone(writer, 'done', { failed: true });
    });
    this.#socket.end();
  }

  async #answer(session: Session, message: Message): Promise<void> {
    const writer = new MessageWriter(this.#sink, PACKET.reply, this.#packetSize);
    if (message.reset) writer.bytes(environment.reset());
    try {
      if (message.type === PACKET.batch) {
        await this.#run(
          session,
          writer,
          { kind: 'run', script: readBatch(message.body), given: new Map(), handle: undefined },
          false,
        );
      } else if (message.type === PACKET.rpc) {
        await this.#call(session, writer, readCall(message.body, this.#prepared));
      } else if (message.type === PACKET.transaction) {
        await this.#transaction(session, writer, readTransaction(message.body));
      } else throw new ProtocolError(`message type ${message.type} is not known`);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      writeError(writer, error);
      writeDone(writer, message.type === PACKET.rpc ? 'doneProcedure' : 'done', { failed: true });
    }
    if (!this.#socket.destroyed) writer.end();
  }

  async #call(session: Session, writer: MessageWriter, request: Request): Promise<void> {
    if (request.kind === 'run') {
      await this.#run(session, writer, request, true);
      return;
    }
    if (request.kind === 'describe') this.#describe(session, writer, request.script);
    writeReturnStatus(writer, 0);
    if (request.kind === 'prepare') this.#returnHandle(writer, request.handle, request.script);
    if (request.kind === 'unprepare') this.#prepared.delete(request.handle);
    writeDone(writer, 'doneProcedure', {});
  }

  #describe(session: Session, writer: MessageWriter, script: Script): void {
    const entry = this.#options.record(session, `sp_describe_first_result_set ${script.sql}`, {});
    const sink = new WireSink(writer, 'doneInProcedure', entry, {}, () => {});
    entry.state = 'failed';
    writeDescription(session.describe(script.sql, script.declared), sink);
    entry.state = 'done';
    sink.finish();
  }

  #returnHandle(writer: MessageWriter, name: string | undefined, script: Script): void {
    if (name === undefined) return;
    this.#prepared.set(++this.#handles, script);
    writeReturnValue(writer, name, INT, BigInt(this.#handles));
  }

  async #run(
    session: Session,
    writer: MessageWriter,
    request: Extract<Request, { kind: 'run' }>,
    procedure: boolean,
  ): Promise<void> {
    const { script, given } = request;
    const values = [...given].map(
      ([name, { value, type }]) => [name.replace(/^@/, ''), javascriptValue(value, type)] as const,
    );
    const entry = this.#options.record(session, script.sql, Object.fromEntries(values));
    const fault = this.#options.faults.request({ sql: script.sql, login: session.login });
    const sink = new WireSink(writer, procedure ? 'doneInProcedure' : 'done', entry, fault, () =>
      this.#socket.destroy(),
    );
    const clean = await this.#supervise(sink, fault, () => session.run(script.sql, script.declared, given, sink));
    entry.state = sink.broken ? 'failed' : sink.cancelled ? 'cancelled' : clean ? 'done' : 'failed';
    sink.finish();
    if (!procedure) return;
    writeReturnStatus(writer, clean ? 0 : 1);
    this.#returnHandle(writer, request.handle, script);
    for (const { name, output, type } of script.declared) {
      const variable = output ? session.variable(name) : undefined;
      if (variable !== undefined) writeReturnValue(writer, name, type, variable.value);
    }
    writeDone(writer, 'doneProcedure', { failed: !clean });
  }

  /** Runs one request where an attention can find it. */
  async #supervise(sink: WireSink, fault: Fault, run: () => Promise<boolean>): Promise<boolean> {
    const refusal = fault.error?.afterRows === undefined ? sqlErrorOf(fault) : undefined;
    if (refusal !== undefined) {
      sink.error(refusal);
      return false;
    }
    sink.cancelled = this.#attentions > 0;
    this.#running = sink;
    this.#ignoreAttention = fault.ignoreAttention ?? false;
    try {
      return await run();
    } finally {
      this.#running = undefined;
      this.#ignoreAttention = false;
    }
  }

  async #transaction(session: Session, writer: MessageWriter, request: Request): Promise<void> {
    if (request.kind !== 'transaction') return;
    const entry = this.#options.record(session, `${request.action.toUpperCase()} TRANSACTION`, {});
    const sink = new WireSink(writer, 'done', entry, {}, () => {});
    entry.state = 'failed';
    if (request.action === 'begin') session.begin(sink, request.isolation);
    else if (request.action === 'commit') session.commit(sink);
    else session.rollback(sink);
    entry.state = 'done';
    sink.finish();
  }
}

function byteSink(stream: Pick<Socket, 'write' | 'once' | 'off' | 'destroyed'>): ByteSink {
  return {
    write: (bytes) => stream.destroyed || stream.write(bytes),
    drained: () =>
      new Promise((resolve) => {
        if (stream.destroyed) {
          resolve();
          return;
        }
        const settle = () => {
          stream.off('drain', settle);
          stream.off('close', settle);
          resolve();
        };
        stream.once('drain', settle);
        stream.once('close', settle);
      }),
  };
}
