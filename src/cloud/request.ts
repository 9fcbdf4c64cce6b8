import type { Seconds, UnixSeconds } from '../domain/quantities.ts';
import type { ServiceType } from '../domain/service.ts';
import type { ErrorRules, Permission } from '../services/api-call.ts';
import type { ResponseHeaders } from './http.ts';
import type { SignableRequest } from './signature.ts';
import type { VendorError } from './vendor-error.ts';

/** Creates the authentication headers, for each attempt, because a signature contains the time. */
export type AuthHeaders = (request: SignableRequest) => Readonly<Record<string, string>>;

/** What to do about refused credentials. */
export interface RefusalAdvice {
  readonly advice: string;
  /** How long to wait before they are sent again, if the response says so. */
  readonly wait?: Seconds;
}

/** A request to the cloud or the metadata service, with everything needed for retries and errors. */
export interface CloudRequest {
  readonly operation: string;
  readonly service: ServiceType | 'iam';
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Origin, and path prefix if any. */
  readonly endpoint: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly errors?: ErrorRules;
  /** What to grant if it is not permitted. */
  readonly permission?: Permission | undefined;
  readonly authHeaders?: AuthHeaders;
  /** Whether the headers contain a signature, which a wrong clock invalidates. */
  readonly signed?: boolean;
  /** Removed from the text of a response before it is shown. */
  readonly secrets?: readonly string[];
  readonly whenRefused?: (error: VendorError) => RefusalAdvice;
  /** Default: a JSON object. */
  readonly expect?: 'text';
  /** When a failed attempt is retried. Default: always. `unless_timed_out`: the server may have acted on it. */
  readonly retry?: 'unless_timed_out' | 'never' | undefined;
  /** A shorter timeout than the project's. */
  readonly timeout?: Seconds;
}

/** What all requests to sign in have in common. */
export const SIGN_IN = { operation: 'sign_in', service: 'iam' } as const;

/** A request as it was sent. */
export interface Sent {
  readonly request: CloudRequest;
  /** Host and port. */
  readonly host: string;
  readonly path: string;
  readonly timeout: Seconds;
  readonly proxied: boolean;
  /** Now, by this machine's clock and by the service's, if its response says so. */
  readonly now: UnixSeconds;
  readonly serverNow: UnixSeconds | undefined;
}

/** The response to a successful request. */
export interface CloudResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** An object, or a string if that was expected; undefined for a 204. */
  readonly body: unknown;
}

/** The value of a header that should occur once; the first of several. */
export function headerOf(headers: ResponseHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}
