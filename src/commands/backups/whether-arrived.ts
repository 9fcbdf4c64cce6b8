import { isCertificateCause } from '../../cloud/classification.ts';
import type { CloudFailure } from '../../cloud/failure.ts';
import type { Operation } from '../../cloud/operation.ts';
import { refusalOf } from './refusal.ts';

/** The system's codes for connections that were never made. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_PRX_CONN',
  'UND_ERR_INVALID_ARG',
]);

const REQUEST_TIMEOUT = 408;

/**
 * Whether a request that failed may have been carried out. It was not where the service said why not, or
 * where no connection was made; every other end leaves it open.
 */
export function mayHaveArrived({ details }: CloudFailure, sent: Operation, service: string): boolean {
  const { operation, status, code, cause } = details;
  // What failed came before it: signing in, finding the project.
  if (operation !== sent) return false;
  if (refusalOf(service, code) !== undefined) return false;
  if (status === undefined) return !(NEVER_CONNECTED.has(cause ?? '') || isCertificateCause(cause));
  if (status < 300) return code === undefined;
  return status >= 500 || status === REQUEST_TIMEOUT;
}
