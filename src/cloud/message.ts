import type { Seconds, UnixSeconds } from '../domain/quantities.ts';
import type { Permission } from '../services/api-call.ts';
import { type Classification, isCertificateCause } from './classification.ts';
import type { Operation } from './operation.ts';
import { oneLine } from './text.ts';
import type { VendorError } from './vendor-error.ts';

/** What was being done, for the sentence about its failure. */
export interface Attempted {
  readonly operation: Operation;
  readonly permission: Permission | undefined;
  /** Host and port. */
  readonly host: string;
}

// `list_backups` → `list backups`.
const doing = (operation: Operation): string => operation.replaceAll('_', ' ');

/** A sentence: what could not be done, why, and where it is known what to do. */
export const failureMessage = (
  operation: Operation,
  reason: string,
  ...advice: readonly (string | undefined)[]
): string =>
  [`cannot ${doing(operation)}: ${reason}`, ...advice.filter((part) => part !== undefined)].join('; ');

const TOLERATED_SKEW = 15 * 60;

/** What to do about a clock that differs too much from the server's for a signature; undefined when it does not. */
export function skewAdvice(serverDate: Date | undefined, now: UnixSeconds): string | undefined {
  if (serverDate === undefined) return undefined;
  const ahead = now - serverDate.getTime() / 1000;
  if (Math.abs(ahead) <= TOLERATED_SKEW) return undefined;
  const minutes = Math.round(Math.abs(ahead) / 60);
  const direction = ahead > 0 ? 'ahead of' : 'behind';
  return `the clock of this machine is ${minutes} minutes ${direction} the server's, a signature allows for 15: correct the clock`;
}

/** A permission by both of its names. */
export function permissionWords(permission: Permission | undefined): string {
  if (permission === undefined) return 'the permission for it';
  const { role, identity } = permission;
  return identity === undefined ? role : `${role} (in an identity policy: ${identity})`;
}

function answerAdvice(
  attempted: Attempted,
  status: number,
  kind: Classification['kind'],
): string | undefined {
  const { operation } = attempted;
  if (kind === 'permission') {
    return `grant ${permissionWords(attempted.permission)} to the user or agency`;
  }
  if (kind === 'throttled') return 'raise poll.interval or lower poll.concurrency';
  if (status >= 300 && status < 400) return 'a redirect is not followed, check the endpoint';
  if (kind !== 'refused') return undefined;
  if (operation === 'sign_in') return 'check project_name or project_id, and iam_endpoint';
  return status === 404 && operation !== 'find_project' ? 'check the endpoint and project_id' : undefined;
}

/** The sentence about an answer that is an error. */
export function answerMessage(
  attempted: Attempted,
  status: number,
  error: VendorError,
  kind: Classification['kind'],
  advice: string | undefined,
): string {
  const said = [error.code, error.text === undefined ? undefined : `"${error.text}"`];
  const answered = [`${attempted.host} answered ${status}`, ...said.filter((part) => part !== undefined)];
  return failureMessage(
    attempted.operation,
    answered.join(' '),
    advice ?? answerAdvice(attempted, status, kind),
  );
}

/** The sentence about an answer that cannot be read. */
export function unreadableMessage(
  attempted: Attempted,
  status: number,
  instead: string,
  contentType: string | undefined,
): string {
  const named = contentType === undefined ? '' : ` (${oneLine(contentType, 60)})`;
  const isPage = /html/i.test(contentType ?? '');
  return failureMessage(
    attempted.operation,
    `${attempted.host} answered ${status} with ${instead}${named}`,
    isPage ? 'check the endpoint, and whether a proxy or a login page stands in between' : undefined,
  );
}

const NETWORK_CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'closed the connection before its answer was complete',
  EPIPE: 'closed the connection before its answer was complete',
  UND_ERR_SOCKET: 'closed the connection before its answer was complete',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'closed the connection before its answer was complete',
  ENOTFOUND: 'is not a host name that can be resolved',
  EAI_AGAIN: 'could not be resolved, the name service gave no answer',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  EPROTO: 'does not speak TLS as expected',
  UND_ERR_PRX_CONN: 'was not reached, the proxy opened no tunnel to it',
};

/** The sentence about a connection that failed. `detail` is used where the cause has no words of its own. */
export function networkMessage(
  attempted: Attempted,
  cause: string | undefined,
  detail: string | undefined,
  proxied: boolean,
): string {
  const { operation, host } = attempted;
  const through = proxied ? 'check the proxy too (proxy_url or HTTPS_PROXY)' : undefined;
  if (isCertificateCause(cause)) {
    return failureMessage(
      operation,
      `the certificate of ${host} is not trusted (${cause})`,
      'set ca_file if its authority is a private one',
      through,
    );
  }
  const known = NETWORK_CAUSES[cause ?? ''];
  const named = cause?.startsWith('UND_ERR_') === true ? undefined : cause;
  const remark = known === undefined ? oneLine(detail ?? cause ?? '', 120) : named;
  const happened = known ?? 'could not be asked';
  return failureMessage(operation, `${host} ${happened}${remark ? ` (${remark})` : ''}`, through);
}

/** The sentence about an answer that did not come in time. */
export const timeoutMessage = (attempted: Attempted, limit: Seconds, proxied: boolean): string =>
  failureMessage(
    attempted.operation,
    `${attempted.host} gave no whole answer within ${limit} s`,
    proxied ? 'check the proxy too (proxy_url or HTTPS_PROXY)' : undefined,
  );
