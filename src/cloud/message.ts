import type { Seconds, UnixSeconds } from '../domain/quantities.ts';
import type { Permission } from '../services/api-call.ts';
import type { Classification } from './classification.ts';
import { explainCause } from './network-failure.ts';
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

/** The sentence about a connection that failed. `detail` is used where the cause has no words of its own. */
export function networkMessage(
  attempted: Attempted,
  cause: string | undefined,
  detail: string | undefined,
  proxied: boolean,
): string {
  const { operation, host } = attempted;
  const { happened, advice } = explainCause(cause) ?? {
    happened: 'could not be reached',
    advice: 'check the network of this machine and the endpoint',
  };
  const isWord = cause !== undefined && !/^(UND_ERR|PROXY)_/.test(cause);
  const remark = explainCause(cause) === undefined ? oneLine(detail ?? cause ?? '', 120) : isWord && cause;
  return failureMessage(
    operation,
    `${host} ${happened}${remark ? ` (${remark})` : ''}`,
    advice,
    proxied ? 'check the proxy too (proxy_url or HTTPS_PROXY)' : undefined,
  );
}

/** The sentence about an answer that did not come in time. */
export const timeoutMessage = (attempted: Attempted, limit: Seconds, proxied: boolean): string =>
  failureMessage(
    attempted.operation,
    `${attempted.host} gave no whole answer within ${limit} s`,
    proxied ? 'check the proxy too (proxy_url or HTTPS_PROXY)' : undefined,
  );
