import type { FailureKind } from '../domain/outcome.ts';
import type { ErrorRules } from '../services/api-call.ts';
import type { VendorError } from './vendor-error.ts';

/** What a failure counts as, and whether a retry may succeed. */
export interface Classification {
  readonly kind: FailureKind;
  readonly transient: boolean;
}

const lasting = (kind: FailureKind): Classification => ({ kind, transient: false });
const passing = (kind: FailureKind): Classification => ({ kind, transient: true });

/** Codes of the gateway in front of every service. */
const BY_CODE: ReadonlyMap<string, Classification> = new Map([
  ['APIGW.0301', lasting('auth')],
  ['APIGW.0307', lasting('auth')],
  ['APIGW.0302', lasting('permission')],
  ['APIGW.0304', lasting('permission')],
  ['APIGW.0306', lasting('permission')],
  ['APIGW.0310', lasting('permission')],
  ['APIGW.0802', lasting('permission')],
  ['APIGW.0308', passing('throttled')],
]);

const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 502, 503, 504]);

function classifyStatus(status: number, isTransient: boolean): Classification {
  if (TRANSIENT_STATUSES.has(status)) return passing('server');
  if (status === 429) return passing('throttled');
  if (status === 401) return lasting('auth');
  if (status === 403) return lasting('permission');
  if (status >= 500) return isTransient ? passing('server') : lasting('server');
  return lasting('refused');
}

/** IAM refuses a sign-in with 401 or 403, and some of its gateways with a 400 whose body says so. */
const isRefusedSignIn = (operation: string, status: number, error: VendorError): boolean =>
  operation === 'sign_in' && [401, 403].includes(status === 400 ? (error.statedStatus ?? status) : status);

/** Classifies an error response: by its code if that says more, else by its status. */
export function classifyResponse(
  operation: string,
  status: number,
  error: VendorError,
  { codes, transientPrefix }: ErrorRules,
): Classification {
  if (isRefusedSignIn(operation, status, error)) return lasting('auth');
  const { code } = error;
  const meaning = code !== undefined && Object.hasOwn(codes, code) ? codes[code] : undefined;
  if (meaning?.kind !== undefined) return { kind: meaning.kind, transient: meaning.transient === true };
  const isTransient = transientPrefix !== undefined && code?.startsWith(transientPrefix) === true;
  return BY_CODE.get(code ?? '') ?? classifyStatus(status, isTransient);
}
