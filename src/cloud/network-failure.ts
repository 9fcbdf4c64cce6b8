import type { FailureKind } from '../domain/outcome.ts';
import { type FailedAttempt, failureOf } from './failure.ts';
import { oneLine } from './redaction.ts';
import type { Sent } from './request.ts';

/** Why there was no complete response: a failed connection, a timeout, or bytes that are not HTTP. */
export interface NetworkFault {
  readonly fault: 'network' | 'timeout' | 'unreadable';
  /** The code of the system, OpenSSL or undici; `PROXY_407` for a status of the proxy. */
  readonly cause: string | undefined;
  readonly detail: string | undefined;
}

/** What happened to the connection to a host, and what to do about it. */
interface Explanation {
  /** Follows the host: `refused the connection`. */
  readonly happened: string;
  readonly advice: string;
  /** Whether the request was certainly not sent. */
  readonly unsent?: true;
  /** Whether a retry would fail the same way. */
  readonly lasting?: true;
}

const broken = (happened: string, advice: string): Explanation => ({ happened, advice });
const unsent = (happened: string, advice: string): Explanation => ({ happened, advice, unsent: true });
const refused = (happened: string, advice: string): Explanation => ({
  ...unsent(happened, advice),
  lasting: true,
});

const CLOSED = broken(
  'closed the connection before its response was complete',
  'if this persists, check firewalls and proxies in between',
);
const UNREACHABLE = unsent('cannot be reached', 'check the network of this machine and the endpoint');
const PLAIN_PORT = refused(
  'does not speak TLS on this port',
  'check the scheme and the port of the endpoint',
);
const OLD_TLS = refused('offers only TLS versions older than 1.2', 'update the server or its TLS proxy');
const UNKNOWN_CA = refused(
  'has a certificate from an unknown certificate authority',
  'set ca_file for a private certificate authority (CA)',
);
const BAD_CERTIFICATE = refused(
  'has a certificate that cannot be trusted',
  'check the certificate of the server, and the endpoint',
);
const FAILED_HANDSHAKE = broken(
  'did not complete the TLS handshake',
  'check the endpoint, and firewalls and proxies in between',
);

const BY_CAUSE: Readonly<Record<string, Explanation>> = {
  ECONNREFUSED: unsent(
    'refused the connection',
    'check the host and the port of the endpoint, and firewalls',
  ),
  ECONNRESET: CLOSED,
  EPIPE: CLOSED,
  UND_ERR_SOCKET: CLOSED,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: CLOSED,
  ENOTFOUND: unsent('cannot be resolved', 'check the region and the endpoint'),
  EAI_AGAIN: unsent(
    'could not be resolved: the DNS server did not respond',
    'check the DNS servers of this machine',
  ),
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  UND_ERR_CONNECT_TIMEOUT: UNREACHABLE,
  UND_ERR_INVALID_ARG: refused(
    'was sent nothing: the request could not be written',
    'check the endpoint and proxy_url',
  ),
  UND_ERR_PRX_CONN: unsent(
    'was not reached: the proxy closed the connection',
    'check the proxy (proxy_url or HTTPS_PROXY)',
  ),
  UND_ERR_PRX_TLS: refused(
    'was not reached: the certificate of the proxy is for another host name',
    'check the host name of the proxy',
  ),
  PROXY_407: refused(
    'was not reached: the proxy requires a user name and password',
    'put them into its URL (proxy_url or HTTPS_PROXY): http://USER:PASSWORD@HOST:PORT',
  ),
  CERT_HAS_EXPIRED: refused(
    'has an expired certificate',
    'renew it on the server, or correct the clock of this machine',
  ),
  CERT_NOT_YET_VALID: refused(
    'has a certificate that is not valid yet',
    'correct the clock of this machine, or wait until it is valid',
  ),
  ERR_TLS_CERT_ALTNAME_INVALID: refused(
    'has a certificate for another host name',
    'check the host name of the endpoint',
  ),
  ERR_SSL_WRONG_VERSION_NUMBER: PLAIN_PORT,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: PLAIN_PORT,
  ERR_SSL_HTTP_REQUEST: PLAIN_PORT,
  ERR_SSL_UNSUPPORTED_PROTOCOL: OLD_TLS,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: OLD_TLS,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_CA,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_CA,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_CA,
  EPROTO: FAILED_HANDSHAKE,
};

// Node's names for certificate errors of OpenSSL.
const CERTIFICATE_CAUSE =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH)/;

export const isCertificateCause = (cause: string | undefined): boolean => CERTIFICATE_CAUSE.test(cause ?? '');

/** What happened to a connection, and what to do; undefined for an unknown cause. */
export function explainCause(cause = ''): Explanation | undefined {
  if (Object.hasOwn(BY_CAUSE, cause)) return BY_CAUSE[cause];
  if (isCertificateCause(cause)) return BAD_CERTIFICATE;
  if (cause.startsWith('ERR_SSL_')) return FAILED_HANDSHAKE;
  const [, status] = /^PROXY_(\d+)$/.exec(cause) ?? [];
  if (status === undefined) return undefined;
  const explained = Number(status) >= 400 && Number(status) < 500 ? refused : unsent;
  return explained(
    `was not reached: the proxy returned ${status}`,
    'check that the proxy (proxy_url or HTTPS_PROXY) allows connections to this host and port',
  );
}

/** Whether the request certainly did not reach the host. */
export const isUnsent = (cause: string | undefined): boolean => explainCause(cause)?.unsent === true;

const UNKNOWN_CAUSE = broken('could not be reached', 'check the network of this machine and the endpoint');
const CHECK_PROXY = 'check the proxy too (proxy_url or HTTPS_PROXY)';
const REGIONAL_IAM = /^iam\.[^.]+\.myhuaweicloud\.com$/;

/** The result of a request without a complete response. */
export function networkFailure({ fault, cause, detail }: NetworkFault, sent: Sent): FailedAttempt {
  const { host, timeout, proxied } = sent;
  const isOfProxy = /^(UND_ERR_PRX|PROXY)_/.test(cause ?? '');
  const failed = (
    kind: FailureKind,
    transient: boolean,
    reason: string,
    ...advice: readonly (string | undefined)[]
  ): FailedAttempt => {
    const details = { kind, operation: sent.request.operation, cause };
    const checkProxy = proxied && !isOfProxy ? CHECK_PROXY : undefined;
    return { ok: false, failure: failureOf(details, `${host} ${reason}`, ...advice, checkProxy), transient };
  };
  if (fault === 'timeout') {
    const advice = 'check the network, or raise poll.request_timeout';
    return failed('timeout', true, `did not finish responding within ${timeout} s`, advice);
  }
  const shown = oneLine(detail ?? cause ?? (fault === 'network' ? 'unknown' : 'not HTTP'), 120);
  if (fault === 'unreadable') {
    return failed('malformed', false, `sent a response that cannot be read (${shown})`, 'check the endpoint');
  }
  const known = explainCause(cause);
  const { happened, advice, lasting } = known ?? UNKNOWN_CAUSE;
  const remark = known === undefined ? shown : searchable(cause);
  const isGlobalNeeded = cause === 'ENOTFOUND' && REGIONAL_IAM.test(host);
  return failed(
    'network',
    lasting !== true,
    `${happened}${remark === undefined ? '' : ` (${remark})`}`,
    isGlobalNeeded ? 'check the region, or set iam_endpoint: https://iam.myhuaweicloud.com' : advice,
  );
}

/** A code that people can search for: the system's or OpenSSL's. */
const searchable = (cause: string | undefined): string | undefined =>
  cause === undefined || /^(UND_ERR|PROXY)_/.test(cause) ? undefined : cause;
