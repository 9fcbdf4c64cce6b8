import type { CloudFailure } from '../../cloud/failure.ts';
import { isUnsent } from '../../cloud/network-failure.ts';
import { refusalOf } from './refusal.ts';

const REQUEST_TIMEOUT = 408;

/**
 * Whether a request that failed may have been carried out. It was not where the service said why not, or
 * where no connection was made; every other end leaves it open.
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
