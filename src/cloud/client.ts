import type { UnixSeconds } from '../domain/quantities.ts';
import type { ServiceType } from '../domain/service.ts';
import type { Operation } from './operation.ts';

/** One call to a service of a project. The client adds host, signature, limits and retries. */
export interface ServiceRequest {
  readonly operation: Operation;
  readonly service: ServiceType;
  readonly method: 'GET' | 'POST';
  /** Origin, and path prefix if any, of the service: `https://ges.cn-north-4.myhuaweicloud.com`. */
  readonly endpoint: string;
  /** Path with `{project_id}` where the project's id belongs: `/v2/{project_id}/graphs/backups`. Encoded here; what is encoded already stays. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Sent as JSON; undefined for none. */
  readonly body: unknown;
}

/** What one attempt of a request came to, for the request metrics. */
export interface RequestObservation {
  readonly service: ServiceType | 'iam';
  readonly operation: Operation;
  /** HTTP status, or `network` or `timeout` when there was no whole answer. */
  readonly code: string;
  readonly seconds: number;
}

/** A signed-in way to the services of one project. */
export interface ProjectClient {
  /**
   * Sends the request and resolves with the parsed JSON body.
   * Rejects with a `CloudFailure`; when `signal` aborts, with one of kind `timeout`.
   */
  readonly call: (request: ServiceRequest, signal: AbortSignal) => Promise<unknown>;
  /** When the IAM user's password expires, once a sign-in has told; else undefined. */
  readonly passwordExpiresAt: () => UnixSeconds | undefined;
  /** Closes every connection; calls under way reject. */
  readonly close: () => Promise<void>;
}
