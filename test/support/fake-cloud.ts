import type { ProjectClient, ServiceRequest } from '../../src/cloud/client.ts';
import { CloudFailure } from '../../src/cloud/failure.ts';
import type { ProjectConfig } from '../../src/config/config.ts';
import type { FailureKind } from '../../src/domain/outcome.ts';
import type { UnixSeconds } from '../../src/domain/quantities.ts';
import type { ServiceType } from '../../src/domain/service.ts';
import type { ExporterOptions } from '../../src/exporter.ts';

/** The response to a call. */
export type FakeResponse =
  /** A list in pages; `total` is the number of rows by default, null for none. */
  | { readonly kind: 'list'; readonly rows: readonly unknown[]; readonly total?: number | null }
  | { readonly kind: 'body'; readonly body: unknown }
  | { readonly kind: 'failure'; readonly failure: FailureKind; readonly status?: number }
  /** An unexpected error. */
  | { readonly kind: 'fault'; readonly error: Error }
  /** No response until the caller aborts. */
  | { readonly kind: 'none' };

/** What can be requested from a service. */
export type ListName = 'backups' | 'inventory' | 'policy';

/** A received call. */
export interface SeenCall extends Pick<ServiceRequest, 'service' | 'operation' | 'path' | 'query'> {
  readonly project: string;
  readonly at: UnixSeconds;
}

/** A cloud in memory that returns the responses set by a test. */
export interface FakeCloud {
  readonly createClient: ExporterOptions['createClient'];
  readonly respond: (service: ServiceType, list: ListName, response: FakeResponse, project?: string) => void;
  readonly calls: SeenCall[];
  /** Number of open clients. */
  readonly open: () => number;
  /** The projects of all clients ever created. */
  readonly made: readonly string[];
  /** Sets the id that IAM returns for a project without one in its configuration. */
  readonly findProject: (id: string) => void;
  readonly setPasswordExpiry: (expiry: UnixSeconds | undefined) => void;
}

/** A list with these rows, in pages. */
export const list = (...rows: readonly unknown[]): FakeResponse => ({ kind: 'list', rows });

/** A call that fails. */
export const failure = (kind: FailureKind, status?: number): FakeResponse => ({
  kind: 'failure',
  failure: kind,
  ...(status !== undefined && { status }),
});

/** No response. */
export const NO_RESPONSE: FakeResponse = { kind: 'none' };

const EMPTY = list();

/** A cloud of empty lists. */
export function createFakeCloud(clock: () => UnixSeconds): FakeCloud {
  const responses = new Map<string, FakeResponse>();
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
        const key = [service, listOf(request)].join();
        const response = responses.get(`${project},${key}`) ?? responses.get(key) ?? EMPTY;
        return give(response, request, AbortSignal.any([signal, closing.signal]));
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
    respond: (service, list, response, project) => {
      responses.set([...(project === undefined ? [] : [project]), service, list].join(), response);
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

function listOf({ operation }: ServiceRequest): ListName {
  if (operation === 'get_policy') return 'policy';
  return operation === 'list_backups' ? 'backups' : 'inventory';
}

async function give(response: FakeResponse, request: ServiceRequest, signal: AbortSignal): Promise<unknown> {
  await Promise.resolve();
  if (signal.aborted) throw failureOf(request, 'timeout');
  switch (response.kind) {
    case 'list':
      return page(
        response.rows,
        response.total === undefined ? response.rows.length : response.total,
        request,
      );
    case 'body':
      return response.body;
    case 'failure':
      throw failureOf(request, response.failure, response.status);
    case 'fault':
      throw response.error;
    case 'none':
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(failureOf(request, 'timeout')), { once: true });
      });
    default:
      return response satisfies never;
  }
}

function failureOf({ operation }: ServiceRequest, kind: FailureKind, status?: number): CloudFailure {
  return new CloudFailure(`cannot ${operation}: cloud.test returned ${kind}`, {
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
