import type { FailureKind } from '../domain/outcome.ts';
import type { Seconds, UnixSeconds } from '../domain/quantities.ts';
import type { Permission } from '../services/api-call.ts';
import { explainCause, type NetworkFault } from './network-failure.ts';
import { oneLine } from './redaction.ts';
import type { CloudRequest } from './request.ts';
import type { VendorError } from './vendor-error.ts';

/** What was requested, for the sentence about its failure. */
export interface Requested {
  readonly request: Pick<CloudRequest, 'operation' | 'permission'>;
  /** Host and port. */
  readonly host: string;
}

/** A sentence: what failed, why, and what to do. `list_backups` becomes `list backups`. */
export const failureMessage = (
  operation: string,
  reason: string,
  ...advice: readonly (string | undefined)[]
): string =>
  [
    `cannot ${operation.replaceAll('_', ' ')}: ${reason}`,
    ...advice.filter((part) => part !== undefined),
  ].join('; ');

const TOLERATED_SKEW = 15 * 60;

/** Advice about a clock too far off for signatures; undefined if it is not. */
export function skewAdvice(serverDate: Date | undefined, now: UnixSeconds): string | undefined {
  if (serverDate === undefined) return undefined;
  const ahead = now - serverDate.getTime() / 1000;
  if (Math.abs(ahead) <= TOLERATED_SKEW) return undefined;
  const minutes = Math.round(Math.abs(ahead) / 60);
  const direction = ahead > 0 ? 'ahead of' : 'behind';
  return `the clock of this machine is ${minutes} minutes ${direction} the server's, signatures allow 15: correct the clock`;
}

/** A permission with both of its names. */
export function describePermission(permission: Permission | undefined): string {
  if (permission === undefined) return 'the permission for it';
  const { role, identity } = permission;
  return identity === undefined ? role : `${role} (in an identity policy: ${identity})`;
}

function adviceFor(
  { operation, permission }: Requested['request'],
  status: number,
  kind: FailureKind,
  code: string | undefined,
): string | undefined {
  if (kind === 'permission') {
    const grant = `grant ${describePermission(permission)} to the user or agency`;
    return operation === 'find_project' ? `${grant}, or set project_id` : grant;
  }
  if (kind === 'throttled') return 'raise poll.interval or lower poll.concurrency';
  if (kind === 'server') return 'the service failed, try again later';
  if (status >= 300 && status < 400) return 'redirects are not followed, check the endpoint';
  if (kind !== 'refused') return undefined;
  if (operation === 'sign_in') return 'check region, project_id, project_name and iam_endpoint';
  if (operation === 'find_project') return 'check iam_endpoint';
  if (status === 404) return 'check the endpoint and project_id';
  return code === undefined ? 'check the endpoint' : `look up ${code} in the error codes of the service`;
}

/** The sentence about an error response. */
export function responseMessage(
  { request, host }: Requested,
  status: number,
  { code, text }: VendorError,
  kind: FailureKind,
  advice: string | undefined,
): string {
  const returned = [`${host} returned ${status}`, code, text === undefined ? undefined : `"${text}"`];
  return failureMessage(
    request.operation,
    returned.filter((part) => part !== undefined).join(' '),
    advice ?? adviceFor(request, status, kind, code),
  );
}

/** The sentence about a response that cannot be parsed. `contentType` is redacted. */
export function malformedMessage(
  { request, host }: Requested,
  status: number,
  instead: string,
  contentType: string | undefined,
): string {
  const named = contentType === undefined ? '' : ` (${oneLine(contentType, 60)})`;
  const isPage = /html/i.test(contentType ?? '');
  return failureMessage(
    request.operation,
    `${host} returned ${status} with ${instead}${named}`,
    isPage ? 'check the endpoint, and whether a proxy or a login page is in between' : 'check the endpoint',
  );
}

const CHECK_PROXY = 'check the proxy too (proxy_url or HTTPS_PROXY)';
const UNKNOWN_CAUSE = {
  happened: 'could not be reached',
  advice: 'check the network of this machine and the endpoint',
};

/** A code that people can search for: the system's or OpenSSL's. */
const searchable = (cause: string | undefined): string | undefined =>
  cause === undefined || /^(UND_ERR|PROXY)_/.test(cause) ? undefined : cause;

const REGIONAL_IAM = /^iam\.[^.]+\.myhuaweicloud\.com$/;

/** The sentence about a request without a complete response within `limit`. */
export function networkMessage(
  { request, host }: Requested,
  { fault, cause, detail }: NetworkFault,
  limit: Seconds,
  proxied: boolean,
): string {
  const isOfProxy = /^(UND_ERR_PRX|PROXY)_/.test(cause ?? '');
  const message = (reason: string, ...advice: readonly (string | undefined)[]): string =>
    failureMessage(request.operation, reason, ...advice, proxied && !isOfProxy ? CHECK_PROXY : undefined);
  switch (fault) {
    case 'timeout':
      return message(
        `${host} did not finish responding within ${limit} s`,
        'check the network, or raise poll.request_timeout',
      );
    case 'unreadable':
      return message(
        `${host} sent a response that cannot be read (${oneLine(detail ?? cause ?? 'not HTTP', 120)})`,
        'check the endpoint',
      );
    case 'network': {
      const known = explainCause(cause);
      const { happened, advice } = known ?? UNKNOWN_CAUSE;
      const remark = known === undefined ? oneLine(detail ?? cause ?? 'unknown', 120) : searchable(cause);
      const isGlobalNeeded = cause === 'ENOTFOUND' && REGIONAL_IAM.test(host);
      return message(
        `${host} ${happened}${remark === undefined ? '' : ` (${remark})`}`,
        advice,
        isGlobalNeeded ? 'or set iam_endpoint: https://iam.myhuaweicloud.com' : undefined,
      );
    }
    default:
      return fault satisfies never;
  }
}
