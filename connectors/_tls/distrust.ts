/** Node's words for a certificate nobody vouches for: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const untrusted: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_UNTRUSTED',
  'CERT_REVOKED',
  'INVALID_CA',
]);

/** Of a certificate that would do for another host. */
export const otherName = 'ERR_TLS_CERT_ALTNAME_INVALID';

/** Of a port that answers the handshake with something else: HTTP without TLS, a mail server, a data base. */
export const noTls = 'ERR_SSL_WRONG_VERSION_NUMBER';

export function isUntrusted(code: string): boolean {
  return untrusted.has(code);
}
