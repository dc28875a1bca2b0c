import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import {
  bitString,
  constructed,
  implicit,
  objectId,
  octets,
  sequence,
  serialNumber,
  set,
  smallInteger,
  truth,
  utcTime,
  utf8,
} from './der.ts';

/** A certificate and its key, both PEM: what `tls.createSecureContext` takes. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** Signs certificates of servers; a client that trusts `cert` trusts them. Its key never leaves the process. */
export interface Authority {
  readonly cert: string;
  /** Of a server on loopback, which may go by other names too, `*.example.org` among them. */
  issue(commonName: string, names?: readonly string[]): Identity;
}

/** Of a server that vouches for itself, as SQL Server does where nobody gave it a certificate: version 1, no names. */
export function selfSignedCertificate(commonName: string): Identity {
  const keys = generateKeyPair();
  const cert = pemOf({ subject: commonName, publicKey: keys.publicKey, issuer: commonName, signer: keys.privateKey });
  return { key: keyText(keys.privateKey), cert };
}

/** A certificate authority of this process alone, for servers on loopback. */
export function createAuthority(commonName: string): Authority {
  const { publicKey, privateKey } = generateKeyPair();
  const common = { issuer: commonName, signer: privateKey };
  return {
    cert: pemOf({ ...common, subject: commonName, publicKey, extensions: [maySign] }),
    issue(subject, names = []) {
      const keys = generateKeyPair();
      const cert = pemOf({ ...common, subject, publicKey: keys.publicKey, extensions: [onLoopback(names)] });
      return { key: keyText(keys.privateKey), cert };
    },
  };
}

interface Draft {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly issuer: string;
  readonly signer: KeyObject;
  readonly extensions?: readonly Buffer[];
}

/**
 * An X.509 certificate over P-256, valid for a year, written by hand because Node makes keys but no certificates, and
 * a package for the rest would be bigger than a sandbox. RFC 5280 section 4.1, DER per X.690.
 */
function pemOf({ subject, publicKey, issuer, signer, extensions = [] }: Draft): string {
  const algorithm = sequence(objectId(ECDSA_WITH_SHA256));
  const day = 86_400_000;
  // Only version 3 has extensions, and only a version past 1 is written.
  const body = sequence(
    ...(extensions.length > 0 ? [constructed(0, smallInteger(2))] : []),
    serialNumber(),
    algorithm,
    nameOf(issuer),
    sequence(utcTime(new Date(Date.now() - day)), utcTime(new Date(Date.now() + 365 * day))),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [constructed(3, sequence(...extensions))] : []),
  );
  const certificate = sequence(body, algorithm, bitString(sign('sha256', body, signer)));
  return `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`;
}

/** 2.5.4.3, 1.2.840.10045.4.3.2, 2.5.29.19 and 2.5.29.17, already encoded. */
const COMMON_NAME = Buffer.from('550403', 'hex');
const ECDSA_WITH_SHA256 = Buffer.from('2a8648ce3d040302', 'hex');
const BASIC_CONSTRAINTS = Buffer.from('551d13', 'hex');
const SUBJECT_ALT_NAME = Buffer.from('551d11', 'hex');

/** Critical, so that nobody takes the authority for a server (RFC 5280 section 4.2.1.9). */
const maySign = sequence(objectId(BASIC_CONSTRAINTS), truth, octets(sequence(truth)));

/** Clients look for the host here and no longer in the common name: a name is [2], an address [7]. */
function onLoopback(names: readonly string[]): Buffer {
  const all = ['localhost', ...names].map((name) => implicit(2, Buffer.from(name)));
  const alternatives = sequence(...all, implicit(7, Buffer.from([127, 0, 0, 1])));
  return sequence(objectId(SUBJECT_ALT_NAME), octets(alternatives));
}

function nameOf(commonName: string): Buffer {
  return sequence(set(sequence(objectId(COMMON_NAME), utf8(commonName))));
}

function generateKeyPair(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function keyText(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
