import type { ProjectClient, ServiceRequest } from '../../src/cloud/client.ts';
import { CloudFailure } from '../../src/cloud/failure.ts';
import type { ProjectConfig } from '../../src/config/config.ts';
import type { FailureKind } from '../../src/domain/outcome.ts';
import type { UnixSeconds } from '../../src/domain/quantities.ts';
import type { ServiceType } from '../../src/domain/service.ts';
import type { ExporterOptions } from '../../src/exporter.ts';

/** How the cloud answers a call. */
export type Answer =
  /** As a list, page by page; `total` is the number of rows unless said otherwise, null for none. */
  | { readonly kind: 'list'; readonly rows: readonly unknown[]; readonly total?: number | null }
  | { readonly kind: 'body'; readonly body: unknown }
  | { readonly kind: 'failure'; readonly failure: FailureKind; readonly status?: number }
  /** As nothing foresaw. */
  | { readonly kind: 'fault'; readonly error: Error }
  /** Not at all, until the caller gives up. */
  | { readonly kind: 'silence' };

/** What can be asked of a service. */
export type Question = 'backups' | 'inventory' | 'policy';

/** A call as the cloud saw it. */
export interface SeenCall extends Pick<ServiceRequest, 'service' | 'operation' | 'path' | 'query'> {
  readonly project: string;
  readonly at: UnixSeconds;
}

/** A cloud that answers as it was told, from memory. */
export interface FakeCloud {
  readonly createClient: ExporterOptions['createClient'];
  readonly answer: (service: ServiceType, question: Question, answer: Answer, project?: string) => void;
  readonly calls: SeenCall[];
  /** Clients that are open. */
  readonly open: () => number;
  /** Clients that were ever made, by project. */
  readonly made: readonly string[];
  /** What IAM says is the id of a project without one in its configuration. */
  readonly findProject: (id: string) => void;
  readonly setPasswordExpiry: (expiry: UnixSeconds | undefined) => void;
}

/** Rows as a list that the cloud gives page by page. */
export const list = (...rows: readonly unknown[]): Answer => ({ kind: 'list', rows });

/** A call that fails. */
export const failure = (kind: FailureKind, status?: number): Answer => ({
  kind: 'failure',
  failure: kind,
  ...(status !== undefined && { status }),
});

/** A call that is never answered. */
export const SILENCE: Answer = { kind: 'silence' };

const EMPTY = list();

/** A cloud of empty lists. */
export function createFakeCloud(clock: () => UnixSeconds): FakeCloud {
  const answers = new Map<string, Answer>();
  const calls: SeenCall[] = [];
  const made: string[] = [];
  let open = 0;
  let expiry: UnixSeconds | undefined;
  let foundProjectId: string | undefined;

  const createClient = ({ name: project, projectId }: ProjectConfig): ProjectClient => {
    const closing = new AbortController();
    open += 1;
    made.push(project);
    return {
      call: (request, signal) => {
        const { service, operation, path, query } = request;
        calls.push({ project, service, operation, path, query: query ?? {}, at: clock() });
        const key = [service, questionOf(request)].join();
        const answer = answers.get(`${project},${key}`) ?? answers.get(key) ?? EMPTY;
        return give(answer, request, AbortSignal.any([signal, closing.signal]));
      },
      projectId: () => projectId ?? foundProjectId,
      passwordExpiresAt: () => expiry,
      reload: () => undefined,
      close: async () => {
        open -= 1;
        closing.abort();
      },
    };
  };

  return {
    createClient,
    answer: (service, question, answer, project) => {
      answers.set([...(project === undefined ? [] : [project]), service, question].join(), answer);
    },
    calls,
    open: () => open,
    made,
    findProject: (id) => {
      foundProjectId = id;
    },
    setPasswordExpiry: (next) => {
      expiry = next;
    },
  };
}

function questionOf({ operation }: ServiceRequest): Question {
  if (operation === 'get_policy') return 'policy';
  return operation === 'list_backups' ? 'backups' : 'inventory';
}

async function give(answer: Answer, request: ServiceRequest, signal: AbortSignal): Promise<unknown> {
  await Promise.resolve();
  if (signal.aborted) throw failureOf(request, 'timeout');
  switch (answer.kind) {
    case 'list':
      return page(answer.rows, answer.total === undefined ? answer.rows.length : answer.total, request);
    case 'body':
      return answer.body;
    case 'failure':
      throw failureOf(request, answer.failure, answer.status);
    case 'fault':
      throw answer.error;
    case 'silence':
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(failureOf(request, 'timeout')), { once: true });
      });
    default:
      return answer satisfies never;
  }
}

function failureOf({ operation }: ServiceRequest, kind: FailureKind, status?: number): CloudFailure {
  return new CloudFailure(`cannot ${operation}: cloud.test answered ${kind}`, {
    kind,
    operation,
    status,
    code: undefined,
    cause: undefined,
  });
}

function page(
  rows: readonly unknown[],
  total: number | null,
  { query = {} }: Pick<ServiceRequest, 'query'>,
): unknown {
  const offset = Number(query['offset']);
  const some = rows.slice(offset, offset + Number(query['limit']));
  return { rows: some, ...(total !== null && { total }) };
}
