import { joinSignals } from '../abort.ts';
import type { ProjectConfig } from '../config/config.ts';
import { milliseconds, seconds } from '../domain/quantities.ts';
import type { ProjectClient } from './client.ts';
import { createConnections } from './connections.ts';
import type { Authorization } from './credentials/authorizer.ts';
import { createAuthorizer } from './credentials/create-authorizer.ts';
import { createRenewable } from './credentials/renewable.ts';
import { createRenewalLimit } from './credentials/renewal-limit.ts';
import { createSignInGuard, type SignInGuard } from './credentials/sign-in-guard.ts';
import { encodeComponent } from './encoding.ts';
import { detailsOf } from './failure.ts';
import { findProjectId } from './project-id.ts';
import type { CloudRequest, CloudResponse } from './request.ts';
import { createSemaphore } from './semaphore.ts';
import { createSender, type SenderOptions } from './sender.ts';

export interface ProjectClientOptions
  extends Omit<SenderOptions, 'project' | 'connections' | 'semaphore' | 'lifetime'> {
  /** Concurrent requests. */
  readonly concurrency: number;
  /** Source of HTTPS_PROXY and NO_PROXY. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Default: `http://169.254.169.254`. */
  readonly metadataOrigin?: string | undefined;
  /** Default: a new one. A shared one remembers refused sign-ins across reloads. */
  readonly signInGuard?: SignInGuard | undefined;
}

const DEFAULT_METADATA_ORIGIN = 'http://169.254.169.254';
const PROJECT_ID = '{project_id}';
const CONTENT_AND_LANGUAGE = { 'content-type': 'application/json', 'x-language': 'en-us' } as const;

type ProjectIdFor = (authorization: Authorization) => Promise<string | undefined>;

/** How many of the concurrent requests one service may take: all but one, so that a slow service does not hold up the others. */
const shareOfOne = (concurrency: number, services: number): number =>
  services > 1 ? Math.max(1, concurrency - 1) : concurrency;

/** Creates the client of a project. Nothing is read, connected or signed in before the first call. */
export function createProjectClient(project: ProjectConfig, options: ProjectClientOptions): ProjectClient {
  const { clock, log, concurrency } = options;
  const closing = new AbortController();
  const lifetime = closing.signal;
  const connections = createConnections(project, {
    environment: options.environment,
    perHost: concurrency,
    timeoutMs: milliseconds(options.requestTimeout),
  });
  const sender = createSender({
    ...options,
    project: project.name,
    connections,
    semaphore: createSemaphore(concurrency, shareOfOne(concurrency, project.services.length)),
    lifetime,
  });
  const authorizer = createAuthorizer({
    project,
    sender,
    guard: options.signInGuard ?? createSignInGuard(clock),
    clock,
    log,
    lifetime,
    metadataOrigin: options.metadataOrigin ?? DEFAULT_METADATA_ORIGIN,
  });
  const renewals = createRenewalLimit(clock);

  const withAuthorization = (
    request: CloudRequest,
    authorization: Authorization,
    projectId: string | undefined,
  ): CloudRequest => ({
    ...request,
    path: request.path.replaceAll(PROJECT_ID, encodeComponent(projectId ?? '')),
    headers: CONTENT_AND_LANGUAGE,
    authHeaders: authorization.headersFor(projectId),
    signed: authorization.signed,
    secrets: authorization.secrets,
    whenRefused: () => ({ advice: authorizer.refusedAdvice }),
  });

  /** Sends a request, and again with a new authorization if the first is refused. */
  const sendSignedIn = async (
    request: CloudRequest,
    projectIdFor: ProjectIdFor,
    signal: AbortSignal,
  ): Promise<CloudResponse> => {
    const call = `${request.service} ${request.operation}`;
    const sendAs = async (authorization: Authorization): Promise<CloudResponse> => {
      const projectId = await projectIdFor(authorization);
      return sender.send(withAuthorization(request, authorization, projectId), signal);
    };
    const first = await authorizer.authorize(signal);
    try {
      return await sendAs(first);
    } catch (error) {
      if (!isRefused(error, request)) throw error;
      if (authorizer.needsSignIn?.(first) && !renewals.allows(call)) throw error;
      authorizer.discard?.(first);
      const second = await authorizer.authorize(signal);
      if (haveSameSecrets(first, second)) throw error;
      return await sendAs(second).catch((again: unknown) => {
        if (isRefused(again, request)) renewals.unhelped(call);
        throw again;
      });
    }
  };

  let usedId: string | undefined;
  const foundId = createRenewable({
    clock,
    lifetime,
    interrupted: (signal) => sender.interrupted('find_project', signal),
    obtain: async () => ({
      value: await findProjectId(project, (request) =>
        sendSignedIn(request, async () => undefined, lifetime),
      ),
      validFor: seconds(Infinity),
    }),
  });

  return {
    call: async (call, signal) => {
      const joined = joinSignals(signal, lifetime);
      const projectIdFor: ProjectIdFor = async ({ projectId }) => {
        usedId = project.projectId ?? projectId ?? (await foundId.get(joined.signal));
        return usedId;
      };
      const request: CloudRequest = {
        ...call,
        body: call.body === undefined ? undefined : JSON.stringify(call.body),
        // A request that starts something may have succeeded even without a response.
        retry: call.method === 'GET' ? undefined : 'never',
      };
      try {
        return (await sendSignedIn(request, projectIdFor, joined.signal)).body;
      } finally {
        joined.release();
      }
    },
    projectId: () => project.projectId ?? usedId,
    passwordExpiresAt: () => authorizer.passwordExpiresAt?.(),
    reload: connections.reload,
    close: async () => {
      closing.abort();
      await connections.close();
    },
  };
}

/** Whether the call itself was refused, not the look-up of the project before it. */
const isRefused = (error: unknown, request: CloudRequest): boolean => {
  const { kind, operation } = detailsOf(error);
  return kind === 'auth' && operation === request.operation;
};

const haveSameSecrets = (one: Authorization, other: Authorization): boolean =>
  one.secrets.join('\0') === other.secrets.join('\0');
