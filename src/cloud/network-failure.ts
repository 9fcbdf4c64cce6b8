import type { Classification } from './classification.ts';

/** Why no whole response came: a connection that failed, a limit of time, or bytes that are not HTTP. */
export interface NetworkFault {
  readonly fault: 'network' | 'timeout' | 'unreadable';
  /** The system's, OpenSSL's or undici's code; `PROXY_407` for a status of the proxy. */
  readonly cause: string | undefined;
  readonly detail: string | undefined;
}

/** What happened to the connection to a host, and what to do about it. */
interface Explanation {
  /** Goes on after the host: `refused the connection`. */
  readonly happened: string;
  readonly advice: string;
  /** Whether the same request would fail in the same way a moment later. */
  readonly lasting?: true;
  /** Whether no request can have been sent. */
  readonly unsent?: true;
}

const CLOSED: Explanation = {
  happened: 'closed the connection before its response was complete',
  advice: 'if this lasts, check firewalls and proxies in between',
};
const UNREACHABLE: Explanation = {
  happened: 'cannot be reached',
  advice: 'check the network of this machine and the endpoint',
  unsent: true,
};
const PLAIN_PORT: Explanation = {
  happened: 'does not speak TLS on this port',
  advice: 'check the scheme and the port of the endpoint',
  lasting: true,
  unsent: true,
};
const OLD_TLS: Explanation = {
  happened: 'offers only versions of TLS that are too old (before 1.2)',
  advice: 'update the server or what terminates TLS in front of it',
  lasting: true,
  unsent: true,
};
const UNKNOWN_AUTHORITY: Explanation = {
  happened: 'has a certificate of an unknown authority',
  advice: 'set ca_file if the authority is a private one',
  lasting: true,
  unsent: true,
};
const BAD_CERTIFICATE: Explanation = {
  happened: 'has a certificate that cannot be trusted',
  advice: 'check the certificate of the server, and the endpoint',
  lasting: true,
  unsent: true,
};
const FAILED_HANDSHAKE: Explanation = {
  happened: 'did not complete the TLS handshake',
  advice: 'check the endpoint, and what stands between it and this machine',
};

const BY_CAUSE: Readonly<Record<string, Explanation>> = {
  ECONNREFUSED: {
    happened: 'refused the connection',
    advice: 'check the host and the port of the endpoint, and firewalls',
    unsent: true,
  },
  ECONNRESET: CLOSED,
  EPIPE: CLOSED,
  UND_ERR_SOCKET: CLOSED,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: CLOSED,
  ENOTFOUND: {
    happened: 'is not a host name that can be resolved',
    advice: 'check the region and the endpoint',
    unsent: true,
  },
  EAI_AGAIN: {
    happened: 'could not be resolved, the DNS server did not respond',
    advice: 'check the DNS servers of this machine',
    unsent: true,
  },
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  UND_ERR_INVALID_ARG: {
    happened: 'was not sent a request, it could not be written',
    advice: 'check the endpoint and proxy_url',
    lasting: true,
    unsent: true,
  },
  UND_ERR_PRX_CONN: {
    happened: 'was not reached, the proxy closed the connection',
    advice: 'check the proxy',
    unsent: true,
  },
  UND_ERR_PRX_TLS: {
    happened: 'was not reached, the certificate of the proxy is for another host name',
    advice: 'check the host name of the proxy',
    lasting: true,
    unsent: true,
  },
  PROXY_407: {
    happened: 'was not reached, the proxy asks for a user name and password',
    advice: 'put them into the URL of the proxy: http://USER:PASSWORD@HOST:PORT',
    lasting: true,
    unsent: true,
  },
  CERT_HAS_EXPIRED: {
    happened: 'has a certificate that has expired',
    advice: 'renew it on the server, or correct the clock of this machine',
    lasting: true,
    unsent: true,
  },
  CERT_NOT_YET_VALID: {
    happened: 'has a certificate that is not valid yet',
    advice: 'correct the clock of this machine, or wait until it is valid',
    lasting: true,
    unsent: true,
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    happened: 'has a certificate for another host name',
    advice: 'check the host name of the endpoint',
    lasting: true,
    unsent: true,
  },
  ERR_SSL_WRONG_VERSION_NUMBER: PLAIN_PORT,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: PLAIN_PORT,
  ERR_SSL_HTTP_REQUEST: PLAIN_PORT,
  ERR_SSL_UNSUPPORTED_PROTOCOL: OLD_TLS,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: OLD_TLS,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  EPROTO: FAILED_HANDSHAKE,
};

// Node's names for what OpenSSL finds wrong with a certificate.
const CERTIFICATE_CAUSE =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH)/;

/** Whether the cause of a failure is a certificate that is not trusted. */
export const isCertificateCause = (cause: string | undefined): boolean => CERTIFICATE_CAUSE.test(cause ?? '');

function explain(cause: string | undefined): Explanation | undefined {
  if (cause === undefined) return undefined;
  const known = BY_CAUSE[cause];
  if (known !== undefined) return known;
  if (isCertificateCause(cause)) return BAD_CERTIFICATE;
  if (cause.startsWith('ERR_SSL_')) return FAILED_HANDSHAKE;
  const [, status] = /^PROXY_(\d+)$/.exec(cause) ?? [];
  return status === undefined ? undefined : refusedTunnel(Number(status));
}

const refusedTunnel = (status: number): Explanation => ({
  happened: `was not reached, the proxy returned ${status}`,
  advice: 'check whether the proxy allows connections to this host and port',
  unsent: true,
  ...(status >= 400 && status < 500 ? { lasting: true } : {}),
});

/** Whether no request can have reached the host. */
export const isUnsent = (cause: string | undefined): boolean =>
  cause === 'UND_ERR_CONNECT_TIMEOUT' || explain(cause)?.unsent === true;

/** Classifies a request that got no whole response. */
export function classifyFault({ fault, cause }: NetworkFault): Classification {
  switch (fault) {
    case 'network':
      return { kind: 'network', transient: explain(cause)?.lasting !== true };
    case 'timeout':
      return { kind: 'timeout', transient: true };
    case 'unreadable':
      return { kind: 'malformed', transient: false };
    default:
      return fault satisfies never;
  }
}

/** What happened, to go on after the host, and what to do; undefined where the cause is not one of the known ones. */
export const explainCause = (
  cause: string | undefined,
): { readonly happened: string; readonly advice: string } | undefined => explain(cause);
