import type { FailureKind } from '../domain/outcome.ts';
import type { UnixSeconds } from '../domain/quantities.ts';
import type { Permission } from '../services/api-call.ts';
import type { CloudRequest } from './request.ts';

const TOLERATED_SKEW = 15 * 60;

/** Advice about a clock too far off for signatures; undefined if it is not. */
export function skewAdvice(serverDate: UnixSeconds | undefined, now: UnixSeconds): string | undefined {
  const ahead = now - (serverDate ?? now);
  if (Math.abs(ahead) <= TOLERATED_SKEW) return undefined;
  const minutes = Math.round(Math.abs(ahead) / 60);
  const direction = ahead > 0 ? 'ahead of' : 'behind';
  return `this machine's clock is ${minutes} minutes ${direction} the server's, but signatures allow only 15: correct the clock`;
}

/** A permission with both of its names. */
export function describePermission(permission: Permission | undefined): string {
  if (permission === undefined) return 'the permission for it';
  const { role, identity } = permission;
  return identity === undefined ? role : `${role} (in an identity policy: ${identity})`;
}

/** What to do about an error response. */
export function adviceFor(
  { operation, permission }: CloudRequest,
  status: number,
  kind: FailureKind,
  code: string | undefined,
): string | undefined {
  if (kind === 'permission') {
    const grant = `grant ${describePermission(permission)} to the user or agency`;
    return operation === 'find_project' ? `${grant}, or set project_id` : grant;
  }
  if (kind === 'throttled') return 'raise poll.interval or lower poll.concurrency';
  if (kind === 'server') return 'the service failed; try again later';
  if (status >= 300 && status < 400) return 'redirects are not followed; check the endpoint';
  if (kind !== 'refused') return undefined;
  if (operation === 'sign_in') return 'check region, project_id, project_name and iam_endpoint';
  if (operation === 'find_project') return 'check iam_endpoint';
  if (status === 404) return 'check the endpoint and project_id';
  return code === undefined ? 'check the endpoint' : `look up ${code} in the error codes of the service`;
}
