import type { ProjectConfig } from '../../config/config.ts';
import type { Clock, UnixSeconds } from '../../domain/quantities.ts';
import type { Log } from '../../log/log.ts';
import type { AuthHeaders } from '../request.ts';
import type { Sender } from '../sender.ts';
import { type AccessKey, authorizationHeader, sdkDate } from '../signature.ts';
import type { SignInGuard } from './sign-in-guard.ts';

/** What authenticates requests to the services of a project. */
export interface Authorization {
  /** The project that it belongs to, if known. */
  readonly projectId: string | undefined;
  /** For requests about a project; without one while its id is being looked up. */
  readonly headersFor: (projectId: string | undefined) => AuthHeaders;
  readonly signed: boolean;
  /** Its secrets, never to be shown. */
  readonly secrets: readonly string[];
}

export interface Authorizer {
  /** Resolves with an authorization that should be accepted; rejects with a `CloudFailure`. */
  readonly authorize: (signal: AbortSignal) => Promise<Authorization>;
  /** Makes `authorize` obtain a new one instead of this. */
  readonly discard: (authorization: Authorization) => void;
  /** Whether replacing this one would take a sign-in now. */
  readonly needsSignIn: (authorization: Authorization) => boolean;
  readonly passwordExpiresAt: () => UnixSeconds | undefined;
  /** What to do when a service refuses these credentials. */
  readonly refusedAdvice: string;
}

export interface AuthorizerContext {
  readonly project: ProjectConfig;
  readonly sender: Sender;
  readonly guard: SignInGuard;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborts when the project is closed. */
  readonly lifetime: AbortSignal;
  readonly metadataOrigin: string;
}

/** The part of an authorizer whose secrets are read for each request and may change at any time. */
export const READ_EACH_TIME = {
  discard: () => undefined,
  needsSignIn: () => false,
  passwordExpiresAt: () => undefined,
} as const satisfies Partial<Authorizer>;

/** A token, sent with each request. */
export const tokenAuthorization = (token: string, projectId: string | undefined): Authorization => ({
  projectId,
  headersFor: () => () => ({ 'x-auth-token': token }),
  signed: false,
  secrets: [token],
});

/** An access key, which signs each request. A temporary key comes with a security token. */
export function keyAuthorization(
  key: AccessKey,
  securityToken: string | undefined,
  clock: Clock,
): Authorization {
  return {
    projectId: undefined,
    headersFor: (projectId) => (request) => {
      const headers = {
        'x-sdk-date': sdkDate(clock()),
        ...(projectId === undefined ? {} : { 'x-project-id': projectId }),
        ...(securityToken === undefined ? {} : { 'x-security-token': securityToken }),
      };
      // Only these are signed: gateways may change or drop other headers.
      const signed = { ...request, headers: { ...request.headers, ...headers } };
      return { ...headers, authorization: authorizationHeader(signed, key) };
    },
    signed: true,
    secrets: [key.accessKey, key.secretKey, ...(securityToken === undefined ? [] : [securityToken])],
  };
}
