import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { authorize } from './authorization.ts';
import type { Call, CloudState } from './cloud-state.ts';
import { deliver } from './delivery.ts';
import type { FaultInjection } from './fault-injection.ts';
import { headersWithoutSecrets, type LoggedRequest, loggedBody } from './request-log.ts';
import { gatewayError, type SimulatedResponse } from './response.ts';
import { createRouter, type RouteMatch } from './router.ts';
import type { SimulatedApi } from './service.ts';

const HOST = '127.0.0.1';
const LARGEST_BODY = 1024 * 1024;
const LARGEST_HEADERS = 1024 * 1024;
const KEEP_ALIVE_MILLISECONDS = 65_000;

export interface CloudServer {
  readonly origin: string;
  /** Closes the port and all connections. */
  readonly close: () => Promise<void>;
  /** Opens the same port again. */
  readonly open: () => Promise<void>;
}

interface ServerParts {
  readonly cloud: CloudState;
  readonly apis: readonly SimulatedApi[];
  readonly faults: FaultInjection;
  readonly log: (request: LoggedRequest) => void;
}

const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > LARGEST_BODY) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
};

const singleHeaders = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );

const responseTo = async (
  match: RouteMatch | undefined,
  call: Call,
  cloud: CloudState,
): Promise<SimulatedResponse> => {
  if (!match) return gatewayError(404, 'APIGW.0101', 'The API does not exist.');
  try {
    return await authorize(match.route, call, cloud);
  } catch (error) {
    return gatewayError(500, 'SIMULATION', error instanceof Error ? error.message : String(error));
  }
};

const createHandler = ({ cloud, apis, faults, log }: ServerParts) => {
  const findRoute = createRouter(apis);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const at = cloud.now();
    response.sendDate = false;
    response.setHeader('Server', 'simulated-cloud');
    response.setHeader('Date', new Date(at * 1000).toUTCString());
    const body = await readBody(request);
    if (!body) {
      response.writeHead(413, { Connection: 'close' }).end();
      return;
    }
    const method = request.method ?? '';
    const target = request.url ?? '';
    const mark = target.indexOf('?');
    const path = mark < 0 ? target : target.slice(0, mark);
    const query = mark < 0 ? '' : target.slice(mark + 1);
    const headers = singleHeaders(request);
    const match = findRoute(method, path);
    const service = match?.route.service;
    const operation = match?.route.operation ?? 'other';
    const entry: LoggedRequest = {
      method,
      path,
      query,
      headers: headersWithoutSecrets(headers),
      body: service === 'iam' ? undefined : loggedBody(body),
      service,
      operation,
      at,
      status: undefined,
    };
    log(entry);
    const call = { method, path, query, headers, body, parameters: match?.parameters ?? {} };
    await deliver(response, faults.take(service, operation), (listFault) =>
      responseTo(match, { ...call, listFault }, cloud),
    );
    entry.status = response.headersSent ? response.statusCode : undefined;
  };
};

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.removeListener('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** Rejects if the port is in use. */
export const openServer = async (parts: ServerParts): Promise<CloudServer> => {
  const { tls, port: wanted } = parts.cloud.options;
  const handle = createHandler(parts);
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    // The client may close the connection during its request.
    handle(request, response).catch(() => response.destroy());
  };
  const settings = { maxHeaderSize: LARGEST_HEADERS, keepAliveTimeout: KEEP_ALIVE_MILLISECONDS };
  const server = tls ? createTlsServer({ ...settings, ...tls }, listener) : createServer(settings, listener);
  const port = await listen(server, wanted);
  return {
    origin: `${tls ? 'https' : 'http'}://${HOST}:${port}`,
    close: () => close(server),
    open: async () => {
      await listen(server, port);
    },
  };
};
