import { joinSignals } from '../abort.ts';
import type { ProjectConfig } from '../config/config.ts';
import { type Clock, milliseconds, type Seconds } from '../domain/quantities.ts';
import type { Log } from '../log/log.ts';
import { createAsker } from './asker.ts';
import type { ProjectClient, RequestObservation, ServiceRequest } from './client.ts';
import { createConnections } from './connections.ts';
import type { Authorization } from './credentials/authorizer.ts';
import { createAuthorizer } from './credentials/credentials.ts';
import { sameSecrets } from './credentials/secret.ts';
import { createSignInGuard, type SignInGuard } from './credentials/sign-in-guard.ts';
import { encodeComponent } from './encoding.ts';
import { CloudFailure } from './failure.ts';
import { nameInIam, readProjectId } from './project-id.ts';
import type { Answer, Question } from './question.ts';
import { MAX_ATTEMPTS, type Sleep } from './retry.ts';
import { createSemaphore } from './semaphore.ts';
import { type NoteFailure, shareWork } from './shared-work.ts';

/** What the client of a project depends on beside its configuration. */
export interface ProjectClientOptions {
  /** For one request, from the first byte out to the last byte in. */
  readonly requestTimeout: Seconds;
  /** Requests at once. */
  readonly concurrency: number;
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  /** Called once for each HTTP request that was sent or could not be. */
  readonly observe: (observation: RequestObservation) => void;
  readonly userAgent: string;
  /** Where HTTPS_PROXY and NO_PROXY are looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Default: `http://169.254.169.254`. */
  readonly metadataOrigin?: string | undefined;
  /** Default: one of its own. One that is shared remembers refused sign-ins over a reload. */
  readonly signInGuard?: SignInGuard | undefined;
  /** The longest body of an answer that is read, in bytes. Default: 16 MiB. */
  readonly maxBodyBytes?: number | undefined;
}

const DEFAULT_METADATA_ORIGIN = 'http://169.254.169.254';
const DEFAULT_MAX_BODY_BYTES = 16 * 1024 * 1024;

/** A question of which everything is known but who asks. */
type OpenQuestion = Pick<
  Question,
  | 'operation'
  | 'service'
  | 'method'
  | 'endpoint'
  | 'path'
  | 'query'
  | 'body'
  | 'errors'
  | 'permission'
  | 'attempts'
>;

const PROJECT_ID = '{project_id}';

// A request that starts something may have been carried out although no answer came.
const isRepeatable = (request: ServiceRequest): boolean => request.method === 'GET';

const LANGUAGE_AND_TYPE = { 'content-type': 'application/json', 'x-language': 'en-us' } as const;

/** Opens the way to the services of a project. Nothing is read, connected or signed in before the first call. */
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
  const asker = createAsker({
    project: project.name,
    connections,
    semaphore: createSemaphore(options.concurrency),
    requestTimeout: options.requestTimeout,
    maxBodyBytes: options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
    clock,
    sleep: options.sleep,
    random: options.random,
    log,
    observe: options.observe,
    userAgent: options.userAgent,
    closed: () => lifetime.signal.aborted,
  });
  const authorizer = createAuthorizer({
    project,
    asker,
    guard: options.signInGuard ?? createSignInGuard(clock),
    clock,
    log,
    lifetime: lifetime.signal,
    metadataOrigin: options.metadataOrigin ?? DEFAULT_METADATA_ORIGIN,
  });

  const signed = (question: OpenQuestion, authorization: Authorization, projectId?: string): Question => ({
    ...question,
    path: question.path.replaceAll(PROJECT_ID, encodeComponent(projectId ?? '')),
    headers: LANGUAGE_AND_TYPE,
    proof: authorization.proofFor(projectId),
    signed: authorization.signed,
    secrets: authorization.secrets,
    refusedAdvice: authorizer.refusedAdvice,
    expect: 'object',
    timeout: undefined,
  });

  /** Asks with what the authorizer gives, once more with something new when it is refused. */
  const askSignedIn = async (
    question: OpenQuestion,
    projectIdFor: (authorization: Authorization) => Promise<string | undefined>,
    signal: AbortSignal,
    note: NoteFailure,
  ): Promise<Answer> => {
    const { service } = question;
    const askWith = async (authorization: Authorization, attempts: number): Promise<Answer> => {
      const projectId = await projectIdFor(authorization);
      const answer = await asker
        .ask({ ...signed(question, authorization, projectId), attempts }, signal, note)
        .catch((error: unknown) => {
          if (isAccepted(error)) authorizer.accepted(authorization, service);
          throw error;
        });
      authorizer.accepted(authorization, service);
      return answer;
    };

    const first = await authorizer.authorize(signal, note);
    try {
      return await askWith(first, question.attempts);
    } catch (error) {
      if (!isRefused(error, question) || !authorizer.refused(first, service)) throw error;
      const second = await authorizer.authorize(signal, note);
      if (sameSecrets(first.secrets, second.secrets)) throw error;
      return await askWith(second, Math.max(1, question.attempts - 1)).catch((again: unknown) => {
        if (isRefused(again, question)) authorizer.refused(second, service);
        throw again;
      });
    }
  };

  let foundId: string | undefined;
  let usedId: string | undefined;
  const findProject = shareWork<string>(
    async (signal, note) => {
      const question: OpenQuestion = {
        operation: 'find_project',
        service: 'iam',
        method: 'GET',
        endpoint: project.iamEndpoint,
        path: '/v3/projects',
        query: { name: nameInIam(project) },
        body: undefined,
        errors: { codes: {} },
        permission: { role: 'iam:projects:listProjects' },
        attempts: MAX_ATTEMPTS,
      };
      const answer = await askSignedIn(question, () => Promise.resolve(undefined), signal, note);
      foundId = readProjectId(answer, project);
      return foundId;
    },
    () => asker.interrupted('find_project', new URL(project.iamEndpoint).host),
  );

  return {
    call: async (request, signal) => {
      const joined = joinSignals(signal, lifetime.signal);
      const note = (): void => undefined;
      const projectIdFor = async (authorization: Authorization): Promise<string> => {
        usedId =
          project.projectId ?? authorization.projectId ?? foundId ?? (await findProject(joined.signal, note));
        return usedId;
      };
      const question: OpenQuestion = {
        operation: request.operation,
        service: request.service,
        method: request.method,
        endpoint: request.endpoint,
        path: request.path,
        query: request.query ?? {},
        body: request.body === undefined ? undefined : JSON.stringify(request.body),
        errors: request.errors,
        permission: request.permission,
        attempts: isRepeatable(request) ? MAX_ATTEMPTS : 1,
      };
      try {
        return (await askSignedIn(question, projectIdFor, joined.signal, note)).body;
      } finally {
        joined.release();
      }
    },
    projectId: () => project.projectId ?? usedId,
    passwordExpiresAt: authorizer.passwordExpiresAt,
    close: async () => {
      lifetime.abort();
      await connections.close();
    },
  };
}

/** Whether a service refused who asks. A failed look-up of the project on the way is not the service's word. */
const isRefused = (error: unknown, question: Pick<OpenQuestion, 'operation'>): boolean =>
  error instanceof CloudFailure &&
  error.details.kind === 'auth' &&
  error.details.operation === question.operation;

/** Whether a service let the one who asks in, although it then gave a bad answer. */
const isAccepted = (error: unknown): boolean =>
  error instanceof CloudFailure && error.details.status !== undefined && error.details.kind !== 'auth';
