import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { ProjectClient, RequestObservation, ServiceRequest } from '../../src/cloud/client.ts';
import { CloudFailure } from '../../src/cloud/failure.ts';
import { createProjectClient, type ProjectClientOptions } from '../../src/cloud/project-client.ts';
import { type Sent, SIGN_IN } from '../../src/cloud/request.ts';
import type { ProjectConfig, SecretSource } from '../../src/config/config.ts';
import { type Seconds, seconds, type UnixSeconds, unixSeconds } from '../../src/domain/quantities.ts';
import type { ErrorRules } from '../../src/services/api-call.ts';

/** A request as received by a server. */
export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Handler = (
  received: ReceivedRequest,
  response: ServerResponse,
  request: IncomingMessage,
) => unknown;

export interface TestServer {
  readonly origin: string;
  readonly host: string;
  readonly requests: readonly ReceivedRequest[];
  readonly server: Server;
}

const readAll = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

/** Listens on a free port of loopback until the server is closed. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Starts an HTTP server, stopped when the test ends. */
export async function startServer(handler: Handler, server: Server = createServer()): Promise<TestServer> {
  const requests: ReceivedRequest[] = [];
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    response.on('error', () => undefined);
    const respond = async (): Promise<void> => {
      const received: ReceivedRequest = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: await readAll(request),
      };
      requests.push(received);
      await handler(received, response, request);
    };
    respond().catch(() => response.destroy());
  });
  const port = await listen(server);
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const host = `127.0.0.1:${port}`;
  return { origin: `http://${host}`, host, requests, server };
}

/** Responds with JSON. */
export function respondJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** A clock that only the test advances. */
export function createTestClock(start = 1_704_326_400): {
  readonly now: () => UnixSeconds;
  readonly advance: (duration: number) => void;
} {
  let current = start;
  return {
    now: () => unixSeconds(current),
    advance: (duration) => {
      current += duration;
    },
  };
}

export const PROJECT_ID = '0123456789abcdef0123456789abcdef';
export const PASSWORD = 'correct-horse-battery-staple';

/** A secret that a test can change, and that counts its reads. */
export function secretOf(initial: string): SecretSource & { value: string; reads: number } {
  const source = {
    origin: 'the file /run/secrets/it',
    value: initial,
    reads: 0,
    read: () => {
      source.reads += 1;
      return Promise.resolve(source.value);
    },
  };
  return source;
}

/** A project whose endpoints are all at `origin`. */
export const projectAt = (origin: string, changes: Partial<ProjectConfig> = {}): ProjectConfig => ({
  name: 'prod',
  region: 'cn-north-4',
  projectId: PROJECT_ID,
  projectName: undefined,
  iamEndpoint: origin,
  caFile: undefined,
  proxyUrl: undefined,
  credentials: { type: 'token', token: secretOf('static-token') },
  namesServices: true,
  services: [],
  ...changes,
});

interface LogLine {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface TestClient extends ProjectClient {
  readonly observations: readonly RequestObservation[];
  readonly sleeps: readonly Seconds[];
  readonly lines: readonly LogLine[];
}

/** A client with a fixed clock and delays that take no time, closed when the test ends. */
export function clientFor(project: ProjectConfig, changes: Partial<ProjectClientOptions> = {}): TestClient {
  const observations: RequestObservation[] = [];
  const sleeps: Seconds[] = [];
  const lines: LogLine[] = [];
  const write =
    (level: string) =>
    (fields: LogLine['fields'], message: string): void => {
      lines.push({ level, fields, message });
    };
  const client = createProjectClient(project, {
    requestTimeout: seconds(5),
    concurrency: 4,
    clock: createTestClock().now,
    sleep: (duration) => {
      sleeps.push(duration);
      return Promise.resolve();
    },
    random: () => 0.5,
    log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    observe: (observation) => observations.push(observation),
    userAgent: 'huaweicloud-backup-exporter/0.0.0',
    environment: {},
    ...changes,
  });
  onTestFinished(() => client.close());
  return { ...client, observations, sleeps, lines };
}

/** What a service says of its errors; the codes are some of two real services. */
export const ERRORS: ErrorRules = {
  codes: {
    'GES.7000': { missing: true, words: 'the graph does not exist or has been deleted' },
    'GES.7005': { kind: 'server', transient: true },
    'GES.7006': { kind: 'server', transient: true },
    'GES.7041': { kind: 'permission' },
    'DBS.280056': { kind: 'auth' },
  },
  transientPrefix: 'DBS.',
};

/** The list of backups of a service at `origin`. */
export const listBackups = (origin: string, changes: Partial<ServiceRequest> = {}): ServiceRequest => ({
  operation: 'list_backups',
  service: 'ges',
  method: 'GET',
  endpoint: origin,
  path: '/v2/{project_id}/graphs/backups',
  query: { offset: '0', limit: '100' },
  body: undefined,
  permission: { role: 'ges:backup:list' },
  errors: ERRORS,
  ...changes,
});

/** A sign-in request sent to a host. */
export const sentTo = (host: string): Sent => ({
  request: { ...SIGN_IN, method: 'POST', endpoint: `https://${host}`, path: '/v3/auth/tokens' },
  host,
  path: '/v3/auth/tokens',
  timeout: seconds(30),
  proxied: false,
  now: unixSeconds(0),
  serverNow: undefined,
});

/** A signal that never aborts. */
export const forever = (): AbortSignal => new AbortController().signal;

/** The failure of a call; throws if it succeeds. */
export async function failureOf(call: Promise<unknown>): Promise<CloudFailure> {
  const end = await call.then(
    (value) => ({ value }),
    (error: unknown) => error,
  );
  if (!(end instanceof CloudFailure)) throw new Error(`expected a CloudFailure, got ${JSON.stringify(end)}`);
  return end;
}

/** Waits until a condition is true. */
export async function eventually(condition: () => boolean): Promise<void> {
  const until = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > until) throw new Error('the condition did not become true');
    await wait(5);
  }
}
