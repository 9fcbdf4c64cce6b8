import type { Seconds } from '../domain/quantities.ts';
import type { ServiceType } from '../domain/service.ts';
import type { ErrorRules, Permission } from '../services/api-call.ts';
import type { ResponseHeaders } from './http.ts';
import type { SignableRequest } from './signature.ts';
import type { VendorError } from './vendor-error.ts';

/** Makes the headers that authenticate a request, for each attempt, because a signature contains the time. */
export type AuthHeaders = (request: SignableRequest) => Readonly<Record<string, string>>;

/** What to do about refused credentials. */
export interface RefusalAdvice {
  readonly advice: string;
  /** How long to wait before they are sent again, where the response says so. */
  readonly wait?: Seconds;
}

/** One request to the cloud or to the metadata service, with everything that its attempts and its errors need. */
export interface CloudRequest {
  readonly operation: string;
  readonly service: ServiceType | 'iam';
  readonly errors: ErrorRules;
  /** What to grant when it is not allowed. */
  readonly permission: Permission | undefined;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Origin, and path prefix if any. */
  readonly endpoint: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly authHeaders: AuthHeaders;
  /** Whether the headers are a signature, which a wrong clock makes invalid. */
  readonly signed: boolean;
  /** What is removed from the texts of a response before they are shown. */
  readonly secrets: readonly string[];
  readonly whenRefused: (error: VendorError) => RefusalAdvice;
  /** `object`: a JSON object; `text`: whatever it is, as a string. */
  readonly expect: 'object' | 'text';
  /** When a failed attempt is followed by another. `unless_timed_out`: the server may have acted on it. */
  readonly retry: 'always' | 'unless_timed_out' | 'never';
  /** A limit below the project's own; undefined for none. */
  readonly timeout: Seconds | undefined;
}

/** The response to a request that succeeded. */
export interface CloudResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** An object, or a string where that was expected; undefined for a 204. */
  readonly body: unknown;
}

/** A request by which somebody signs in. */
export const signInRequest = (
  given: Pick<CloudRequest, 'method' | 'endpoint' | 'path' | 'whenRefused'> & Partial<CloudRequest>,
): CloudRequest => ({
  operation: 'sign_in',
  service: 'iam',
  errors: { codes: {} },
  permission: undefined,
  query: {},
  headers: {},
  body: undefined,
  authHeaders: () => ({}),
  signed: false,
  secrets: [],
  expect: 'object',
  retry: 'always',
  timeout: undefined,
  ...given,
});

/** The value of a header that should come once; of several the first. */
export function headerOf(headers: ResponseHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}
