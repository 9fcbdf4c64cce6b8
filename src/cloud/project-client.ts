import { joinSignals } from '../abort.ts';
import type { ProjectConfig } from '../config/config.ts';
import { type Clock, milliseconds, type Seconds } from '../domain/quantities.ts';
import type { Log } from '../log/log.ts';
import type { ProjectClient, RequestObservation, ResponseHook, SendingHook } from './client.ts';
import { createConnections } from './connections.ts';
import type { Authorization } from './credentials/authorizer.ts';
import { createAuthorizer } from './credentials/create-authorizer.ts';
import { createRenewalLimit } from './credentials/renewal-limit.ts';
import { createSignInGuard, type SignInGuard } from './credentials/sign-in-guard.ts';
import { encodeComponent } from './encoding.ts';
import { CloudFailure } from './failure.ts';
import { nameInIam, readProjectId } from './project-id.ts';
import type { CloudRequest, CloudResponse } from './request.ts';
import type { Sleep } from './retry.ts';
import { createSemaphore } from './semaphore.ts';
import { createSender } from './sender.ts';
import { type NoteFailure, shareRun } from './shared-run.ts';

export interface ProjectClientOptions {
  /** For one request, from the first byte out to the last byte in. */
  readonly requestTimeout: Seconds;
  /** Concurrent requests. */
  readonly concurrency: number;
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  /** Called once for each HTTP request, sent or not. */
  readonly observe: (observation: RequestObservation) => void;
  readonly sending?: SendingHook | undefined;
  readonly onResponse?: ResponseHook | undefined;
  readonly userAgent: string;
  /** Source of HTTPS_PROXY and NO_PROXY. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Default: `http://169.254.169.254`. */
  readonly metadataOrigin?: string | undefined;
  /** Default: a new one. A shared one remembers refused sign-ins across reloads. */
  readonly signInGuard?: SignInGuard | undefined;
  /** Maximum length of a response body in bytes. Default: 16 MiB. */
  readonly maxBodyBytes?: number | undefined;
}

const DEFAULT_METADATA_ORIGIN = 'http://169.254.169.254';
const DEFAULT_MAX_BODY_BYTES = 16 * 1024 * 1024;
const PROJECT_ID = '{project_id}';
const CONTENT_AND_LANGUAGE = { 'content-type': 'application/json', 'x-language': 'en-us' } as const;

/** A request without what depends on the credentials. */
type UnsignedRequest = Omit<
  CloudRequest,
  'headers' | 'authHeaders' | 'signed' | 'secrets' | 'whenRefused' | 'expect' | 'timeout'
>;

type ProjectIdFor = (authorization: Authorization) => Promise<string | undefined>;

/** How many of the requests at once one service may take: one fewer, so that a slow one does not hold up the others. */
const shareOfOne = (concurrency: number, services: number): number =>
  services > 1 ? Math.max(1, concurrency - 1) : concurrency;

/** Creates the client of a project. Nothing is read, connected or signed in before the first call. */
export function createProjectClient(project: ProjectConfig, options: ProjectClientOptions): ProjectClient {
  const { clock, log } = options;
  const lifetime = new AbortController();
  const connections = createConnections({
    caFile: project.caFile,
    proxyUrl: project.proxyUrl,
    environment: options.environment,
    perHost: options.concurrency,
    timeoutMs: milliseconds(options.requestTimeout),
  });
  const sender = createSender({
    project: project.name,
    connections,
    semaphore: createSemaphore(options.concurrency, shareOfOne(options.concurrency, project.services.length)),
    requestTimeout: options.requestTimeout,
    maxBodyBytes: options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
    clock,
    sleep: options.sleep,
    random: options.random,
    log,
    observe: options.observe,
    sending: options.sending,
    onResponse: options.onResponse,
    userAgent: options.userAgent,
    closed: () => lifetime.signal.aborted,
  });
  const authorizer = createAuthorizer({
    project,
    sender,
    guard: options.signInGuard ?? createSignInGuard(clock),
    clock,
    log,
    lifetime: lifetime.signal,
    metadataOrigin: options.metadataOrigin ?? DEFAULT_METADATA_ORIGIN,
  });
  const renewals = createRenewalLimit(clock);

  const withAuthorization = (
    request: UnsignedRequest,
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
    expect: 'object',
    timeout: undefined,
  });

  /** Sends a request, and again with a new authorization if the first is refused. */
  const sendSignedIn = async (
    request: UnsignedRequest,
    projectIdFor: ProjectIdFor,
    signal: AbortSignal,
    note?: NoteFailure,
  ): Promise<CloudResponse> => {
    const call = `${request.service} ${request.operation}`;
    const sendAs = async (authorization: Authorization): Promise<CloudResponse> => {
      const projectId = await projectIdFor(authorization);
      return sender.send(withAuthorization(request, authorization, projectId), signal, note);
    };
    const first = await authorizer.authorize(signal);
    try {
      return await sendAs(first);
    } catch (error) {
      if (!isRefused(error, request)) throw error;
      if (authorizer.needsSignIn(first) && !renewals.allows(call)) throw error;
      authorizer.discard(first);
      const second = await authorizer.authorize(signal);
      if (haveSameSecrets(first, second)) throw error;
      return await sendAs(second).catch((again: unknown) => {
        if (isRefused(again, request)) renewals.unhelped(call);
        throw again;
      });
    }
  };

  const listProjects = (path: string, query: CloudRequest['query'], note: NoteFailure) => {
    const request: UnsignedRequest = {
      operation: 'find_project',
      service: 'iam',
      method: 'GET',
      endpoint: project.iamEndpoint,
      path,
      query,
      body: undefined,
      errors: { codes: {} },
      permission: { role: 'iam:projects:listProjects' },
      retry: 'always',
    };
    return sendSignedIn(request, async () => undefined, lifetime.signal, note);
  };

  let foundId: string | undefined;
  let usedId: string | undefined;
  const findProject = shareRun<string>(
    async (note) => {
      const response = await listProjects('/v3/projects', { name: nameInIam(project) }, note).catch(
        (refusal: unknown) => {
          if (!isForbidden(refusal)) throw refusal;
          // This one needs no permission but has no filter.
          return listProjects('/v3/auth/projects', {}, note).catch((error: unknown) => {
            throw isForbidden(error) || isMissing(error) ? refusal : error;
          });
        },
      );
      foundId = readProjectId(response, project);
      return foundId;
    },
    (signal) => sender.interrupted('find_project', new URL(project.iamEndpoint).host, signal),
  );

  return {
    call: async (call, signal) => {
      const joined = joinSignals(signal, lifetime.signal);
      const projectIdFor: ProjectIdFor = async ({ projectId }) => {
        usedId = project.projectId ?? projectId ?? foundId ?? (await findProject(joined.signal));
        return usedId;
      };
      const request: UnsignedRequest = {
        ...call,
        query: call.query ?? {},
        body: call.body === undefined ? undefined : JSON.stringify(call.body),
        // A request that starts something may have succeeded even without a response.
        retry: call.method === 'GET' ? 'always' : 'never',
      };
      try {
        return (await sendSignedIn(request, projectIdFor, joined.signal)).body;
      } finally {
        joined.release();
      }
    },
    projectId: () => project.projectId ?? usedId,
    passwordExpiresAt: authorizer.passwordExpiresAt,
    reload: connections.reload,
    close: async () => {
      lifetime.abort();
      await connections.close();
    },
  };
}

/** Whether the call itself was refused, not the look-up of the project before it. */
const isRefused = (error: unknown, { operation }: UnsignedRequest): boolean =>
  error instanceof CloudFailure && error.details.kind === 'auth' && error.details.operation === operation;

const isForbidden = (error: unknown): boolean =>
  error instanceof CloudFailure && error.details.kind === 'permission';

const isMissing = (error: unknown): boolean => error instanceof CloudFailure && error.details.status === 404;

const haveSameSecrets = (one: Authorization, other: Authorization): boolean =>
  one.secrets.join('\0') === other.secrets.join('\0');
