import type { Seconds, UnixSeconds } from '../domain/quantities.ts';
import type { ServiceType } from '../domain/service.ts';
import type { ApiCall, ErrorRules } from '../services/api-call.ts';

/** A call to a service of a project. The client adds host, signature, limits and retries. */
export interface ServiceRequest extends ApiCall {
  readonly service: ServiceType;
  /** Origin, and path prefix if any, of the service: `https://SERVICE.cn-north-4.myhuaweicloud.com`. */
  readonly endpoint: string;
  readonly errors: ErrorRules;
}

/** The result of one attempt of a request, for the request metrics. */
export interface RequestObservation {
  readonly service: ServiceType | 'iam';
  readonly operation: string;
  /** HTTP status, or `network` or `timeout` if there was no complete response. */
  readonly code: string;
  readonly seconds: number;
  /** How far this machine's clock is ahead of the server's; undefined if the response has no date. */
  readonly clockSkew: Seconds | undefined;
}

/** Called when a request is sent; returns a function to call when it has ended. */
export type SendingHook = (request: { readonly host: string; readonly operation: string }) => () => void;

/** A response as received, before any of it is interpreted. */
export interface RawResponse {
  readonly service: ServiceType | 'iam';
  readonly operation: string;
  /** With ids filled in, without the path prefix of the configured endpoint. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** Called with each complete response, including those followed by a retry. */
export type ResponseHook = (response: RawResponse) => void;

/** An authenticated client for the services of one project. */
export interface ProjectClient {
  /**
   * Sends the request and resolves with the parsed JSON body; undefined for a 204.
   * Rejects with a `CloudFailure`; when `signal` aborts, with one of kind `timeout`.
   */
  readonly call: (request: ServiceRequest, signal: AbortSignal) => Promise<unknown>;
  /** The id of the project in the cloud, once it is known. */
  readonly projectId: () => string | undefined;
  /** When the IAM user's password expires, known after a sign-in. */
  readonly passwordExpiresAt: () => UnixSeconds | undefined;
  /** Reads the CA file again before the next request. */
  readonly reload: () => void;
  /** Closes every connection; pending calls reject. */
  readonly close: () => Promise<void>;
}
