import { Duplex } from 'node:stream';
import { createSecureContext, type SecureContext, type SecureContextOptions, TLSSocket } from 'node:tls';
import { selfSignedCertificate } from '../../_tls/certificate.ts';
import { PACKET, MessageReader, MessageWriter } from './packets.ts';

/** TDS 7.x wraps the handshake in PRELOGIN packets, which TLS 1.3's late session tickets would fall out of. */
export function serverContext(given: SecureContextOptions = {}): SecureContext {
  return createSecureContext({ ...selfSignedCertificate('localhost'), maxVersion: 'TLSv1.2', ...given });
}

const TLS_APPLICATION_DATA = 0x17;

export interface TlsTunnel {
  /** Bytes as they come from the socket. */
  receive(chunk: Buffer): void;
  /** The socket takes more again. */
  drained(): void;
  /** The decrypted side. */
  readonly plain: TLSSocket;
}

/**
 * In-band TLS: until the client's first application record every flight travels inside PRELOGIN messages, afterwards
 * TLS runs on the bare socket. A client reads exactly one message per flight it sent, so our writes of one turn of
 * the event loop become one message.
 */
export function openTlsTunnel(context: SecureContext, send: (bytes: Buffer) => boolean): TlsTunnel {
  const reader = new MessageReader();
  let wrapped = true;
  let flight: Buffer[] = [];
  let blocked: (() => void) | undefined;

  const sendFlight = () => {
    const writer = new MessageWriter({ write: send, drained: () => Promise.resolve() }, PACKET.prelogin, 4096);
    writer.bytes(Buffer.concat(flight));
    flight = [];
    writer.end();
  };
  const encrypted = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      if (!wrapped) {
        // Back-pressure of the socket reaches the writer of rows through here.
        if (send(chunk)) done();
        else blocked = done;
        return;
      }
      if (flight.push(chunk) === 1) setImmediate(sendFlight);
      done();
    },
  });
  const plain = new TLSSocket(encrypted, { isServer: true, secureContext: context });
  encrypted.on('error', () => plain.destroy());

  return {
    plain,
    drained() {
      const go = blocked;
      blocked = undefined;
      go?.();
    },
    receive(chunk) {
      if (wrapped && chunk[0] === TLS_APPLICATION_DATA) wrapped = false;
      if (!wrapped) {
        encrypted.push(chunk);
        return;
      }
      for (const message of reader.push(chunk)) encrypted.push(message.body);
    },
  };
}
