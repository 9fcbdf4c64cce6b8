import type { ProjectConfig } from '../../config/config.ts';
import type { Clock, UnixSeconds } from '../../domain/quantities.ts';
import type { ServiceType } from '../../domain/service.ts';
import type { Log } from '../../log/log.ts';
import type { Asker } from '../asker.ts';
import type { ProofOfIdentity } from '../question.ts';
import type { Work } from '../shared-work.ts';
import type { SignInGuard } from './sign-in-guard.ts';

/** What proves to the services of a project who asks, for as long as they accept it. */
export interface Authorization {
  /** The project that it belongs to, where it tells. */
  readonly projectId: string | undefined;
  /** The proof for requests about a project; without one while its id is being looked up. */
  readonly proofFor: (projectId: string | undefined) => ProofOfIdentity;
  readonly signed: boolean;
  /** What it consists of, none of which may ever be shown. Equal secrets prove the same. */
  readonly secrets: readonly string[];
}

/** One way to sign in. */
export interface Authorizer {
  /** Resolves with an authorization that should be accepted; rejects with a `CloudFailure`. */
  readonly authorize: Work<Authorization>;
  /** Tells that a service refused an authorization. Answers whether another one can be had. */
  readonly refused: (authorization: Authorization, service: ServiceType | 'iam') => boolean;
  /** Tells that a service accepted an authorization. */
  readonly accepted: (authorization: Authorization, service: ServiceType | 'iam') => void;
  readonly passwordExpiresAt: () => UnixSeconds | undefined;
  /** What to do when a service refuses what this way of signing in gives. */
  readonly refusedAdvice: string;
}

/** What a way to sign in depends on. */
export interface AuthorizerContext {
  readonly project: ProjectConfig;
  readonly asker: Asker;
  readonly guard: SignInGuard;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborts when the project is closed. */
  readonly lifetime: AbortSignal;
  readonly metadataOrigin: string;
}
