import type { CloudFailure } from '../../cloud/failure.ts';
import { isUnsent } from '../../cloud/network-failure.ts';
import { refusalOf } from './refusal.ts';

const REQUEST_TIMEOUT = 408;

/**
 * Whether a failed request may have been carried out: not if the service refused it or no connection was made,
 * otherwise possibly.
 */
export function mayHaveArrived({ details }: CloudFailure, sent: string, service: string): boolean {
  const { operation, status, code, cause } = details;
  // The failure came before the request: signing in or finding the project.
  if (operation !== sent) return false;
  if (refusalOf(service, code) !== undefined) return false;
  if (status === undefined) return !isUnsent(cause);
  if (status < 300) return code === undefined;
  return status >= 500 || status === REQUEST_TIMEOUT;
}
