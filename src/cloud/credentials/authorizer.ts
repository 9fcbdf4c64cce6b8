import type { Credentials, ProjectConfig } from '../../config/config.ts';
import type { Clock, UnixSeconds } from '../../domain/quantities.ts';
import type { Log } from '../../log/log.ts';
import type { AuthHeaders } from '../request.ts';
import type { Sender } from '../sender.ts';
import { type AccessKey, authorizationHeader, sdkDate } from '../signature.ts';
import { createRenewable, type Expiring, type Renewable } from './renewable.ts';
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
  /** Makes `authorize` obtain a new one instead of this. Absent where secrets are read for each request. */
  readonly discard?: (authorization: Authorization) => void;
  /** Whether replacing this one would take a sign-in now. Absent where nothing signs in. */
  readonly needsSignIn?: (authorization: Authorization) => boolean;
  readonly passwordExpiresAt?: () => UnixSeconds | undefined;
  /** What to do when a service refuses these credentials. */
  readonly refusedAdvice: string;
}

export type CredentialsOf<Type extends Credentials['type']> = Extract<Credentials, { type: Type }>;

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
        ...(projectId !== undefined && { 'x-project-id': projectId }),
        ...(securityToken !== undefined && { 'x-security-token': securityToken }),
      };
      // Only these are signed: gateways may change or drop other headers.
      const signed = { ...request, headers: { ...request.headers, ...headers } };
      return { ...headers, authorization: authorizationHeader(signed, key) };
    },
    signed: true,
    secrets: [key.accessKey, key.secretKey, ...(securityToken === undefined ? [] : [securityToken])],
  };
}

/** An authorization that expires, obtained from `host` and shared by all services of the project. */
export function renewedAuthorization(
  { project, sender, clock, log, lifetime }: AuthorizerContext,
  { host, what, obtained }: { readonly host: string; readonly what: string; readonly obtained: string },
  obtain: () => Promise<Expiring<Authorization>>,
): Renewable<Authorization> {
  return createRenewable({
    clock,
    lifetime,
    interrupted: (signal) => sender.interrupted('sign_in', signal),
    renewalFailed: (reason) =>
      log.warn({ project: project.name, reason }, `${what} not renewed, still using the old one`),
    obtain: async () => {
      const authorization = await obtain();
      log.info({ project: project.name, host, valid_for_seconds: authorization.validFor }, obtained);
      return authorization;
    },
  });
}
