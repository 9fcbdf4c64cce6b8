import type { FailureKind } from '../domain/outcome.ts';
import type { ErrorRules } from '../services/api-call.ts';
import type { VendorError } from './vendor-error.ts';

/** What a failure counts as, and whether a retry may succeed. */
export interface Classification {
  readonly kind: FailureKind;
  readonly transient: boolean;
}

/** Codes of the gateway in front of every service. */
const GATEWAY_CODES: ReadonlyMap<string | undefined, FailureKind> = new Map([
  ['APIGW.0301', 'auth'],
  ['APIGW.0307', 'auth'],
  ['APIGW.0302', 'permission'],
  ['APIGW.0304', 'permission'],
  ['APIGW.0306', 'permission'],
  ['APIGW.0310', 'permission'],
  ['APIGW.0802', 'permission'],
  ['APIGW.0308', 'throttled'],
]);

const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 502, 503, 504]);

function kindOf(status: number): FailureKind {
  if (status === 429) return 'throttled';
  if (status === 401) return 'auth';
  if (status === 403) return 'permission';
  return status === 408 || status >= 500 ? 'server' : 'refused';
}

/** IAM refuses a sign-in with 401 or 403, and some of its gateways with a 400 whose body says so. */
const isRefusedSignIn = (operation: string, status: number, error: VendorError): boolean =>
  operation === 'sign_in' && [401, 403].includes(status === 400 ? (error.statedStatus ?? status) : status);

/** Classifies an error response: by its code if that says more, else by its status. */
export function classifyResponse(
  operation: string,
  status: number,
  error: VendorError,
  { codes, transientPrefix }: ErrorRules = { codes: {} },
): Classification {
  if (isRefusedSignIn(operation, status, error)) return { kind: 'auth', transient: false };
  const { code } = error;
  const meaning = code !== undefined && Object.hasOwn(codes, code) ? codes[code] : undefined;
  if (meaning?.kind !== undefined) return { kind: meaning.kind, transient: meaning.transient === true };
  const kind = GATEWAY_CODES.get(code) ?? kindOf(status);
  const isPassing =
    TRANSIENT_STATUSES.has(status) ||
    (transientPrefix !== undefined && code?.startsWith(transientPrefix) === true);
  return { kind, transient: kind === 'throttled' || (kind === 'server' && isPassing) };
}
